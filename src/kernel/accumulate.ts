/** Joins the chunks of a stream to the completion that the same call would give without streaming. */
import { messageFromBlocks } from './message-blocks.js'
import { addExtras } from './extras.js'
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
import { isObject } from './json.js'
import type { JsonObject } from './protocol.js'
import { mergeUsage } from './merge-usage.js'

/** Fields that are read by name, and those that repeat one of them. All others are kept as they are. */
const OF_CHUNK = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'system_fingerprint',
  'raw',
  'obfuscation',
  '_meta',
])
const OF_CHOICE = new Set(['index', 'delta', 'finish_reason', 'native_finish_reason', 'logprobs', 'message', 'usage'])
const OF_DELTA = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'audio',
  'annotations',
  'block',
  'blocks',
  'reasoning_content',
  'reasoning',
  'thinking_blocks',
])
const OF_CALL = new Set(['index', 'id', 'type', 'function', 'custom'])

interface ChoiceState {
  finish: FinishReason | null
  native: string | undefined
  logprobs: Logprobs | null
  /** In the order of the decoder's numbers, or of arrival where it gives none. */
  slots: Slot[]
  /** Ordinal of the block that is growing. */
  ordinal: number | undefined
  /** Whether the decoder numbers blocks, so that their order is known to matter. */
  numbered: boolean
  calls: Map<number, ToolCall>
  functionCall: CompletionMessage['function_call']
  audio: CompletionMessage['audio']
  /** Whether thinking came as blocks and not only as text. */
  thinkingBlocks: boolean
  /** Unknown fields of the choice and its message. */
  extras: JsonObject | undefined
  messageExtras: JsonObject | undefined
}

interface Slot {
  readonly ordinal: number | undefined
  block: Block
}

export interface ChatAccumulator {
  push(chunk: ChatChunk): void
  /** The completion so far. `finish_reason` is `undefined` on a choice that never finished; see `finishReasons`. */
  result(): ChatCompletion
  /** One entry for each choice, `null` if it has not finished. */
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
  const extras: JsonObject = {}

  function stateOf(index: number): ChoiceState {
    let state = choices.get(index)
    if (!state) {
      state = {
        finish: null,
        native: undefined,
        logprobs: null,
        slots: [],
        ordinal: undefined,
        numbered: false,
        calls: new Map(),
        functionCall: undefined,
        audio: undefined,
        thinkingBlocks: false,
        extras: undefined,
        messageExtras: undefined,
      }
      choices.set(index, state)
    }
    return state
  }

  return {
    push(chunk) {
      if (chunk.id) head.id = chunk.id
      if (chunk.model) head.model = chunk.model
      if (chunk.created) head.created = chunk.created
      if (chunk.usage) head.usage = mergeUsage(head.usage, chunk.usage)
      if (chunk.service_tier != null) head.service_tier = chunk.service_tier
      if (chunk.system_fingerprint != null) head.system_fingerprint = chunk.system_fingerprint
      if (chunk.raw) head.raw = chunk.raw
      if (keepContent) replaceExtras(extras, chunk)
      for (const choice of chunk.choices) {
        const state = stateOf(choice.index)
        if (choice.finish_reason) state.finish = choice.finish_reason
        if (choice.native_finish_reason) state.native = choice.native_finish_reason
        if (keepContent) pushContent(state, choice)
      }
    },
    result() {
      const sorted = [...choices].sort(([a], [b]) => a - b)
      return { ...extras, ...head, choices: sorted.map(([index, state]) => toChoice(index, state)) }
    },
    get finishReasons() {
      return [...choices].sort(([a], [b]) => a - b).map(([, state]) => state.finish)
    },
  }
}

/** Fields of the whole answer, which every chunk repeats: Perplexity's sources, a gateway's notes. */
function replaceExtras(extras: JsonObject, chunk: ChatChunk): void {
  for (const key in chunk) {
    if (OF_CHUNK.has(key)) continue
    const value = (chunk as unknown as JsonObject)[key]
    if (value === null || value === undefined) continue
    const known = extras[key]
    extras[key] = isObject(known) && isObject(value) ? { ...known, ...value } : value
  }
}

function pushContent(state: ChoiceState, choice: ChunkChoice): void {
  const { delta } = choice
  state.extras = addExtras(state.extras, choice, OF_CHOICE)
  state.messageExtras = addExtras(state.messageExtras, delta, OF_DELTA)
  if (choice.logprobs) {
    state.logprobs ??= { content: null, refusal: null }
    // One by one: a format may give all of them at once, too many for a spread.
    for (const token of choice.logprobs.content ?? []) (state.logprobs.content ??= []).push(token)
    for (const token of choice.logprobs.refusal ?? []) (state.logprobs.refusal ??= []).push(token)
  }
  if (delta.block !== undefined) state.numbered = true
  state.ordinal = delta.block ?? state.ordinal

  if (delta.thinking_blocks) {
    state.thinkingBlocks = true
    for (const block of delta.thinking_blocks) growThinking(state, block)
  } else if (delta.reasoning_content) {
    growThinking(state, { type: 'thinking', thinking: delta.reasoning_content })
  }
  if (delta.content) {
    const block = growing(state, 'text')
    if (block) block.text += delta.content
    else place(state, { type: 'text', text: delta.content })
  }
  if (delta.annotations?.length) {
    let block = growing(state, 'text')
    if (!block) {
      block = { type: 'text', text: '' }
      place(state, block)
    }
    ;(block.annotations ??= []).push(...delta.annotations)
  }
  if (delta.refusal) {
    const block = growing(state, 'refusal')
    if (block) block.refusal += delta.refusal
    else place(state, { type: 'refusal', refusal: delta.refusal })
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
    const slot = growingSlot(state, block.type)
    // The exact form of a block comes at its end, and once more where the end of the stream revises it.
    if (slot && block.raw) slot.block = restated(slot.block, block)
    else if (slot && slot.ordinal !== undefined && block.type === 'raw') slot.block = { ...block }
    else place(state, { ...block })
  }
}

