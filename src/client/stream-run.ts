/** A streamed attempt from its first byte to its end. */
import { createChatAccumulator } from '../kernel/accumulate.js'
import { StreamError } from '../kernel/errors.js'
import type { ChatChunk } from '../kernel/hub.js'
import { parseJson } from '../kernel/json.js'
import type { ChatProtocol, StreamDecoder } from '../kernel/protocol.js'
import type { AttemptRun, LogicalCall } from './call.js'
import { chunksOf, hasContent } from './chunks.js'
import { committedFailure, decoding, describeBody } from './failure.js'
import type { StreamSource } from './model-stream.js'
import { readEvents, readJson, type EventReader, type WireAnswer } from './body.js'
import type { CallMeta, StreamItem } from './types.js'

/** The caller's format: turns what a target sends into what the caller gets. */
export interface StreamFace<T> {
  /** Reads the target's events. */
  readonly codec: ChatProtocol
  /** The caller's items for one event, of which `chunks` is the meaning. */
  event(wire: unknown, chunks: readonly ChatChunk[]): readonly T[]
  /** The last items. */
  end(chunks: readonly ChatChunk[]): readonly T[]
}

export interface StreamStart<T> {
  readonly call: LogicalCall
  readonly run: AttemptRun
  readonly answer: WireAnswer
  readonly face: StreamFace<T>
  /** Makes items from chunks, for a target that answers with JSON. */
  readonly whole: (chunks: readonly ChatChunk[]) => readonly T[]
  /** How many choices were asked for. */
  readonly choices: number
}

/** Reads until the first piece of content is there. Until then every failure is the attempt's, and may fall back. */
export async function openStream<T extends object>(start: StreamStart<T>): Promise<StreamSource<StreamItem<T>>> {
  const { call, run, answer } = start
  const stream = new StreamRun(start)
  if (isJson(answer)) await stream.readWhole()
  else await stream.readFirst()
  run.limits.stop('firstChunk')
  call.limits.unref()
  return stream
}

function isJson(answer: WireAnswer): boolean {
  return /^application\/(?:[\w.-]+\+)?json/i.test(answer.response.headers.get('content-type') ?? '')
}

class StreamRun<T extends object> implements StreamSource<StreamItem<T>> {
  private result: CallMeta | undefined
  private readonly start: StreamStart<T>
  private readonly decoder: StreamDecoder
  private readonly accumulator = createChatAccumulator()
  private reader: EventReader | undefined
  private readonly queue: StreamItem<T>[] = []
  /** The newest item once every choice has finished: it may be the last, which carries `_meta`. */
  private held: T | undefined
  private readonly seen = new Set<number>()
  private readonly finished = new Set<number>()
  private committed = false
  private settled = false
  private events = 0
  private failure: { readonly error: unknown } | undefined
  private pumping: Promise<void> | undefined

  constructor(start: StreamStart<T>) {
    this.start = start
    this.decoder = start.face.codec.createStreamDecoder()
  }

  /** For the reader the stream has ended when the last item is read, whatever has arrived before. */
  get meta(): CallMeta | undefined {
    return this.queue.length === 0 ? this.result : undefined
  }

  async readFirst(): Promise<void> {
    const { answer, run, call, face } = this.start
    const contentType = answer.response.headers.get('content-type')
    if (/^text\/html/i.test(contentType ?? '')) {
      throw new StreamError(
        `expected a stream of events from ${answer.host}, got ${contentType?.split(';')[0] ?? ''}`,
        answer.fields,
      )
    }
    this.reader = readEvents(answer, run.limits, call.timeout.idle, face.codec.framing)
    while (!this.committed) await this.pump(this.reader)
  }

  async readWhole(): Promise<void> {
    const { answer, run, face, whole } = this.start
    const body = await readJson(answer, run.limits)
    const chunks = decoding(() => chunksOf(face.codec.decodeResponse(body)))
    this.observe(chunks)
    this.emit(decoding(() => whole(chunks)))
    this.succeed()
  }

