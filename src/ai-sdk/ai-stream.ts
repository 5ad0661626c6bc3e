/** A stream of the client's chunks as parts of the AI SDK: each text, reasoning and tool input has a start, pieces and an end. */
import type { AnswerChunk, ChatStream } from '../client/types/chat.js'
import type { CallMeta } from '../client/types/meta.js'
import type { StreamItem } from '../client/types/meta.js'
import { isAbortError } from '../kernel/errors.js'
import type { Block, ChunkChoice, ToolCallDelta, Usage } from '../kernel/hub.js'
import { mergeUsage } from '../kernel/merge-usage.js'
import { finishOf, metadataOf, responseOf, sourcesOf, usageOf } from './ai-answer.js'
import { callError } from './model-call-error.js'
import type { FinishReason, Metadata, StreamPart, Warning } from './given.js'
import { keptOf } from './kept.js'

/** A text or a reasoning that grows. */
interface Open {
  readonly kind: 'text' | 'reasoning'
  readonly id: string
  readonly ordinal: number | undefined
  block: Block
}

interface Call {
  id: string
  name: string
  input: string
  started: boolean
  raw?: Metadata | undefined
}

/** What `streamText` gets. */
export interface StreamSetting {
  readonly model: string
  readonly warnings: Warning[]
  /** Whether the chunks are given as well. */
  readonly raw: boolean
  readonly audioFormat: string
}

