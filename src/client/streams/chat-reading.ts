/** A stream whose events a codec reads: chat, in whatever format the target and the caller speak. */
import { createChatAccumulator } from '../../kernel/accumulate.js'
import { StreamError } from '../../kernel/errors.js'
import { isTextEvent, type FrameEvent } from '../../kernel/frames.js'
import type { ChatChunk } from '../../kernel/hub.js'
import { parseJson } from '../../kernel/json.js'
import type { ChatProtocol, StreamDecoder } from '../../kernel/protocol.js'
import { parseBody, readEvents, type WireAnswer } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { Answer, LogicalCall } from '../call/logical-call.js'
import { chunksOf, hasContent } from './chunks.js'
import { decoding, describeBody } from '../transport/failure.js'
import type { StreamSource } from './model-stream.js'
import { openCommitted, type StreamReading } from './stream-attempt.js'
import type { CallMeta, StreamItem } from '../types/meta.js'
import { faultOfFirst, refuseUnfitWhole, turnDown } from '../answers/unfit.js'

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
export function openStream<T extends object>(start: StreamStart<T>): Promise<StreamSource<StreamItem<T>>> {
  const { call, run, answer, face } = start
  const pieces = readEvents(answer, run.limits, run.timeout.idle, face.codec.framing)
  return openCommitted({ call, run, wire: answer, pieces, reading: new ChatReading(start) })
}

class ChatReading<T extends object> implements StreamReading<FrameEvent, StreamItem<T>> {
  hasContent = false
  private readonly start: StreamStart<T>
  private readonly decoder: StreamDecoder
  private readonly accumulator = createChatAccumulator()
  private readonly seen = new Set<number>()
  private readonly finished = new Set<number>()
  private events = 0
  private isWhole = false
  /** Why the answer will not be given, once it has ended. */
  private fault: ReturnType<typeof faultOfFirst>

  constructor(start: StreamStart<T>) {
    this.start = start
    this.decoder = start.face.codec.createStreamDecoder()
  }

  get mayBeLast(): boolean {
    return this.finished.size > 0 && this.finished.size >= Math.max(this.start.choices, this.seen.size)
  }

  get isComplete(): boolean {
    return this.mayBeLast && this.decoder.done
  }

  answer(): Answer {
    return { chat: this.accumulator.result() }
  }

  withMeta(item: StreamItem<T>, meta: CallMeta): StreamItem<T> {
    return { ...item, _meta: meta }
  }

  read(event: FrameEvent, give: (item: StreamItem<T>) => void): boolean {
    const { data } = event
    if (data === '') return false
    this.events += 1
    if (event.whole) return this.readWhole(data, give)
    const { answer, face } = this.start
    const isText = isTextEvent(event, face.codec.textEvents)
    if (data === '[DONE]' && !isText) {
      this.decoder.push(data)
      return true
    }
    const wire = isText ? data : parseJson(data)
    if (wire === undefined) throw new StreamError(`event ${this.events} of the stream is not JSON`, answer.fields)
    const chunks = decoding(() => this.decoder.push(wire, event.event))
    this.observe(chunks)
    for (const item of decoding(() => face.event(wire, chunks))) give(item)
    return false
  }

  private turnedDown(fault: NonNullable<ReturnType<typeof faultOfFirst>>): Error {
    return turnDown(this.start.run, this.accumulator.result(), fault)
  }

  end(give: (item: StreamItem<T>) => void): void {
    if (this.isWhole) return
    const { face, answer } = this.start
    const chunks = decoding(() => this.decoder.end())
    this.observe(chunks)
    if (!this.decoder.done) {
      const found =
        this.events === 0
          ? `without an event (${describeBody(answer.response.headers.get('content-type'), '')})`
          : 'before its end was sent'
      throw new StreamError(`the stream ended ${found}`, answer.fields)
    }
    if (this.seen.size === 0) throw new StreamError('the stream ended without an answer', answer.fields)
    if (this.fault) throw this.turnedDown(this.fault)
    for (const item of decoding(() => face.end(chunks))) give(item)
  }

  /** A server that does not stream this answers whole. */
  private readWhole(data: string, give: (item: StreamItem<T>) => void): boolean {
    const { answer, face, whole } = this.start
    const body = parseBody(answer, data)
    const completion = decoding(() => face.codec.decodeResponse(body))
    refuseUnfitWhole(this.start.run, completion)
    const chunks = decoding(() => chunksOf(completion))
    this.observe(chunks)
    const items = decoding(() => whole(chunks))
    this.isWhole = true
    this.hasContent = true
    for (const item of items) give(item)
    return true
  }

  private observe(chunks: readonly ChatChunk[]): void {
    for (const chunk of chunks) {
      this.accumulator.push(chunk)
      for (const choice of chunk.choices) {
        this.seen.add(choice.index)
        if (choice.finish_reason) this.finished.add(choice.index)
      }
      if (this.hasContent || !hasContent(chunk)) continue
      // Of several choices another may still bring something.
      this.fault ??= this.start.choices === 1 ? faultOfFirst(this.start.run, chunk) : undefined
      // What is declined at length need not be read on. Where nothing came, only the counts are left.
      if (this.fault === 'refusal') throw this.turnedDown(this.fault)
      this.hasContent = this.fault === undefined
    }
  }
}
