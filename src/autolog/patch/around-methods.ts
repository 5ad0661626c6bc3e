/** Replacements of methods for several integrations, which leave the result as it is. */
import { context } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import { withGroup, type SpanBridge } from '../calls/bridge.js'
import type { Replace } from '../call-contract.js'

/**
 * Runs a function before each call of the method.
 *
 * @param where - Names the fault when `run` throws.
 * @param always - Whether to run it after `off()` too, so that open spans still end.
 */
export const runBefore =
  (where: string, run: (self: unknown) => unknown, always = false): Replace =>
  (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      if (always || active()) guard(where, run, this)
      return original.apply(this, args)
    }

/** Ends the runs that a method has begun in `bridge` when its promise rejects, if they are still open. */
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
