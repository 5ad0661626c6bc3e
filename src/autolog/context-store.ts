/** Where OpenTelemetry keeps the active context, for the hooks of Node that set a store and take no function to run. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { context, type Context } from '@opentelemetry/api'
import { isObject } from '../kernel/json.js'

/** The part of OpenTelemetry's context managers that is asked for the active context. */
export interface ContextManager {
  active(): Context
}

/** The registered manager; `@opentelemetry/api` has no public way to it. */
export function contextManager(): ContextManager | undefined {
  const found = (context as unknown as { _getContextManager?: () => unknown })._getContextManager?.()
  return isObject(found) && typeof found['active'] === 'function' ? (found as unknown as ContextManager) : undefined
}

/** Its storage; managers of other kinds have none. */
function contextStorage(): AsyncLocalStorage<Context> | undefined {
  const { _asyncLocalStorage: storage } = (contextManager() ?? {}) as { readonly _asyncLocalStorage?: unknown }
  return storage instanceof AsyncLocalStorage ? (storage as AsyncLocalStorage<Context>) : undefined
}

/** What a diagnostics channel can be bound to, whatever context manager is registered. */
export function contextStore(): AsyncLocalStorage<Context> {
  // Of a store a channel only calls `run`, up to Node 24.
  const run = <Result>(current: Context, fn: () => Result): Result => context.with(current, fn)
  return contextStorage() ?? ({ run } as unknown as AsyncLocalStorage<Context>)
}

/** Makes `current` the active context of what follows, where the context manager can. */
export function enterContext(current: Context): void {
  contextStorage()?.enterWith(current)
}
