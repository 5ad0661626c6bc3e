/** A stream of chat whose events a codec reads, in any format of target and caller. */
import { createChatAccumulator } from '../../kernel/accumulate.js'
import { StreamError } from '../../kernel/errors.js'
import { isTextEvent, type FrameEvent } from '../../kernel/frames.js'
import type { ChatChunk } from '../../kernel/hub.js'
import { parseJson } from '../../kernel/json.js'
import type { ChatProtocol, StreamDecoder } from '../../kernel/protocol.js'
import type { Answer } from '../call/answer.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { ChunkStage } from '../call/stage.js'
import { refuse } from '../call/stages.js'
import { parseBody, readEvents, type WireAnswer } from '../transport/body.js'
import { decoding, describeBody, unreadable } from '../transport/failure.js'
import type { CallMeta, StreamItem } from '../types/meta.js'
import { chunksOf, hasContent } from './chunks.js'
import type { OpenStream, StreamReading } from './stream-attempt.js'

/** Writes the items of a stream in the caller's format. */
export interface ItemWriter<T> {
  /** The items for one event, whose meaning is `chunks`. @param name - The name in its frame, if there is one. */
  event(wire: unknown, chunks: readonly ChatChunk[], name: string | undefined): readonly T[]
  /** The last items. */
  end(chunks: readonly ChatChunk[]): readonly T[]
  /** All items of a whole answer. */
  whole(chunks: readonly ChatChunk[]): readonly T[]
}

export interface ChatStreamStart<T> {
  readonly run: AttemptRun
  readonly wire: WireAnswer
  /** Reads the target's events. */
  readonly codec: ChatProtocol
  readonly writer: ItemWriter<T>
  /** How many choices the request asks for. */
  readonly choices: number
  readonly stage: ChunkStage | undefined
}

export function openChatStream<T extends object>(start: ChatStreamStart<T>): OpenStream<FrameEvent, StreamItem<T>> {
  const { run, wire, codec } = start
  const pieces = readEvents(wire, run.limits, run.timeout.idle, codec.framing)
  return { wire, pieces, reading: new ChatReading(start) }
}

class ChatReading<T extends object> implements StreamReading<FrameEvent, StreamItem<T>> {
  hasContent = false
  private readonly start: ChatStreamStart<T>
  private readonly decoder: StreamDecoder
  /** What came. */
  private readonly came = createChatAccumulator()
  /** What the caller gets, if stages may change it. */
  private readonly given: ReturnType<typeof createChatAccumulator> | undefined
  private readonly seen = new Set<number>()
  private readonly finished = new Set<number>()
  private events = 0
  private isWhole = false

  constructor(start: ChatStreamStart<T>) {
    this.start = start
    this.decoder = start.codec.createStreamDecoder()
    if (start.run.call.client.stages.changeStreams) this.given = createChatAccumulator()
  }

  get mayBeLast(): boolean {
    return this.finished.size > 0 && this.finished.size >= Math.max(this.start.choices, this.seen.size)
  }

  get isComplete(): boolean {
    return this.mayBeLast && this.decoder.done
  }

  answer(): Answer {
    const came = this.came.result()
    if (!this.given || !this.hasContent) return { chat: came }
    // What came is what is paid for.
    const { usage } = came
    return { chat: { ...this.given.result(), ...(usage && { usage }) } }
  }

  withMeta(item: StreamItem<T>, meta: CallMeta): StreamItem<T> {
    return { ...item, _meta: meta }
  }

  read(event: FrameEvent, give: (item: StreamItem<T>) => void): boolean | Promise<boolean> {
    const { data } = event
    if (data === '') return false
    this.events += 1
    if (event.whole) return this.readWhole(data, give)
    const { wire: answer, codec, stage } = this.start
    const isText = isTextEvent(event, codec.textEvents)
    if (data === '[DONE]' && !isText) {
      this.decoder.push(data)
      return true
    }
    const wire = isText ? data : parseJson(data)
    if (wire === undefined) throw new StreamError(`event ${this.events} of the stream is not JSON`, answer.fields)
    const chunks = this.decode(wire, event.event)
    this.observe(chunks)
    if (!stage) return this.give(wire, chunks, event.event, give)
    const looked = this.look(() => stage.push(chunks))
    if (!(looked instanceof Promise)) return this.give(wire, looked, event.event, give)
    return looked.then((kept) => this.give(wire, kept, event.event, give))
  }

  async end(give: (item: StreamItem<T>) => void): Promise<void> {
    if (this.isWhole) return
    const { wire: answer, writer, stage } = this.start
    const last = decoding(() => this.decoder.end())
    this.observe(last)
    if (!this.decoder.done) {
      const found =
        this.events === 0
          ? `without an event (${describeBody(answer.response.headers.get('content-type'), '')})`
          : 'before its end was sent'
      throw new StreamError(`the stream ended ${found}`, answer.fields)
    }
    if (this.seen.size === 0) throw new StreamError('the stream ended without an answer', answer.fields)
    const kept = stage ? await this.look(async () => [...(await stage.push(last)), ...(await stage.end())]) : last
    this.note(kept)
    for (const item of decoding(() => writer.end(kept))) give(item)
  }

  private decode(wire: unknown, event: string | undefined): readonly ChatChunk[] {
    try {
      return this.decoder.push(wire, event)
    } catch (error) {
      throw unreadable(error)
    }
  }

  private give(
    wire: unknown,
    chunks: readonly ChatChunk[],
    name: string | undefined,
    give: (item: StreamItem<T>) => void,
  ): false {
    this.note(chunks)
    let items
    try {
      items = this.start.writer.event(wire, chunks, name)
    } catch (error) {
      throw unreadable(error)
    }
    for (const item of items) give(item)
    return false
  }

  /** The chunks that a stage lets through. If it refuses before the caller got anything, the answer is discarded, and counted. */
  private look<C>(step: () => C): C {
    const turnedDown = (error: unknown): never => {
      if (!this.hasContent) refuse(this.start.run, { chat: this.came.result() }, error)
      throw error
    }
    try {
      const kept = step()
      return kept instanceof Promise ? (this.start.run.limits.race(kept).catch(turnedDown) as C) : kept
    } catch (error) {
      return turnedDown(error)
    }
  }

  /** A server that does not stream this operation sends a whole answer. */
  private async readWhole(data: string, give: (item: StreamItem<T>) => void): Promise<boolean> {
    const { wire, codec, writer, run } = this.start
    const body = parseBody(wire, data)
    const completion = decoding(() => codec.decodeResponse(body))
    this.observe(decoding(() => chunksOf(completion)))
    const looked = await this.look(() => run.call.client.stages.after(run, { chat: completion }))
    const chunks = chunksOf('chat' in looked ? looked.chat : completion)
    const items = decoding(() => writer.whole(chunks))
    this.isWhole = true
    this.hasContent = true
    this.note(chunks)
    for (const item of items) give(item)
    return true
  }

  /** What came. */
  private observe(chunks: readonly ChatChunk[]): void {
    for (const chunk of chunks) {
      this.came.push(chunk)
      for (const choice of chunk.choices) {
        this.seen.add(choice.index)
        if (choice.finish_reason) this.finished.add(choice.index)
      }
    }
  }

  /** What is given. */
  private note(chunks: readonly ChatChunk[]): void {
    if (this.given) for (const chunk of chunks) this.given.push(chunk)
    if (!this.hasContent && chunks.some(hasContent)) this.hasContent = true
  }
}
