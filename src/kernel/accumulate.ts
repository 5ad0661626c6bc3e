/** Puts the chunks of a stream together into the completion that the same call without streaming would give. */
import { messageFromBlocks } from './blocks.js'
import type {
  Block,
  ChatChoice,
  ChatChunk,
  ChatCompletion,
  ChunkChoice,
  CompletionMessage,
  FinishReason,
  Logprobs,
  ToolCall,
  ToolCallDelta,
} from './hub.js'

interface ChoiceState {
  finish: FinishReason | null
  native: string | undefined
  logprobs: Logprobs | null
  blocks: Block[]
  /** Ordinal of the block that is growing, as the decoder numbers them. */
  ordinal: number | undefined
  /** Whether the decoder numbers blocks, so that their order is known to matter. */
  numbered: boolean
  calls: Map<number, ToolCall>
  functionCall: CompletionMessage['function_call']
  audio: CompletionMessage['audio']
}

export interface ChatAccumulator {
  push(chunk: ChatChunk): void
  /** The completion so far. `finish_reason` is `undefined` on a choice that never finished; see `finishReasons`. */
  result(): ChatCompletion
  /** One entry a choice, `null` where it has not finished. */
  readonly finishReasons: readonly (FinishReason | null)[]
}

/**
 * @param options.content - Keep text, tool calls and reasoning. With `false` only ids, model, usage and
 *   finish reasons are kept, and memory does not grow with the stream. Default true.
 */
export function createChatAccumulator(options: { readonly content?: boolean } = {}): ChatAccumulator {
  const keepContent = options.content ?? true
  const choices = new Map<number, ChoiceState>()
  const head: Omit<ChatCompletion, 'choices'> = { id: '', object: 'chat.completion', created: 0, model: '' }

  function stateOf(index: number): ChoiceState {
    let state = choices.get(index)
    if (!state) {
      state = { finish: null, native: undefined, logprobs: null, blocks: [], ordinal: undefined, numbered: false, calls: new Map(), functionCall: undefined, audio: undefined }
      choices.set(index, state)
    }
    return state
  }

  return {
    push(chunk) {
      if (chunk.id) head.id = chunk.id
      if (chunk.model) head.model = chunk.model
      if (chunk.created) head.created = chunk.created
      if (chunk.usage) head.usage = chunk.usage
      if (chunk.service_tier != null) head.service_tier = chunk.service_tier
      if (chunk.system_fingerprint != null) head.system_fingerprint = chunk.system_fingerprint
      for (const choice of chunk.choices) {
        const state = stateOf(choice.index)
        if (choice.finish_reason) state.finish = choice.finish_reason
        if (choice.native_finish_reason) state.native = choice.native_finish_reason
        if (keepContent) pushContent(state, choice)
      }
    },
    result() {
      const sorted = [...choices].sort(([a], [b]) => a - b)
      return { ...head, choices: sorted.map(([index, state]) => toChoice(index, state)) }
    },
    get finishReasons() {
      return [...choices].sort(([a], [b]) => a - b).map(([, state]) => state.finish)
    },
  }
}

