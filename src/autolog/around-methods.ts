/** Replacements that several integrations make of a method whose result they leave alone. */
import { context } from '@opentelemetry/api'
import { guard } from '../kernel/guard.js'
import { withGroup, type SpanBridge } from './bridge.js'
import type { Replace } from './call-contract.js'

/**
 * Tells of each call before it is made.
 *
 * @param where - Names the fault when `tell` throws.
 * @param always - Also after `off()`: what is open still ends.
 */
export const tellBefore =
  (where: string, tell: (self: unknown) => unknown, always = false): Replace =>
  (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      if (always || active()) guard(where, tell, this)
      return original.apply(this, args)
    }

/** What a method has begun in `bridge` ends at the latest when the promise that it gives fails. */
export const endOnFailure =
  <Facts>(bridge: SpanBridge<Facts>): Replace =>
  (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      if (!active()) return original.apply(this, args)
      const group = { runs: new Set<string>() }
      const result = context.with(withGroup(context.active(), group), () => original.apply(this, args))
      const fail = (error: unknown): never => {
        bridge.abandon(group, error)
        throw error
      }
      return result instanceof Promise ? result.then((value: unknown) => value, fail) : result
    }
