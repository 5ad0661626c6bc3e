/**
 * A streamed attempt from its first byte to its end, whatever its pieces are and mean.
 *
 * Its life has three parts. While it opens, it changes its own attempt and nothing of the call, so that other attempts may
 * run in parallel and it may fail, stall or be given up. `commit()` makes it the answer of the call: from then on its items
 * go to the caller, and a fault is a typed error with what came so far. In the end it settles the call.
 */
import { GuardrailError } from '../../kernel/guardrail-error.js'
import type { PieceReader, WireAnswer } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { Answer } from '../call/answer.js'
import type { LogicalCall } from '../call/logical-call.js'
import { committedFailure } from '../transport/failure.js'
import type { StreamSource } from './model-stream.js'
import type { CallMeta } from '../types/meta.js'

/** Reads the pieces of a stream; this is all in which streams differ. */
export interface StreamReading<P, T> {
  /**
   * Reads a piece, and gives the items that it completes. Items given before a fault are kept. Returns a promise only if it
   * has to wait.
   *
   * @returns Whether this was the format's own end.
   * @throws an error for a malformed piece, or the provider's error in it.
   */
  read(piece: P, give: (item: T) => void): boolean | Promise<boolean>
  /** Gives the last items, after the format's own end or the end of the bytes. @throws StreamError when the stream was cut. */
  end(give: (item: T) => void): void | Promise<void>
  /** Whether a part of the answer has been read. Until then another attempt may take the place of this one. */
  readonly hasContent: boolean
  /** Whether the newest item may be the last, which carries `_meta`: it is held until that is known. */
  readonly mayBeLast: boolean
  /** Whether the answer is complete, so that nothing more is expected but the end of the body. */
  readonly isComplete: boolean
  /** What came so far. */
  answer(): Answer
  /** The last item, with `_meta`. */
  withMeta(item: T, meta: CallMeta): T
}

/** A stream whose answer has begun, before anything is read. */
export interface OpenStream<P, T> {
  /** The response, for the facts of an error. */
  readonly wire: WireAnswer
  readonly pieces: PieceReader<P>
  readonly reading: StreamReading<P, T>
}

export interface StreamParts<P, T> extends OpenStream<P, T> {
  readonly call: LogicalCall
  readonly run: AttemptRun
}

/** Opens the stream and makes it the call's answer. Until its first content every failure is the attempt's, and may fall back. */
export async function openCommitted<P, T>(
  call: LogicalCall,
  run: AttemptRun,
  { wire, pieces, reading }: OpenStream<P, T>,
): Promise<StreamSource<T>> {
  const attempt = new StreamAttempt({ call, run, wire, pieces, reading })
  await attempt.open()
  attempt.commit()
  return attempt
}

export class StreamAttempt<P, T> implements StreamSource<T> {
  private readonly parts: StreamParts<P, T>
  private readonly queue: T[] = []
  private held: T | undefined
  private firstPieceAt: number | undefined
  private committed = false
  /** How the attempt ended, once it has. */
  private ended: { readonly error?: unknown } | undefined
  private failure: { readonly error: unknown } | undefined
  private result: CallMeta | undefined
  private pumping: Promise<void> | undefined
  private stopListening: (() => void) | undefined

  constructor(parts: StreamParts<P, T>) {
    this.parts = parts
  }

  /** The stream ends for the reader when the last item is read, however early it arrived. */
  get meta(): CallMeta | undefined {
    return this.queue.length === 0 ? this.result : undefined
  }

  /** Reads until the first content, or to the end. @throws why the attempt failed. */
  async open(): Promise<void> {
    while (!this.parts.reading.hasContent && !this.ended) await this.pump()
  }

  /** The one point after which no other attempt can answer the call. Follows `open()`. */
  commit(): void {
    const { call, run } = this.parts
    call.claim(run)
    this.committed = true
    run.contentBegan()
    run.limits.stop('firstChunk')
    run.limits.stop('attempt')
    call.limits.unref()
    call.telemetry.chunk(this.firstPieceAt)
    if (this.ended) return this.settle(this.ended)
    const { limits } = run
    // If nobody reads, no read notices that the time is up, and the call would never release what it holds.
    this.stopListening = limits.onAbort(() => {
      if (!this.ended && !this.pumping) this.fail(limits.reason)
    })
    if (limits.aborted) this.fail(limits.reason)
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const item = this.queue.shift()
      if (item !== undefined) return { done: false, value: item }
      if (this.failure) {
        const { error } = this.failure
        // An iterator that has thrown is done.
        this.failure = undefined
        throw error
      }
      if (this.ended) return { done: true, value: undefined }
      // Parallel calls of `next` share one read.
      this.pumping ??= this.pump().finally(() => {
        this.pumping = undefined
      })
      await this.pumping
    }
  }

  stop(): void {
    this.queue.length = 0
    this.held = undefined
    this.failure = undefined
    if (this.ended) return
    this.parts.pieces.cancel()
    this.end({})
  }

  /** One read. */
  private async pump(): Promise<void> {
    const { pieces, reading } = this.parts
    try {
      const batch = await pieces.next(reading.isComplete)
      if (this.ended) return
      if (!batch) return await this.finish()
      for (const piece of batch) {
        const read = reading.read(piece, this.give)
        this.firstPieceAt ??= performance.now()
        const isEnd = typeof read === 'boolean' ? read : await read
        if (this.ended) return
        if (!isEnd) continue
        pieces.drain()
        return await this.finish()
      }
    } catch (error) {
      if (this.ended) return
      // Content in the same read came first, so the stream is committed.
      if (!reading.hasContent) throw error
      this.fail(error)
    }
  }

  private readonly give = (item: T): void => {
    this.releaseHeld()
    if (this.parts.reading.mayBeLast) this.held = item
    else this.queue.push(item)
  }

  private releaseHeld(): void {
    if (this.held !== undefined) this.queue.push(this.held)
    this.held = undefined
  }

  private async finish(): Promise<void> {
    await this.parts.reading.end(this.give)
    if (!this.ended) this.end({})
  }

  private fail(thrown: unknown): void {
    const { call, run, wire, pieces, reading } = this.parts
    pieces.cancel()
    const { abortedByCaller, reason } = call.limits
    const answer = reading.answer()
    const partial = 'chat' in answer ? answer.chat : undefined
    const error = abortedByCaller
      ? reason
      : thrown instanceof GuardrailError
        ? thrown
        : committedFailure(run.locate(thrown), partial, wire.fields)
    this.end({ error })
  }

  private end(ended: { readonly error?: unknown }): void {
    this.ended = ended
    this.stopListening?.()
    // A stream that came in one piece ends before it is committed.
    if (this.parts.reading.hasContent) this.parts.run.contentBegan()
    this.parts.run.finish(ended.error)
    if (this.committed) this.settle(ended)
  }

  private settle(ended: { readonly error?: unknown }): void {
    const { call, run, reading } = this.parts
    const answer = reading.answer()
    if ('error' in ended) {
      this.releaseHeld()
      this.failure = { error: call.fail(ended.error, 'chat' in answer ? answer : undefined) }
      return
    }
    const meta = call.succeed(run, answer)
    const last = this.held ?? this.queue.pop()
    this.held = undefined
    if (last !== undefined) this.queue.push(reading.withMeta(last, meta))
    this.result = meta
  }
}