  async next(): Promise<IteratorResult<StreamItem<T>, undefined>> {
    for (;;) {
      const item = this.queue.shift()
      if (item) return { done: false, value: item }
      if (this.failure) {
        const { error } = this.failure
        // An iterator that has thrown is at its end.
        this.failure = undefined
        throw error
      }
      if (this.settled || !this.reader) return { done: true, value: undefined }
      // Calls of `next` that do not wait for each other share one read.
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

  private async pumpCommitted(reader: EventReader): Promise<void> {
    try {
      await this.pump(reader)
    } catch (error) {
      if (!this.settled) this.fail(error)
    } finally {
      this.pumping = undefined
    }
  }

  /** One read. Items that it completed before a fault are kept. */
  private async pump(reader: EventReader): Promise<void> {
    const allFinished = this.finished.size >= Math.max(this.start.choices, this.seen.size)
    const batch = await reader.next(allFinished && this.decoder.done)
    if (this.settled) return
    try {
      if (batch === undefined) return this.end()
      for (const { event, data } of batch) {
        if (data === '' || this.settled) continue
        this.read(reader, data, event)
      }
    } catch (error) {
      // The content of the same read came first, and commits.
      if (!this.committed) throw error
      this.fail(error)
    }
  }

  private read(reader: EventReader, data: string, event: string | undefined): void {
    this.events += 1
    const isText = event !== undefined && this.start.face.codec.textEvents?.includes(event)
    if (data === '[DONE]' && !isText) {
      this.decoder.push(data)
      reader.drain()
      this.end()
      return
    }
    const wire = isText ? data : parseJson(data)
    if (wire === undefined)
      throw new StreamError(`event ${this.events} of the stream is not JSON`, this.start.answer.fields)
    const chunks = decoding(() => this.decoder.push(wire, event))
    this.observe(chunks)
    this.emit(decoding(() => this.start.face.event(wire, chunks)))
  }

  private end(): void {
    const { face, answer } = this.start
    const chunks = decoding(() => this.decoder.end())
    this.observe(chunks)
    if (!this.decoder.done) {
      const found =
        this.events === 0
          ? `without an event (${describeBody(answer.response.headers.get('content-type'), 0)})`
          : 'before its end was sent'
      throw new StreamError(`the stream ended ${found}`, answer.fields)
    }
    if (this.seen.size === 0) throw new StreamError('the stream ended without an answer', answer.fields)
    this.emit(decoding(() => face.end(chunks)))
    this.committed = true
    this.succeed()
  }

  private observe(chunks: readonly ChatChunk[]): void {
    for (const chunk of chunks) {
      this.start.call.telemetry.chunk()
      this.accumulator.push(chunk)
      for (const choice of chunk.choices) {
        this.seen.add(choice.index)
        if (choice.finish_reason) this.finished.add(choice.index)
      }
      if (!this.committed && hasContent(chunk)) this.committed = true
    }
  }

  private emit(items: readonly T[]): void {
    const last = this.finished.size > 0 && this.finished.size >= Math.max(this.start.choices, this.seen.size)
    for (const item of items) {
      if (this.held) this.queue.push(this.held)
      this.held = undefined
      if (last) this.held = item
      else this.queue.push(item)
    }
  }

  private succeed(): void {
    const { call, run } = this.start
    this.settled = true
    run.finish()
    const meta = call.succeed(run, { chat: this.accumulator.result() })
    if (this.held) this.queue.push({ ...this.held, _meta: meta })
    this.result = meta
    this.held = undefined
  }

  private fail(thrown: unknown): void {
    const { call, run, answer } = this.start
    this.settled = true
    this.reader?.cancel()
    if (this.held) this.queue.push(this.held)
    this.held = undefined
    const partial = this.accumulator.result()
    const error = call.limits.abortedByCaller
      ? call.limits.signal.reason
      : committedFailure(run.locate(thrown), partial, answer.fields)
    run.finish(error)
    this.failure = { error: call.fail(error, { chat: partial }) }
  }
}
