/**
 * Converts between an assistant message and its ordered blocks. Codecs of formats with content blocks decode to blocks and
 * encode from blocks, so only this file decides when a flat message suffices.
 */
import type { Annotation, AssistantMessage, Block, CompletionMessage, ToolCall } from './hub.js'

const RANK: Partial<Record<Block['type'], number>> = {
  thinking: 0,
  redacted_thinking: 0,
  text: 1,
  refusal: 2,
  tool_call: 3,
}

/** Whether thinking, one text, a refusal and tool calls, in that order, have everything that the blocks have. */
function isCanonical(blocks: readonly Block[]): boolean {
  let rank = -1
  let texts = 0
  for (const block of blocks) {
    const next = RANK[block.type]
    if (next === undefined || next < rank || block.raw !== undefined) return false
    if (block.type === 'text' && (++texts > 1 || block.cache_control !== undefined)) return false
    rank = next
  }
  return true
}

/** Flattens blocks to an assistant message, with the blocks themselves where flattening loses something. */
export function messageFromBlocks(blocks: readonly Block[], toolCalls: readonly ToolCall[]): CompletionMessage {
  let content: string | null = null
  let refusal: string | null = null
  let reasoning: string | undefined
  const thinking: NonNullable<CompletionMessage['thinking_blocks']> = []
  const annotations: Annotation[] = []
  for (const block of blocks) {
    if (block.type === 'text') {
      content = (content ?? '') + block.text
      if (block.annotations) annotations.push(...block.annotations)
    } else if (block.type === 'refusal') {
      refusal = (refusal ?? '') + block.refusal
    } else if (block.type === 'thinking') {
      reasoning = (reasoning ?? '') + block.thinking
      const { type, thinking: text, signature } = block
      thinking.push(signature === undefined ? { type, thinking: text } : { type, thinking: text, signature })
    } else if (block.type === 'redacted_thinking') {
      thinking.push({ type: block.type, data: block.data })
    }
  }
  return {
    role: 'assistant',
    content,
    refusal,
    ...(toolCalls.length > 0 && { tool_calls: [...toolCalls] }),
    ...(annotations.length > 0 && { annotations }),
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(!isCanonical(blocks) && { blocks: [...blocks] }),
  }
}

function plainText(content: AssistantMessage['content']): string {
  if (typeof content === 'string') return content
  if (!content) return ''
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The blocks that ride along, unless the caller changed the message after they were made. */
function ridingBlocks(message: AssistantMessage): readonly Block[] | undefined {
  const { blocks } = message
  if (!blocks) return undefined
  const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
  const ids = blocks.flatMap((block) => (block.type === 'tool_call' ? [block.id] : []))
  const calls = message.tool_calls ?? []
  const same =
    text === plainText(message.content) && ids.length === calls.length && calls.every((call) => ids.includes(call.id))
  return same ? blocks : undefined
}

/** The ordered blocks of an assistant message: those that ride along, or the canonical order. */
export function blocksOf(message: AssistantMessage): readonly Block[] {
  const riding = ridingBlocks(message)
  if (riding) return riding
  const blocks: Block[] = []
  if (message.thinking_blocks) blocks.push(...message.thinking_blocks)
  else if (message.reasoning_content) blocks.push({ type: 'thinking', thinking: message.reasoning_content })
  const { content } = message
  if (typeof content === 'string') {
    if (content !== '') {
      blocks.push({ type: 'text', text: content, ...(message.annotations && { annotations: message.annotations }) })
    }
  } else if (content) {
    for (const part of content) {
      if (part.type === 'text' || part.type === 'refusal' || part.type === 'raw') blocks.push(part)
    }
  }
  if (message.refusal) blocks.push({ type: 'refusal', refusal: message.refusal })
  for (const call of message.tool_calls ?? []) blocks.push({ type: 'tool_call', id: call.id })
  return blocks
}
