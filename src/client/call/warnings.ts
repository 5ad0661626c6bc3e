/** `_meta.warnings` of a call: each is listed once, up to a limit. */
import { clip, oneLine } from '../../kernel/plain-text.js'

/** Warnings of one call, the last of which says that there are more. */
const MOST = 100
const LENGTH = 1_000
const MORE = 'there are more warnings than are listed here'

export function addWarning(warnings: string[], message: string): void {
  const said = clip(oneLine(message), LENGTH)
  if (warnings.length >= MOST || warnings.includes(said)) return
  warnings.push(warnings.length === MOST - 1 ? MORE : said)
}
