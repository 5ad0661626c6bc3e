/** The store in which OpenTelemetry keeps the active context, for hooks of Node that set a store instead of calling a function. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { context, type Context } from '@opentelemetry/api'
import { isObject } from '../../kernel/json.js'

/** The part of OpenTelemetry's context managers that is used here. */
export interface ContextManager {
  active(): Context
}

/** The registered manager. `@opentelemetry/api` has no public access to it. */
export function contextManager(): ContextManager | undefined {
  const found = (context as unknown as { _getContextManager?: () => unknown })._getContextManager?.()
  return isObject(found) && typeof found['active'] === 'function' ? (found as unknown as ContextManager) : undefined
}

/** The storage of the manager; other kinds of managers have none. */
function contextStorage(): AsyncLocalStorage<Context> | undefined {
  const { _asyncLocalStorage: storage } = (contextManager() ?? {}) as { readonly _asyncLocalStorage?: unknown }
  return storage instanceof AsyncLocalStorage ? (storage as AsyncLocalStorage<Context>) : undefined
}

/** A store to which a diagnostics channel can be bound, whatever context manager is registered. */
export function contextStore(): AsyncLocalStorage<Context> {
  // Up to Node 24, a channel only calls `run` of a store.
  const run = <Result>(current: Context, fn: () => Result): Result => context.with(current, fn)
  return contextStorage() ?? ({ run } as unknown as AsyncLocalStorage<Context>)
}

/** Makes `current` the active context of what follows, if the context manager can. */
export function enterContext(current: Context): void {
  contextStorage()?.enterWith(current)
}