function pushContent(state: ChoiceState, choice: ChunkChoice): void {
  const { delta } = choice
  if (choice.logprobs) {
    state.logprobs ??= { content: null, refusal: null }
    if (choice.logprobs.content) (state.logprobs.content ??= []).push(...choice.logprobs.content)
    if (choice.logprobs.refusal) (state.logprobs.refusal ??= []).push(...choice.logprobs.refusal)
  }
  if (delta.block !== undefined) state.numbered = true
  // A new ordinal closes the block that was growing, even when the next one is of the same type.
  const fresh = delta.block !== undefined && delta.block !== state.ordinal
  state.ordinal = delta.block ?? state.ordinal

  if (delta.thinking_blocks) {
    for (const block of delta.thinking_blocks) growThinking(state, block, fresh)
  } else if (delta.reasoning_content) {
    growThinking(state, { type: 'thinking', thinking: delta.reasoning_content }, fresh)
  }
  if (delta.content) {
    const block = lastBlock(state, 'text', fresh)
    if (block) block.text += delta.content
    else state.blocks.push({ type: 'text', text: delta.content })
  }
  if (delta.annotations?.length) {
    let block = lastBlock(state, 'text', fresh && !delta.content)
    if (!block) {
      block = { type: 'text', text: '' }
      state.blocks.push(block)
    }
    ;(block.annotations ??= []).push(...delta.annotations)
  }
  if (delta.refusal) {
    const block = lastBlock(state, 'refusal', fresh)
    if (block) block.refusal += delta.refusal
    else state.blocks.push({ type: 'refusal', refusal: delta.refusal })
  }
  if (delta.function_call) {
    const call = (state.functionCall ??= { name: '', arguments: '' })
    call.name += delta.function_call.name ?? ''
    call.arguments += delta.function_call.arguments ?? ''
  }
  if (delta.audio) {
    const audio = (state.audio ??= { id: '', data: '', expires_at: 0, transcript: '' })
    if (delta.audio.id) audio.id = delta.audio.id
    if (delta.audio.expires_at) audio.expires_at = delta.audio.expires_at
    audio.data += delta.audio.data ?? ''
    audio.transcript += delta.audio.transcript ?? ''
  }
  for (const call of delta.tool_calls ?? []) growToolCall(state, call)
  for (const block of delta.blocks ?? []) {
    state.numbered = true
    const last = state.blocks.at(-1)
    // The exact form of the block that just grew comes at its end.
    if (block.raw && last && last.type === block.type && !fresh) last.raw = block.raw
    else state.blocks.push({ ...block })
  }
}

function growToolCall(state: ChoiceState, delta: ToolCallDelta): void {
  let call = state.calls.get(delta.index)
  if (!call) {
    const id = delta.id ?? ''
    call =
      delta.type === 'custom' || delta.custom
        ? { id, type: 'custom', custom: { name: '', input: '' } }
        : { id, type: 'function', function: { name: '', arguments: '' } }
    state.calls.set(delta.index, call)
    state.blocks.push({ type: 'tool_call', id })
  }
  if (delta.id && call.id === '') {
    call.id = delta.id
    const placeholder = state.blocks.find((block) => block.type === 'tool_call' && block.id === '')
    if (placeholder?.type === 'tool_call') placeholder.id = delta.id
  }
  if (call.type === 'custom') {
    call.custom.name += delta.custom?.name ?? ''
    call.custom.input += delta.custom?.input ?? ''
  } else {
    call.function.name += delta.function?.name ?? ''
    call.function.arguments += delta.function?.arguments ?? ''
  }
}

function lastBlock<T extends Block['type']>(state: ChoiceState, type: T, fresh: boolean): Extract<Block, { type: T }> | undefined {
  const last = state.blocks.at(-1)
  return !fresh && last?.type === type ? (last as Extract<Block, { type: T }>) : undefined
}

function growThinking(state: ChoiceState, piece: Extract<Block, { type: 'thinking' | 'redacted_thinking' }>, fresh: boolean): void {
  if (piece.type === 'redacted_thinking') {
    state.blocks.push({ ...piece })
    return
  }
  const block = lastBlock(state, 'thinking', fresh)
  // The signature ends a block, so text after it belongs to the next one.
  if (block && !(block.signature && piece.thinking !== '')) {
    block.thinking += piece.thinking
    if (piece.signature !== undefined) block.signature = (block.signature ?? '') + piece.signature
  } else {
    state.blocks.push({ ...piece })
  }
}

function toChoice(index: number, state: ChoiceState): ChatChoice {
  const calls = [...state.calls].sort(([a], [b]) => a - b).map(([, call]) => call)
  const message = messageFromBlocks(state.blocks, calls)
  // Without numbers from the decoder the order of arrival says nothing about blocks.
  if (!state.numbered) delete message.blocks
  if (state.functionCall) message.function_call = state.functionCall
  if (state.audio) message.audio = state.audio
  return {
    index,
    // A cut stream has no reason; the span and the error say so, the shape stays OpenAI's.
    finish_reason: state.finish as FinishReason,
    message,
    logprobs: state.logprobs,
    ...(state.native !== undefined && { native_finish_reason: state.native }),
  }
}
