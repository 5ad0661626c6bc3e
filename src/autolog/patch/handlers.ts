/** Traces handlers in a framework's table, which looks one up for each message and calls it. */
import { guard } from '../../kernel/guard.js'
import type { Replace } from '../contract.js'
import type { DeclaredStep, HandlerLookup } from '../step-contract.js'

type Handler = (...args: unknown[]) => unknown

/** @param asStep - Makes a step of a function. */
export function instrumentHandlers(
  { table, key, declared }: HandlerLookup,
  asStep: (handler: Handler, declared: DeclaredStep) => Handler,
): Replace {
  return (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      const swapped = active() && guard('handler', () => swap(table(this), key(args), this, args))
      if (!swapped) return original.apply(this, args)
      try {
        return original.apply(this, args)
      } finally {
        swapped()
      }
    }

  function swap(handlers: unknown, name: unknown, self: unknown, args: unknown[]): (() => void) | undefined {
    const handler: unknown = handlers instanceof Map ? handlers.get(name) : undefined
    if (!(handlers instanceof Map) || typeof handler !== 'function') return undefined
    handlers.set(
      name,
      asStep(handler as Handler, () => declared(args, self)),
    )
    return () => void handlers.set(name, handler)
  }
}
