/**
 * The context manager that is registered where a program has none: OpenTelemetry's context in an `AsyncLocalStorage`. The SDK's
 * does the same and is four files more, which would load at every start. Its binding of emitters is used, when one is bound.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { ROOT_CONTEXT, type Context, type ContextManager } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import { emitterBinder } from './load-sdk.js'

type Scope = { dispose(): void }

export class OwnContextManager implements ContextManager {
  /** Named as in the SDK's manager: tools look for it there. */
  readonly _asyncLocalStorage = new AsyncLocalStorage<Context>()
  private binder: Pick<ContextManager, 'bind'> | undefined

  active(): Context {
    return this._asyncLocalStorage.getStore() ?? ROOT_CONTEXT
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    current: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const called = thisArg === undefined || thisArg === null ? fn : (fn.bind(thisArg) as F)
    return this._asyncLocalStorage.run(current, called, ...args)
  }

  bind<T>(current: Context, target: T): T {
    if (target instanceof EventEmitter) return guard('context', () => this.emitters().bind(current, target)) ?? target
    if (typeof target !== 'function') return target
    const { _asyncLocalStorage: storage } = this
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return storage.run(current, () => Reflect.apply(target, this, args) as unknown)
    }
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true })
    return bound as T
  }

  enable(): this {
    return this
  }

  disable(): this {
    this._asyncLocalStorage.disable()
    return this
  }

  /** Makes `current` active for what follows in this chain of asynchronous work. Experimental in OpenTelemetry; Node 25.9 has it itself. */
  attach(current: Context): Scope {
    const storage = this._asyncLocalStorage as AsyncLocalStorage<Context> & { withScope?: (store: Context) => Scope }
    if (storage.withScope) return storage.withScope(current)
    const before = this.active()
    storage.enterWith(current)
    let isOver = false
    return {
      dispose() {
        if (!isOver) storage.enterWith(before)
        isOver = true
      },
    }
  }

  private emitters(): Pick<ContextManager, 'bind'> {
    return (this.binder ??= emitterBinder(this))
  }
}
