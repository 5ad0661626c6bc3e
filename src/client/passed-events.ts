/** A stream of an operation that is passed on: each event goes to the caller as it came. */
import { StreamError } from '../kernel/errors.js'
import { isObject, parseJson } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { providerErrorOf } from '../protocols/openai-chat/error.js'
import { readEvents, readJson, type EventReader, type WireAnswer } from './body.js'
import type { AttemptRun } from './call.js'
import { committedFailure } from './failure.js'
import type { StreamSource } from './model-stream.js'
import { factsOf } from './passed-facts.js'
import type { Passed } from './passthrough.js'
import type { CallMeta, StreamItem } from './types.js'

type Item = StreamItem<JsonObject>

/** Reads until the first event is there. Until then every failure is the attempt's, and may fall back. */
export async function openPassedEvents(
  passed: Passed,
  run: AttemptRun,
  answer: WireAnswer,
): Promise<StreamSource<Item>> {
  const source = new PassedEvents(passed, run, answer)
  await source.open()
  run.limits.stop('firstChunk')
  passed.call.limits.unref()
  return source
}

class PassedEvents implements StreamSource<Item> {
  private readonly passed: Passed
  private readonly run: AttemptRun
  private readonly answer: WireAnswer
  private reader: EventReader | undefined
  private readonly queue: Item[] = []
  /** The event that completes the stream, until it is known to be the last, which carries `_meta`. */
  private held: JsonObject | undefined
  /** The newest event that carries counts, or the newest one. */
  private last: JsonObject = {}
  private complete = false
  private settled = false
  private result: CallMeta | undefined
  private failure: { readonly error: unknown } | undefined
  private pumping: Promise<void> | undefined

  constructor(passed: Passed, run: AttemptRun, answer: WireAnswer) {
    this.passed = passed
    this.run = run
    this.answer = answer
  }

  get meta(): CallMeta | undefined {
    return this.queue.length === 0 ? this.result : undefined
  }

  async open(): Promise<void> {
    const { answer, run, passed } = this
    const type = answer.response.headers.get('content-type')?.split(';')[0] ?? ''
    if (/^text\/html/i.test(type))
      throw new StreamError(`expected a stream of events from ${answer.host}, got ${type}`, answer.fields)
    // A server that knows no streams of this operation answers whole.
    if (/\bjson$/i.test(type)) return this.readWhole(await readJson(answer, run.limits))
    this.reader = readEvents(answer, run.limits, passed.call.timeout.idle, 'sse')
    while (this.queue.length === 0 && !this.held && !this.settled) await this.pump(this.reader)
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      const item = this.queue.shift()
      if (item) return { done: false, value: item }
      if (this.failure) {
        const { error } = this.failure
        this.failure = undefined
        throw error
      }
      if (this.settled || !this.reader) return { done: true, value: undefined }
      this.pumping ??= this.pumpCommitted(this.reader)
      await this.pumping
    }
  }

  stop(): void {
    this.queue.length = 0
    this.held = undefined
    this.failure = undefined
    if (this.settled) return
    this.reader?.cancel()
    this.succeed()
  }

  private readWhole(wire: unknown): void {
    if (!isObject(wire)) throw new StreamError(`the answer of ${this.answer.host} is no object`, this.answer.fields)
    this.take(wire)
    this.succeed()
  }

  private async pumpCommitted(reader: EventReader): Promise<void> {
    const { call } = this.passed
    try {
      await this.pump(reader)
    } catch (thrown) {
      if (this.settled) return
      this.settled = true
      reader.cancel()
      this.release()
      const error = call.limits.abortedByCaller
        ? call.limits.signal.reason
        : committedFailure(this.run.locate(thrown), undefined, this.answer.fields)
      this.run.finish(error)
      this.failure = { error: call.fail(error) }
    } finally {
      this.pumping = undefined
    }
  }

  private async pump(reader: EventReader): Promise<void> {
    const batch = await reader.next(this.complete)
    if (this.settled) return
    if (batch === undefined) {
      if (!this.complete) throw new StreamError('the stream ended before its end was sent', this.answer.fields)
      return this.succeed()
    }
    for (const { data } of batch) {
      if (data === '') continue
      if (data === '[DONE]') {
        reader.drain()
        return this.succeed()
      }
      const wire = parseJson(data)
      if (!isObject(wire)) throw new StreamError('an event of the stream is no JSON object', this.answer.fields)
      this.take(wire)
    }
  }

  private take(wire: JsonObject): void {
    const failure = wire['type'] === 'error' || wire['error'] != null ? providerErrorOf(wire) : undefined
    if (failure) throw failure
    this.passed.call.telemetry.chunk()
    if (wire['type'] === this.passed.format.lastEvent) this.complete = true
    if (isObject(wire['usage']) || !isObject(this.last['usage'])) this.last = wire
    this.release()
    if (this.complete) this.held = wire
    else this.queue.push(wire)
  }

  private release(): void {
    if (this.held) this.queue.push(this.held)
    this.held = undefined
  }

  private succeed(): void {
    this.settled = true
    this.run.finish()
    this.result = this.passed.call.succeed(this.run, { other: factsOf(this.last) })
    const item = this.held ?? this.queue.pop()
    this.held = undefined
    if (item) this.queue.push({ ...item, _meta: this.result })
  }
}
