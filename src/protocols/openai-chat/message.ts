/**
 * What a model said, in a message or in the delta of a chunk: the same fields in both, and the same
 * variants of them in the dialects.
 */
import type { Annotation, Block, RedactedThinkingBlock, ThinkingBlock } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { readParts } from './content-parts.js'

export type AnyThinkingBlock = ThinkingBlock | RedactedThinkingBlock

function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

export function isThinkingBlock(value: unknown): value is AnyThinkingBlock {
  if (!isObject(value)) return false
  if (value.type === 'redacted_thinking') return typeof value.data === 'string'
  return value.type === 'thinking' && typeof value.thinking === 'string' && isOptionalString(value.signature)
}

function isFunctionCall(value: unknown): boolean {
  return (
    isObject(value) &&
    isOptionalString(value.name) &&
    isOptionalString(value.arguments) &&
    Boolean(value.name || value.arguments)
  )
}

/** Some servers write out every field of their types, with empty values. */
export function isAudio(value: unknown): value is { id: string; data: string; expires_at: number; transcript: string } {
  return isObject(value) && Boolean(value.id || value.data || value.transcript)
}

function isOptionalList(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isEntry))
}

/** Whether everything but `tool_calls` has the hub's shape. Unknown fields do not matter. */
export function isHubSpeech(wire: JsonObject): boolean {
  return (
    isText(wire.content) &&
    isText(wire.refusal) &&
    wire.refusal !== '' &&
    isText(wire.reasoning_content) &&
    (wire.reasoning === undefined || wire.reasoning === null) &&
    wire.reasoning_details === undefined &&
    wire.block === undefined &&
    wire.blocks === undefined &&
    (wire.function_call === undefined || isFunctionCall(wire.function_call)) &&
    isOptionalList(wire.thinking_blocks, isThinkingBlock) &&
    isOptionalList(wire.annotations, isObject)
  )
}

interface Speech {
  content: string | null
  refusal: string | null
  reasoning_content?: string
  thinking_blocks?: AnyThinkingBlock[]
  annotations?: Annotation[]
  function_call?: { name?: string; arguments?: string }
  blocks?: Block[]
}

/** The hub's fields out of any dialect's. Copies only what it changes. */
export function readSpeech(wire: JsonObject): Speech {
  const parts = Array.isArray(wire.content) ? readParts(wire.content as unknown[]) : undefined
  const details = readReasoningDetails(wire.reasoning_details)
  const reasoning =
    nonEmpty(wire.reasoning_content) ??
    nonEmpty(wire.reasoning) ??
    (isObject(wire.reasoning) ? nonEmpty(wire.reasoning.content) : undefined) ??
    parts?.reasoning ??
    details.text ??
    asString(wire.reasoning_content)
  const own = asArray(wire.thinking_blocks)
    .map(readThinkingBlock)
    .filter((block) => block !== undefined)
  const blocks = own.length > 0 ? own : details.blocks.length > 0 ? details.blocks : parts?.thinking
  const annotations = Array.isArray(wire.annotations) ? (wire.annotations as unknown[]).filter(isObject) : undefined
  const call = isObject(wire.function_call) ? readFunctionCall(wire.function_call) : undefined
  return {
    content: parts ? parts.content : (asString(wire.content) ?? null),
    refusal: nonEmpty(wire.refusal) ?? parts?.refusal ?? null,
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(blocks && blocks.length > 0 && { thinking_blocks: blocks }),
    ...(annotations && { annotations: annotations as unknown as Annotation[] }),
    ...(call && { function_call: call }),
    ...(parts?.blocks && { blocks: parts.blocks }),
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readThinkingBlock(value: unknown): AnyThinkingBlock | undefined {
  if (isThinkingBlock(value)) return value
  // Gateways send `signature: null` until the signature comes.
  if (!isObject(value) || value.type !== 'thinking') return undefined
  return { type: 'thinking', thinking: asString(value.thinking) ?? '' }
}

export function argumentsText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function readFunctionCall(call: JsonObject): { name?: string; arguments?: string } | undefined {
  const name = asString(call.name)
  const text = argumentsText(call.arguments)
  if (!name && !text) return undefined
  return { ...(name !== undefined && { name }), ...(text !== undefined && { arguments: text }) }
}

const ANTHROPIC_FORMAT = 'anthropic-claude-v1'

/**
 * `reasoning_details` (https://openrouter.ai/docs/use-cases/reasoning-tokens). They stay on the message for the way
 * back to the server that wrote them; blocks are made only of what another server could check.
 */
function readReasoningDetails(value: unknown): { text: string | undefined; blocks: AnyThinkingBlock[] } {
  let text: string | undefined
  const blocks: AnyThinkingBlock[] = []
  for (const detail of asArray(value)) {
    if (!isObject(detail)) continue
    const piece = asString(detail.text) ?? asString(detail.summary)
    if (piece !== undefined && piece !== '') text = (text ?? '') + piece
    if (detail.format !== ANTHROPIC_FORMAT) continue
    const signature = nonEmpty(detail.signature)
    if (signature !== undefined) blocks.push({ type: 'thinking', thinking: piece ?? '', signature })
    else if (detail.type === 'reasoning.encrypted' && typeof detail.data === 'string') {
      blocks.push({ type: 'redacted_thinking', data: detail.data })
    }
  }
  return { text, blocks }
}
