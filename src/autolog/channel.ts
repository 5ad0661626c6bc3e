/** Turns what a library tells on a tracing channel into model calls and steps. */
import { tracingChannel } from 'node:diagnostics_channel'
import { context, createContextKey, type Context } from '@opentelemetry/api'
import { isObject } from '../kernel/json.js'
import { endWhenAbandoned } from '../telemetry/abandoned.js'
import { guard } from '../telemetry/settings.js'
import { beginCall } from './call.js'
import type { BeginRun, ChannelRun } from './contract.js'
import { contextStore } from './context-store.js'
import { deliver } from './deliver.js'
import { createReader, type Unread } from './reader.js'
import type { StepOutcome } from './step-contract.js'
import { beginStep, finishStep } from './steps.js'
import { abandon } from './stream-tap.js'

/** How one ends that has begun. */
interface Ends {
  readonly finish: (outcome: StepOutcome) => void
  /** Nobody waits for it any more. */
  readonly abandoned: () => void
}

/** One that is not over. */
interface Open extends Ends {
  readonly id: string | undefined
  readonly facts: unknown
  readonly parent: Open | undefined
  context: Context
  over: boolean
  keep: () => void
}

const RUN = createContextKey('tracestitch.channel.run')

/** What an operation is to us, and how it ends. Must not refer to the message. */
function start(run: ChannelRun, message: unknown, tell: (what: Unread) => void): Ends & { readonly context: Context } {
  if ('call' in run) {
    const call = beginCall(run.call, undefined, [message])
    const reader = createReader(call, run.call, { tell })
    const finish = ({ result, error }: StepOutcome): void => {
      if (error !== undefined) reader.fail(error)
      else if (!run.call.untold || !call.endWithInner()) deliver(result, reader)
    }
    return { context: call.context, finish, abandoned: abandon(reader) }
  }
  const step = beginStep(run.step, undefined, [message])
  return {
    context: step.context,
    finish: (outcome) => finishStep(run.step, step, outcome),
    abandoned: () => step.end(),
  }
}

class ChannelWatch {
  private readonly channel: ReturnType<typeof tracingChannel<object>>
  private readonly begin: BeginRun
  private readonly tell: (what: Unread) => void
  private readonly store = contextStore()
  private readonly open = new WeakMap<object, Open>()
  private readonly byId = new Map<string, Open>()
  private count = 0
  private active = true

  private readonly subscribers = {
    start: (): void => undefined,
    /** An operation that settles later has neither yet. */
    end: (message: object): void => {
      if ('error' in message || 'result' in message) this.finish(message)
    },
    asyncStart: (): void => undefined,
    asyncEnd: (message: object): void => this.finish(message),
    error: (): void => undefined,
  }

  constructor(name: string, begin: BeginRun, tell: (what: Unread) => void) {
    this.channel = tracingChannel(name)
    this.begin = begin
    this.tell = tell
    this.channel.subscribe(this.subscribers)
    this.channel.start.bindStore(this.store, (message) => this.enter(message))
  }

  /** What is open is still heard of, to its end. */
  off(): void {
    this.active = false
    this.channel.start.unbindStore(this.store)
    if (this.count === 0) this.channel.unsubscribe(this.subscribers)
  }

  /** Context of the operation's own work. Node takes what is thrown here as a fault of the program. */
  private enter(message: unknown): Context {
    const active = context.active()
    return (this.active && guard('channel', () => this.run(message, active))) || active
  }

  private run(message: unknown, active: Context): Context | undefined {
    const run = isObject(message) ? this.begin(message, (id) => this.named(id)?.facts) : undefined
    if (!run || !isObject(message)) return undefined
    const parent = this.named(run.parentId)
    const current = parent && !isWithin(parent, active) ? parent.context : active
    const begun = context.with(current, () => start(run, message, this.tell))
    const open: Open = {
      ...begun,
      id: run.id,
      facts: run.facts,
      parent: openIn(current),
      over: false,
      keep: () => undefined,
    }
    open.context = begun.context.setValue(RUN, open)
    this.open.set(message, open)
    this.count++
    if (run.id !== undefined) this.byId.set(run.id, open)
    const watch = endWhenAbandoned(message, this.abandonment(open))
    // However long it takes: it is only over early when nobody can be waiting.
    watch.reading()
    open.keep = watch
    return open.context
  }

  private named(id: string | undefined): Open | undefined {
    return id === undefined ? undefined : this.byId.get(id)
  }

  /** Apart from the message, which must not be kept alive. */
  private abandonment(open: Open): () => void {
    return () => this.close(open, open.abandoned)
  }

  private finish(message: object): void {
    const open = this.open.get(message)
    if (!open) return
    const { result, error } = message as StepOutcome
    this.close(open, () => open.finish({ result, error }))
  }

  private close(open: Open, end: () => void): void {
    if (open.over) return
    open.over = true
    open.keep()
    if (open.id !== undefined && this.byId.get(open.id) === open) this.byId.delete(open.id)
    this.count--
    if (!this.active && this.count === 0) this.channel.unsubscribe(this.subscribers)
    guard('channel', end)
  }
}

function openIn(current: Context): Open | undefined {
  return current.getValue(RUN) as Open | undefined
}

/** Whether `current` lies in the run or in one below it. */
function isWithin(run: Open, current: Context): boolean {
  for (let at = openIn(current); at; at = at.parent) if (at === run) return true
  return false
}

/** The returned function stops the watch. */
export function watchChannel(name: string, begin: BeginRun, tell: (what: Unread) => void): () => void {
  const watch = new ChannelWatch(name, begin, tell)
  return () => watch.off()
}
