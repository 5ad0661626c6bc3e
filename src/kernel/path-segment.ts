/** Checks names that go into the path of a URL, so that they cannot lead to another operation. */
import { ConfigError } from './errors.js'

/** How often, at most, servers and proxies undo percent escapes before they read a path. */
const UNDONE = 3

/** What divides a path; some servers treat a backslash as a slash. */
const DIVIDERS = /[/\\]/

/** An empty segment, or a dot segment. */
const isStep = (piece: string): boolean => piece === '' || piece === '.' || piece === '..'

/**
 * A name as one segment of a path, or as several where `divided` says that its slashes divide it.
 *
 * @param field - The field to name in messages.
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

/** The name, and its forms with percent escapes undone. */
function* spellings(name: string): Generator<string> {
  let spelling = name
  for (let i = 0; i <= UNDONE; i += 1) {
    yield spelling
    const next = unescaped(spelling)
    if (next === spelling) return
    spelling = next
  }
}

/** Only for ASCII: no other character divides a path. A stray percent sign stays. */
function unescaped(text: string): string {
  return text.replace(/%([0-7][\da-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Whether a URL would change the path: it has a dot segment (also escaped), a backslash, a fragment or a control character. */
export function leadsElsewhere(path: string): boolean {
  return /[\\#\p{Cc}]/u.test(path) || path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
}
