/** Headers of an answer, in the part of `Headers` that is read. A real one takes microseconds to make, and most SDKs give an object. */
export interface HeaderView {
  /** @param name - In any case. */
  get(name: string): string | null
  /** Names are in lower case. */
  forEach(each: (value: string, name: string) => void): void
}

/** Of an object with a field for each. What is no text is left out, and so are the pseudo-headers of HTTP/2. */
export function headerView(fields: object): HeaderView {
  const texts = new Map<string, string>()
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string' && !name.startsWith(':')) texts.set(name.toLowerCase(), value)
  return {
    get: (name) => texts.get(name.toLowerCase()) ?? null,
    forEach: (each) => texts.forEach(each),
  }
}
