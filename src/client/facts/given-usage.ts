/** Usage as the caller gets it. */
import { isObject } from '../../kernel/json.js'

/**
 * The answer, or the chunk, without invalid usage. Decoders write `NaN` for a count that is not a number, for the pricing
 * to see; a caller's sums must not become `NaN`.
 */
export function withGivenUsage<T extends object>(value: T): T {
  const { usage } = value as { readonly usage?: unknown }
  if (!holdsNaN(usage)) return value
  const { usage: _none, ...rest } = value as T & { readonly usage: unknown }
  return rest as unknown as T
}

/** The usage itself; `undefined` if it is invalid. */
export function givenUsage<T extends object>(usage: T | undefined): T | undefined {
  return holdsNaN(usage) ? undefined : usage
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value)
  return isObject(value) && Object.values(value).some(holdsNaN)
}
