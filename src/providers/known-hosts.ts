/**
 * Whether a host may be a provider's, or a store's: a small table, for requests to any host, so that the rows load only for one of
 * theirs.
 */
import { HOST_NAMES } from './host-names.js'
import { STORE_HOSTS } from './store-hosts.js'

let exact: ReadonlySet<string> | undefined
/** One expression for all that are no whole names. */
let pattern: RegExp | undefined

/** @param host - In lower case. */
export function mayBeKnown(host: string): boolean {
  exact ??= new Set(HOST_NAMES)
  if (exact.has(host)) return true
  return (pattern ??= patternOf([...HOST_NAMES, ...STORE_HOSTS])).test(host)
}

function patternOf(names: readonly string[]): RegExp {
  return new RegExp(`(?:${names.filter(isPattern).map(asExpression).join('|')})$`)
}

const isPattern = (name: string): boolean => name.startsWith('.') || name.includes('*')

function asExpression(name: string): string {
  const escaped = name.replaceAll('.', String.raw`\.`).replaceAll('*', '[^.]+')
  return name.startsWith('.') ? escaped : `^${escaped}`
}
