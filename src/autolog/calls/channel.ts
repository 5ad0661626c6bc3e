/** Turns the messages of a tracing channel into model calls and steps: each message is a run of a `SpanBridge`. */
import { tracingChannel } from 'node:diagnostics_channel'
import { context, type Context } from '@opentelemetry/api'
import { isObject } from '../../kernel/json.js'
import { endWhenAbandoned, type AbandonWatch } from '../../telemetry/spans/abandoned.js'
import { guard } from '../../kernel/guard.js'
import { SpanBridge, type RunId, type RunStart } from './bridge.js'
import { beginCall } from './instrument-call.js'
import type { BeginRun, ChannelRun } from '../contract.js'
import { contextStore } from './context-store.js'
import { deliver } from './deliver.js'
import { AnswerReader, type Unread } from './reader.js'
import type { StepOutcome } from '../step-contract.js'
import { beginStep, finishStep } from './instrument-step.js'
import { abandon } from '../streams/stream-tap.js'

interface Open {
  readonly id: RunId
  readonly watch: AbandonWatch
}

type Begun = Required<Pick<RunStart<unknown, StepOutcome>, 'finish' | 'abandoned'>> & { readonly context: Context }

/** Begins the call or step of a message. Must not refer to the message. */
function begin(run: ChannelRun, message: unknown, report: (what: Unread) => void): Begun {
  if ('call' in run) {
    const call = beginCall(run.call, undefined, [message])
    const reader = new AnswerReader(call, run.call, { report })
    const finish = ({ result, error }: StepOutcome): void => {
      if (error !== undefined) reader.fail(error)
      else if (!run.call.withoutAnswer || !call.endWithInner()) deliver(result, reader)
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
  private readonly beginRun: BeginRun
  private readonly report: (what: Unread) => void
  /** Made with the first message. */
  private opened: SpanBridge<unknown> | undefined
  private readonly name: string
  private readonly store = contextStore()
  private readonly open = new WeakMap<object, Open>()
  private active = true

  private readonly subscribers = {
    start: (): void => undefined,
    /** An operation that settles later has neither of the two yet. */
    end: (message: object): void => {
      if ('error' in message || 'result' in message) this.finish(message)
    },
    asyncStart: (): void => undefined,
    asyncEnd: (message: object): void => this.finish(message),
    error: (): void => undefined,
  }

  constructor(name: string, beginRun: BeginRun, report: (what: Unread) => void) {
    this.channel = tracingChannel(name)
    this.name = name
    this.beginRun = beginRun
    this.report = report
    this.channel.subscribe(this.subscribers)
    this.channel.start.bindStore(this.store, (message) => this.enter(message))
  }

  /** Open runs are still watched to their end. */
  off(): void {
    this.active = false
    this.channel.start.unbindStore(this.store)
    this.leave()
  }

  private get bridge(): SpanBridge<unknown> {
    return (this.opened ??= new SpanBridge(this.name))
  }

  private leave(): void {
    if (!this.active && !this.opened?.size) this.channel.unsubscribe(this.subscribers)
  }

  /** Context of the operation's own work. Must not throw: Node would report it as a fault of the program. */
  private enter(message: unknown): Context {
    return (this.active && guard('channel', () => this.start(message))) || context.active()
  }

  private start(message: unknown): Context | undefined {
    const run = isObject(message) ? this.beginRun(message, (id) => this.bridge.get(id)?.facts) : undefined
    if (!run || !isObject(message)) return undefined
    const parent = this.bridge.parentContext(run.parentId)
    const begun = context.with(parent, () => begin(run, message, this.report))
    // An id that is in use would be ambiguous.
    const id = run.id === undefined || this.bridge.get(run.id) ? Symbol('run') : run.id
    const watch = endWhenAbandoned(message, this.abandonment(id))
    // The run may take any time. It ends early only when the message is garbage.
    watch.reading()
    this.open.set(message, { id, watch })
    return this.bridge.start({ ...begun, id, facts: run.facts }, run.parentId, begun.context)
  }

  /** A method of its own, so that nothing here keeps the message alive. */
  private abandonment(id: RunId): () => void {
    return () => {
      this.bridge.forget(id)
      this.leave()
    }
  }

  private finish(message: object): void {
    const open = this.open.get(message)
    if (!open) return
    const { result, error } = message as StepOutcome
    open.watch()
    this.open.delete(message)
    this.bridge.end(open.id, { result, error })
    this.leave()
  }
}

/** @returns A function that stops the watch. */
export function watchChannel(name: string, begin: BeginRun, report: (what: Unread) => void): () => void {
  const watch = new ChannelWatch(name, begin, report)
  return () => watch.off()
}
