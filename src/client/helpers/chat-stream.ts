/** A streamed chat completion with events, as `chat.completions.stream()` of the `openai` package gives it. */
import { createChatAccumulator } from '../../kernel/accumulate.js'
import { linesOf } from '../streams/model-stream.js'
import type { AnswerChunk, ChatAnswer, ChatResult, ChatStream } from '../types/chat.js'
import type { StreamItem } from '../types/meta.js'
import { ChatCompletionRunner } from './chat-run.js'
import { ChoiceEvents } from './choice-events.js'
import type { ChatStreamEvents } from './stream-events.js'

/** Gives a completion the shape of the call's schemas, and `parsed` if the content is checked. */
export type Parse = (completion: ChatResult) => Promise<ChatResult>

/** What `chat.completions.stream()` returns, and `runTools()` with `stream: true`. Iterating it gives the chunks. */
export class ChatCompletionStream
  extends ChatCompletionRunner<ChatStreamEvents>
  implements AsyncIterable<StreamItem<AnswerChunk>>
{
  #accumulator: ReturnType<typeof createChatAccumulator> | undefined

  /** The completion that is under way; `undefined` before its first chunk and after its last. */
  get currentChatCompletionSnapshot(): ChatAnswer | undefined {
    return this.#accumulator?.result() as ChatAnswer | undefined
  }

  /**
   * The chunks, as they come: those of all completions of a run with tools. Leaving the loop aborts the run. Chunks that came
   * before the first call are not given again.
   */
  [Symbol.asyncIterator](): AsyncIterator<StreamItem<AnswerChunk>, undefined> {
    const waiting: StreamItem<AnswerChunk>[] = []
    let wake: (() => void) | undefined
    const keep = (chunk: StreamItem<AnswerChunk>): void => {
      waiting.push(chunk)
      wake?.()
    }
    this.on('chunk', keep)
    let failed: { readonly error: unknown } | undefined
    let over = false
    void this.done()
      .catch((error: unknown) => (failed = { error }))
      .finally(() => {
        over = true
        wake?.()
      })
    const leave = (): Promise<IteratorReturnResult<undefined>> => {
      this.off('chunk', keep)
      if (!over) this.abort()
      return Promise.resolve({ done: true, value: undefined })
    }
    return {
      async next() {
        while (waiting.length === 0 && !over) await new Promise<void>((resolve) => (wake = resolve))
        const value = waiting.shift()
        if (value) return { done: false, value }
        if (failed) throw failed.error
        return { done: true, value: undefined }
      },
      return: leave,
    }
  }

  /** The chunks as lines of JSON, as `ChatCompletionStream.fromReadableStream` of the `openai` package reads them. */
  toReadableStream(): ReadableStream<Uint8Array> {
    return linesOf(this)
  }

  /** Reads one stream to its end and adds its completion. */
  protected async readStream(stream: ChatStream, parse: Parse): Promise<ChatResult> {
    const accumulator = (this.#accumulator = createChatAccumulator())
    const choices = new ChoiceEvents((event, ...args) => this.emit(event, ...args))
    for await (const chunk of stream) {
      accumulator.push(chunk)
      if (this.hasListeners('chunk')) this.emit('chunk', chunk, accumulator.result() as ChatAnswer)
      choices.read(chunk)
    }
    this.controller.signal.throwIfAborted()
    const { _meta: meta } = stream
    if (!meta) throw new Error('the stream ended without its facts')
    const { usage } = meta
    const whole = { ...(usage && { usage }), ...accumulator.result(), _meta: meta } as ChatResult
    const completion = await parse(whole)
    choices.end(completion)
    this.#accumulator = undefined
    this.addCompletion(completion)
    return completion
  }
}