/** @param stream - Read one chunk at a time, as the reader asks. Cancelling ends the call. */
export function partsOf(stream: ChatStream, setting: StreamSetting): ReadableStream<StreamPart> {
  const iterator = stream[Symbol.asyncIterator]()
  const parts = new Parts(setting.audioFormat)
  let over = false
  return new ReadableStream<StreamPart>({
    start: (sink) => sink.enqueue({ type: 'stream-start', warnings: setting.warnings }),
    async pull(sink) {
      // A chunk may say nothing, and a reader that waits is not asked again.
      for (let given = 0; given === 0 && !over;) {
        try {
          const { done, value: chunk } = await iterator.next()
          over = done === true
          const made = chunk ? parts.push(chunk) : parts.end(stream._meta)
          if (chunk && setting.raw) made.unshift({ type: 'raw', rawValue: chunk })
          for (const part of made) sink.enqueue(part)
          given = made.length
        } catch (error) {
          over = true
          if (isAbortError(error)) return sink.error(error)
          for (const part of parts.fail(callError(error, setting.model))) sink.enqueue(part)
        }
      }
      if (over) sink.close()
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

class Parts {
  private made: StreamPart[] = []
  private open: Open | undefined
  private readonly calls = new Map<number, Call>()
  private readonly cited = new Set<string>()
  private readonly audioFormat: string
  private audio = ''
  private texts = 0
  private named = false
  private usage: Usage | undefined
  private finish: FinishReason = { unified: 'other', raw: undefined }
  private ordinal: number | undefined

  constructor(audioFormat: string) {
    this.audioFormat = audioFormat
  }

  push(chunk: StreamItem<AnswerChunk>): StreamPart[] {
    if (!this.named && (chunk.id || chunk.model)) {
      this.named = true
      this.made.push({ type: 'response-metadata', ...responseOf(chunk) })
    }
    if (chunk.usage) this.usage = mergeUsage(this.usage, chunk.usage)
    for (const choice of chunk.choices) if (choice.index === 0) this.grow(choice as ChunkChoice)
    return this.taken()
  }

  end(meta: CallMeta | undefined): StreamPart[] {
    this.close()
    this.endCalls()
    if (this.audio !== '') {
      const mediaType = `audio/${this.audioFormat}`
      this.made.push({ type: 'file', mediaType, data: { type: 'data', data: this.audio } })
    }
    const usage = usageOf(meta?.usage ?? this.usage)
    this.made.push({ type: 'finish', finishReason: this.finish, usage, providerMetadata: metadataOf(meta) })
    return this.taken()
  }

  /** What has begun is ended. A tool call that broke off is not one. */
  fail(error: unknown): StreamPart[] {
    this.close()
    this.made.push({ type: 'error', error })
    const finishReason = { unified: 'error', raw: undefined } as const
    this.made.push({ type: 'finish', finishReason, usage: usageOf(this.usage) })
    return this.taken()
  }

  private taken(): StreamPart[] {
    const { made } = this
    this.made = []
    return made
  }

  private grow(choice: ChunkChoice): void {
    const { delta } = choice
    this.ordinal = delta.block ?? this.ordinal
    if (delta.thinking_blocks) {
      for (const piece of delta.thinking_blocks) {
        if (piece.type === 'redacted_thinking') this.whole(piece)
        else this.think(piece.thinking, piece.signature)
      }
    } else if (delta.reasoning_content) this.think(delta.reasoning_content)
    if (delta.content) this.say(delta.content)
    if (delta.refusal) this.say(delta.refusal)
    if (delta.annotations) this.made.push(...sourcesOf(delta.annotations, this.cited))
    this.audio += delta.audio?.data ?? ''
    for (const piece of delta.tool_calls ?? []) this.call(piece)
    for (const block of delta.blocks ?? []) this.exact(block)
    if (choice.finish_reason) this.finish = finishOf(choice.finish_reason, choice.native_finish_reason)
  }

  private say(delta: string): void {
    const { id } = this.opened('text')
    this.made.push({ type: 'text-delta', id, delta })
  }

  private think(delta: string, signature?: string): void {
    // The signature ends a block, so text after it belongs to the next one.
    if (delta !== '' && this.open?.block.type === 'thinking' && this.open.block.signature !== undefined) this.close()
    const { id, block } = this.opened('reasoning')
    if (delta !== '') this.made.push({ type: 'reasoning-delta', id, delta })
    if (signature !== undefined && block.type === 'thinking') block.signature = (block.signature ?? '') + signature
  }

  /** The text or reasoning that grows; another one, or another block, begins a new one. */
  private opened(kind: Open['kind']): Open {
    const { ordinal, open } = this
    if (open?.kind === kind && open.ordinal === ordinal) return open
    this.close()
    const id = `${kind}-${this.texts++}`
    const block: Block = kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '' }
    this.made.push({ type: `${kind}-start`, id })
    return (this.open = { kind, id, ordinal, block })
  }

  private close(): void {
    const { open } = this
    if (!open) return
    this.open = undefined
    const kept = keptOf(open.block)
    this.made.push({ type: `${open.kind}-end`, id: open.id, ...(kept && { providerMetadata: kept }) })
  }

  private call(piece: ToolCallDelta): void {
    let call = this.calls.get(piece.index)
    if (!call) {
      this.close()
      call = { id: '', name: '', input: '', started: false }
      this.calls.set(piece.index, call)
    }
    if (piece.id && call.id === '') call.id = piece.id
    call.name += piece.function?.name ?? piece.custom?.name ?? ''
    const delta = piece.function?.arguments ?? piece.custom?.input ?? ''
    call.input += delta
    if (!call.started && call.id !== '' && call.name !== '') {
      call.started = true
      this.made.push({ type: 'tool-input-start', id: call.id, toolName: call.name })
      if (call.input !== '') this.made.push({ type: 'tool-input-delta', id: call.id, delta: call.input })
    } else if (call.started && delta !== '') this.made.push({ type: 'tool-input-delta', id: call.id, delta })
  }

  /** Calls are whole only now: the pieces of several may be mixed. */
  private endCalls(): void {
    for (const { id, name, input, raw } of this.calls.values()) {
      this.made.push({ type: 'tool-input-end', id })
      const metadata = raw ? { providerMetadata: raw } : {}
      this.made.push({ type: 'tool-call', toolCallId: id, toolName: name, input: input || '{}', ...metadata })
    }
  }

  /** The exact form of a block, which comes at its end, or a block that no part has a word for. */
  private exact(block: Block): void {
    const { open } = this
    if (block.type === 'tool_call') {
      const call = [...this.calls.values()].find(({ id }) => id === block.id) ?? [...this.calls.values()].at(-1)
      if (call) call.raw = keptOf(block)
    } else if (open && open.block.type === block.type && open.ordinal === this.ordinal) {
      if (block.raw) open.block.raw = block.raw
    } else if (block.type === 'text') this.say(block.text)
    else if (block.type === 'refusal') this.say(block.refusal)
    else this.whole(block)
  }

  /** A block without pieces: an empty reasoning that carries it, or one with all of its text. */
  private whole(block: Block): void {
    this.close()
    const open = this.opened('reasoning')
    if (block.type === 'thinking' && block.thinking !== '') {
      this.made.push({ type: 'reasoning-delta', id: open.id, delta: block.thinking })
    }
    open.block = block
    this.close()
  }
}
