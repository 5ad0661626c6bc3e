/** Names that go into the path of a URL: what they may hold, so that they cannot lead to another operation. */
import { ConfigError } from './errors.js'

/** How often servers and proxies undo percent escapes before they look at a path, at most. */
const UNDONE = 3

/** What divides a path, also where a server takes a backslash for a slash. */
const DIVIDERS = /[/\\]/

/** A step that is nothing, or goes nowhere or back. */
const isStep = (piece: string): boolean => piece === '' || piece === '.' || piece === '..'

/**
 * A name as one segment of a path, or as several where `divided` says that its slashes divide it.
 *
 * @param field - What the name is called in messages.
 * @throws ConfigError for a name that has an empty or a dot segment, however it is written, or a control character.
 */
export function pathSegment(name: string, field = 'model', divided = false): string {
  for (const spelling of spellings(name)) {
    if (spelling.split(DIVIDERS).some(isStep))
      throw new ConfigError(field, 'has an empty or a dot segment; give it as the provider lists it')
    if (/[\p{Cc}\p{Surrogate}]/u.test(spelling))
      throw new ConfigError(field, 'has a control character or half of one; give it as the provider lists it')
  }
  return divided ? name.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(name)
}

/** The name, and what it is once percent escapes are undone. */
function* spellings(name: string): Generator<string> {
  let spelling = name
  for (let i = 0; i <= UNDONE; i += 1) {
    yield spelling
    const next = unescaped(spelling)
    if (next === spelling) return
    spelling = next
  }
}

/** Of ASCII: no other character divides a path. A stray percent sign stays. */
function unescaped(text: string): string {
  return text.replace(/%([0-7][\da-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Whether a URL would not keep the path: a dot segment, also an escaped one, a backslash, a fragment, a control character. */
export function leadsElsewhere(path: string): boolean {
  return /[\\#\p{Cc}]/u.test(path) || path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
}
