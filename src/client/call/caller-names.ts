/** Writes our messages with the field names of the caller's own format. */

/** Only whole names: `max_tokens` within `budget_max_tokens` is another field. */
export function inCallersNames(message: string, names: Readonly<Record<string, string>> | undefined): string {
  if (!names) return message
  return message.replace(/[a-z]+(?:_[a-z]+)+/g, (name) => (Object.hasOwn(names, name) ? (names[name] ?? name) : name))
}
