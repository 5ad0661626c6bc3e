/**
 * Hub chunks to events of `streamGenerateContent`: the reverse of `stream-decode.ts`. A function call is sent
 * whole, so its fragments are held until it is complete; finish reasons and usage are in the last event.
 */
import { StreamError } from '../../kernel/errors.js'
import type {
  Annotation,
  ChatChunk,
  ChunkChoice,
  ChunkDelta,
  FinishReason,
  Logprobs,
  ToolCall,
  ToolCallDelta,
  Usage,
} from '../../kernel/hub.js'
import { compact, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { blockReasonOf, createTimeOf, readRaw } from './candidate.js'
import { encodeFinish } from './finish-reason.js'
import { encodeSources } from './grounding.js'
import { encodeLogprobs } from './logprobs.js'
import { encodeCall } from './parts-encode.js'
import { encodeUsage } from './usage.js'
import { ownRaw } from './wire.js'

interface HeldCall {
  readonly call: ToolCall
  readonly raw: JsonObject | undefined
}

interface ChoiceState {
  /** By the index of their deltas; those that went out are removed. */
  readonly held: Map<number, HeldCall>
  /** All visible text, kept only for annotations, whose places count in it. */
  text: string
  annotations: Annotation[]
  hasParts: boolean
  finish: FinishReason | undefined
  native: string | undefined
}

function rawOfBlock(delta: ChunkDelta, type: 'text' | 'thinking' | 'tool_call'): JsonObject | undefined {
  return ownRaw(delta.blocks?.find((block) => block.type === type)?.raw)
}

function isComplete({ call }: HeldCall): boolean {
  if (call.type === 'custom') return false
  const { arguments: text } = call.function
  return text.trimEnd().endsWith('}') && isObject(parseJson(text))
}

/** Calls that are complete, or all of them, as far as their order allows. */
function takeCalls({ held }: ChoiceState, all: boolean): JsonObject[] {
  const parts: JsonObject[] = []
  for (const [index, one] of [...held].sort(([a], [b]) => a - b)) {
    if (!all && !isComplete(one)) break
    held.delete(index)
    parts.push(encodeCall(one.call, one.raw))
  }
  return parts
}

function growCall(state: ChoiceState, delta: ToolCallDelta, raw: JsonObject | undefined): void {
  let one = state.held.get(delta.index)
  if (!one) {
    const id = delta.id ?? `call_${delta.index}`
    const call: ToolCall =
      delta.type === 'custom' || delta.custom
        ? { id, type: 'custom', custom: { name: '', input: '' } }
        : { id, type: 'function', function: { name: '', arguments: '' } }
    state.held.set(delta.index, (one = { call, raw }))
  }
  const { call } = one
  if (call.type === 'custom') {
    call.custom.name += delta.custom?.name ?? ''
    call.custom.input += delta.custom?.input ?? ''
  } else {
    call.function.name += delta.function?.name ?? ''
    call.function.arguments += delta.function?.arguments ?? ''
  }
}

/** Parts of a delta other than calls. */
function partsOf(delta: ChunkDelta): JsonObject[] {
  const parts: JsonObject[] = []
  const thinking =
    delta.thinking_blocks ??
    (delta.reasoning_content ? [{ type: 'thinking' as const, thinking: delta.reasoning_content }] : [])
  for (const block of thinking) {
    // Redacted thinking of another provider has no form here, and is nothing to read.
    if (block.type !== 'thinking') continue
    const { thinking: text, signature } = block
    parts.push({
      ...rawOfBlock(delta, 'thinking'),
      text,
      thought: true,
      ...(signature !== undefined && { thoughtSignature: signature }),
    })
  }
  const rawText = rawOfBlock(delta, 'text')
  if (delta.content || rawText) parts.push({ ...rawText, text: delta.content ?? '' })
  if (delta.refusal) parts.push({ text: delta.refusal })
  for (const block of delta.blocks ?? []) {
    const value = block.type === 'raw' ? ownRaw(block) : undefined
    if (value) parts.push(value)
  }
  return parts
}

/** The official SDK drops a turn from its history when an event has no part; the API itself sends an empty text. */
function contentOf(parts: JsonObject[]): JsonObject {
  return { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] }
}

export function createStreamEncoder(): StreamEncoder {
  const choices = new Map<number, ChoiceState>()
  let head: JsonObject = {}
  let usage: Usage | undefined
  let tier: ChatChunk['service_tier']
  let raw: ChatChunk['raw']
  let started = false

  function stateOf(index: number): ChoiceState {
    let state = choices.get(index)
    if (!state)
      choices.set(
        index,
        (state = { held: new Map(), text: '', annotations: [], hasParts: false, finish: undefined, native: undefined }),
      )
    return state
  }

  function readChoice(choice: ChunkChoice): JsonObject | undefined {
    const { index, delta } = choice
    const state = stateOf(index)
    if (delta.content) state.text += delta.content
    if (delta.annotations) state.annotations.push(...delta.annotations)
    if (choice.finish_reason) {
      state.finish = choice.finish_reason
      state.native = choice.native_finish_reason
    }
    const own = partsOf(delta)
    const parts = own.length > 0 ? [...takeCalls(state, false), ...own] : []
    const old = delta.function_call ? [{ index: 0, function: delta.function_call }] : []
    for (const call of delta.tool_calls ?? old) growCall(state, call, rawOfBlock(delta, 'tool_call'))
    return candidateOf(state, index, parts, choice.logprobs)
  }

  function candidateOf(
    state: ChoiceState,
    index: number,
    parts: JsonObject[],
    logprobs: Logprobs | null | undefined,
  ): JsonObject | undefined {
    const logprobsResult = encodeLogprobs(logprobs)
    if (parts.length > 0) state.hasParts = true
    if (parts.length === 0 && !logprobsResult) return undefined
    return { content: contentOf(parts), index, ...(logprobsResult && { logprobsResult }) }
  }

  function lastCandidate(index: number, state: ChoiceState, leftovers: JsonObject | undefined): JsonObject {
    return {
      content: contentOf(takeCalls(state, true)),
      // Without a finish reason the answer was cut, which its absence says.
      ...(state.finish && { finishReason: encodeFinish(state.finish, state.native) }),
      index,
      ...compact({ groundingMetadata: encodeSources(state.annotations, state.text) }),
      ...leftovers,
    }
  }

  return {
    push(chunk) {
      started = true
      head = compact({
        modelVersion: chunk.model || undefined,
        responseId: chunk.id || undefined,
        createTime: createTimeOf(chunk.created),
      })
      if (chunk.usage) usage = chunk.usage
      if (chunk.service_tier != null) tier = chunk.service_tier
      if (chunk.raw) raw = chunk.raw
      const candidates = chunk.choices.map(readChoice).filter((candidate) => candidate !== undefined)
      return candidates.length > 0 ? [{ data: { candidates, ...head } }] : []
    },
    end(): readonly WireEvent[] {
      if (!started) throw new StreamError('a stream that ended before its first chunk')
      const { answer, candidates: leftovers, usage: usageLeft } = readRaw(raw)
      const blocked =
        blockReasonOf(answer) !== undefined &&
        [...choices.values()].every(({ hasParts, held }) => !hasParts && held.size === 0)
      const candidates = [...choices].map(([index, state]) => lastCandidate(index, state, leftovers.get(index)))
      const usageMetadata = encodeUsage(usage, tier, usageLeft)
      return [
        { data: { ...(!blocked && { candidates }), ...answer, ...(usageMetadata && { usageMetadata }), ...head } },
      ]
    },
  }
}