/** A block with its exact form. Text beside that form stands in place of what the deltas said: the server revised it. */
function restated(grown: Block, block: Block): Block {
  const { raw } = block
  if (grown.type === 'text' && block.type === 'text' && block.text !== '')
    return { ...grown, text: block.text, raw: raw! }
  if (grown.type === 'refusal' && block.type === 'refusal' && block.refusal !== '') {
    return { ...grown, refusal: block.refusal, raw: raw! }
  }
  grown.raw = raw!
  return grown
}

/** Blocks may arrive interleaved, so a numbered block goes to its place, not to the end. */
function place(state: ChoiceState, block: Block): void {
  const { slots, ordinal } = state
  let at = slots.length
  if (ordinal !== undefined) while (at > 0 && (slots[at - 1]?.ordinal ?? -1) > ordinal) at -= 1
  slots.splice(at, 0, { ordinal, block })
}

/** The slot that a delta of this type extends: the last one of its ordinal, even if others came in between. */
function growingSlot(state: ChoiceState, type: Block['type']): Slot | undefined {
  const last = state.slots.at(-1)
  const slot = last?.ordinal === state.ordinal ? last : state.slots.findLast(({ ordinal }) => ordinal === state.ordinal)
  return slot?.block.type === type ? slot : undefined
}

function growing<T extends Block['type']>(state: ChoiceState, type: T): Extract<Block, { type: T }> | undefined {
  return growingSlot(state, type)?.block as Extract<Block, { type: T }> | undefined
}

function growToolCall(state: ChoiceState, delta: ToolCallDelta): void {
  let call = state.calls.get(delta.index)
  if (!call) {
    const id = delta.id ?? ''
    call =
      // Some servers write out every field of their types, so both kinds may be there.
      delta.type === 'custom' || (delta.custom && delta.type !== 'function')
        ? { id, type: 'custom', custom: { name: '', input: '' } }
        : { id, type: 'function', function: { name: '', arguments: '' } }
    state.calls.set(delta.index, call)
    place(state, { type: 'tool_call', id })
  }
  if (delta.id && call.id === '') {
    call.id = delta.id
    const placeholder = state.slots.find(({ block }) => block.type === 'tool_call' && block.id === '')?.block
    if (placeholder?.type === 'tool_call') placeholder.id = delta.id
  }
  if (call.type === 'custom') {
    call.custom.name += delta.custom?.name ?? ''
    call.custom.input += delta.custom?.input ?? ''
  } else {
    call.function.name += delta.function?.name ?? ''
    call.function.arguments += delta.function?.arguments ?? ''
  }
  addExtras(call as unknown as JsonObject, delta, OF_CALL)
}

function growThinking(state: ChoiceState, piece: Extract<Block, { type: 'thinking' | 'redacted_thinking' }>): void {
  if (piece.type === 'redacted_thinking') {
    place(state, { ...piece })
    return
  }
  const block = growing(state, 'thinking')
  // The signature ends a block, so text after it belongs to the next one.
  if (block && !(block.signature && piece.thinking !== '')) {
    block.thinking += piece.thinking
    if (piece.signature !== undefined) block.signature = (block.signature ?? '') + piece.signature
  } else {
    place(state, { ...piece })
  }
}

function toChoice(index: number, state: ChoiceState): ChatChoice {
  const calls = [...state.calls].sort(([a], [b]) => a - b).map(([, call]) => call)
  const message = messageFromBlocks(
    state.slots.map(({ block }) => block),
    calls,
  )
  // Without numbers from the decoder the order of arrival says nothing about blocks.
  if (!state.numbered) delete message.blocks
  if (!state.numbered && !state.thinkingBlocks) delete message.thinking_blocks
  if (state.functionCall) message.function_call = state.functionCall
  if (state.audio) message.audio = state.audio
  return {
    ...state.extras,
    index,
    // A cut stream has no reason; the span and the error say so, the shape stays OpenAI's.
    finish_reason: state.finish as FinishReason,
    message: state.messageExtras ? { ...state.messageExtras, ...message } : message,
    logprobs: state.logprobs,
    ...(state.native !== undefined && { native_finish_reason: state.native }),
  }
}
