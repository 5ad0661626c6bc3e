/** Names that a misspelt one may have meant. */

/** How many characters are wrong, left out, added, or in the place of their neighbour; counted up to `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const turned = swapped ? (before[j - 2] ?? 0) + 1 : changed
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed, turned))
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}

/** The closest of `names` to `name`, best first, at most three. */
export function nearNames(name: string, names: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase()
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  const scored: (readonly [string, number])[] = []
  for (const candidate of names) {
    const other = candidate.toLowerCase()
    const contained = wanted.length >= 3 && other.length >= 3 && (other.includes(wanted) || wanted.includes(other))
    const score = contained ? 1 : distance(wanted, other, limit)
    if (score <= limit) scored.push([candidate, score])
  }
  return scored
    .sort((a, b) => a[1] - b[1])
    .slice(0, 3)
    .map(([candidate]) => candidate)
}

/** `; did you mean a or b?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const near = nearNames(name, names)
  return near.length === 0 ? '' : `; did you mean ${near.map((candidate) => `\`${candidate}\``).join(' or ')}?`
}
