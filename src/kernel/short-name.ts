/** Shortens names of callers before they are kept: a map of a thousand names must stay small. */
import { builtin } from './builtin.js'
import { clip } from './plain-text.js'

/** Characters that are kept as they are. */
const LENGTH = 256

/** `name`, or of a longer one its beginning and a hash, so that two stay two. */
export function shortName(name: string): string {
  if (name.length <= LENGTH) return name
  const hash = builtin('node:crypto').createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, 16)
  return `${clip(name, LENGTH)}#${hash}`
}
