/**
 * An answer's content as a list of parts: Mistral's (https://docs.mistral.ai/capabilities/reasoning/) with `thinking`
 * and `reference`, Databricks' with `reasoning`
 * (https://docs.databricks.com/aws/en/machine-learning/model-serving/query-reason-models).
 */
import { blocksOf } from '../../kernel/message-blocks.js'
import type { AssistantMessage, Block, ContentPart, RawPart, ThinkingBlock } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject, Quirks } from '../../kernel/protocol.js'

/** Text of a part's field: a string, or a list of `{text}`. */
function joinedText(value: unknown): string {
  if (typeof value === 'string') return value
  return asArray(value)
    .map((piece) => (typeof piece === 'string' ? piece : isObject(piece) ? (asString(piece.text) ?? '') : ''))
    .join('')
}

function signatureOf(part: JsonObject): string | undefined {
  const holders = [part, ...asArray(part.summary)]
  for (const holder of holders) {
    const signature = isObject(holder) ? asString(holder.signature) : undefined
    if (signature) return signature
  }
  return undefined
}

interface Parts {
  content: string | null
  refusal: string | undefined
  reasoning: string | undefined
  /** Thinking with a proof. */
  thinking: ThinkingBlock[]
  /** Everything in its order, where some part is of a kind that a flat message has no field for. */
  blocks: Block[] | undefined
}

export function readParts(list: readonly unknown[]): Parts {
  const parts: Parts = { content: null, refusal: undefined, reasoning: undefined, thinking: [], blocks: undefined }
  const blocks = list.map((part) => readPart(part, parts)).filter((block) => block !== undefined)
  if (blocks.some(({ type }) => type === 'raw')) parts.blocks = blocks
  return parts
}

function readPart(part: unknown, parts: Parts): Block | undefined {
  if (typeof part === 'string') return readText(part, parts)
  if (!isObject(part)) return undefined
  if (part.type === 'thinking' || part.type === 'reasoning') {
    const thinking = joinedText(part.thinking ?? part.summary ?? part.text)
    parts.reasoning = (parts.reasoning ?? '') + thinking
    const signature = signatureOf(part)
    const block: ThinkingBlock = { type: 'thinking', thinking, ...(signature !== undefined && { signature }) }
    if (signature !== undefined) parts.thinking.push(block)
    return block
  }
  if (part.type === 'refusal') {
    const refusal = asString(part.refusal) ?? ''
    parts.refusal = (parts.refusal ?? '') + refusal
    return { type: 'refusal', refusal }
  }
  if (typeof part.text === 'string') return readText(part.text, parts)
  return { type: 'raw', protocol: 'openai-chat', value: part }
}

function readText(text: string, parts: Parts): Block {
  parts.content = (parts.content ?? '') + text
  return { type: 'text', text }
}

type ThinkingPart = NonNullable<Quirks['thinkingParts']>

function thinkingPart({ thinking, signature }: ThinkingBlock, form: ThinkingPart): JsonObject {
  if (form === 'thinking') return { type: 'thinking', thinking: [{ type: 'text', text: thinking }] }
  const summary = { type: 'summary_text', text: thinking, ...(signature !== undefined && { signature }) }
  return { type: 'reasoning', summary: [summary] }
}

/** The content to send for an answer of earlier, or `undefined` where its own says as much. */
export function answerParts(message: AssistantMessage, form: ThinkingPart): ContentPart[] | undefined {
  // A list that the caller wrote has its thinking already.
  if (Array.isArray(message.content)) return undefined
  const parts = blocksOf(message).map((block) => writeBlock(block, form))
  const known = parts.filter((part) => part !== undefined)
  return known.some((part) => part.type !== 'text') ? known : undefined
}

function writeBlock(block: Block, form: ThinkingPart): ContentPart | undefined {
  if (block.type === 'text') return { type: 'text', text: block.text }
  if (block.type === 'thinking') return thinkingPart(block, form) as unknown as ContentPart
  const own: RawPart | undefined = block.type === 'raw' && block.protocol === 'openai-chat' ? block : undefined
  return own?.value as ContentPart | undefined
}
