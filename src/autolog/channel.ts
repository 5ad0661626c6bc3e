/** Operations that a library publishes on a tracing channel of Node, as runs of a bridge. */
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import type { Context } from '@opentelemetry/api'
import { context } from '@opentelemetry/api'
import { guard } from '../telemetry/settings.js'
import { SpanBridge, type RunOutcome } from './bridge.js'
import { locateRuns } from './locate.js'

/** What an operation is: the context of its span, and how it ends. */
export interface Traced {
  readonly context: Context
  readonly finish: (outcome: RunOutcome) => void
}

interface Message {
  result?: unknown
  error?: unknown
}

const bridge = new SpanBridge('channel')
/** Run of the innermost operation that is under way. */
const store = new AsyncLocalStorage<string | undefined>()
let count = 0

/**
 * Follows the operations of `tracing:<name>:*` (https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel).
 * `begin` runs in the context of the operation around; `undefined`: this one is not shown. Returns the way back.
 */
export function watchTracingChannel(name: string, begin: (message: unknown) => Traced | undefined): () => void {
  const channel = diagnostics.tracingChannel<string | undefined, Message>(name)
  const ids = new WeakMap<object, string>()
  const open = (message: Message): string | undefined => {
    const parent = store.getStore()
    const traced = guard('channel', () => begin(message))
    if (!traced) return parent
    const id = `${name} ${++count}`
    ids.set(message, id)
    bridge.start({ id, facts: undefined, finish: traced.finish }, parent, traced.context)
    return id
  }
  const finish = (message: Message): void => {
    const id = ids.get(message)
    if (id !== undefined) bridge.end(id, { output: message.result, error: message.error })
  }
  const listeners = {
    start: () => undefined,
    // What has its outcome here was synchronous.
    end: (message: Message) => ('result' in message || 'error' in message ? finish(message) : undefined),
    asyncStart: () => undefined,
    asyncEnd: finish,
    error: () => undefined,
  }
  channel.subscribe(listeners)
  channel.start.bindStore(store, open)
  const unlocate = locateRuns(bridge, () => store.getStore())
  return () => {
    channel.start.unbindStore(store)
    channel.unsubscribe(listeners)
    unlocate()
  }
}

/** Listens to a plain channel. Returns the way back. */
export function watchChannel(name: string, listener: (message: unknown) => void): () => void {
  const guarded = (message: unknown): void => void guard('channel', () => listener(message))
  diagnostics.subscribe(name, guarded)
  return () => void diagnostics.unsubscribe(name, guarded)
}
