/** The conversation to `system` and `messages` (https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html). */
import { blocksOf } from '../../kernel/message-blocks.js'
import type { AssistantMessage, Message, ToolMessage } from '../../kernel/hub.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { LEFT_OUT } from '../shared/history/blanks.js'
import { trimmedEnd, withClaudeProof } from '../shared/history/proofs.js'
import { encodeBlock, encodeThinking } from './blocks-encode.js'
import { encodeContent } from './content.js'
import { withTextBesideDocuments, withUniqueNames } from './placement.js'
import { cachePointOf, encodeToolId, type ToolIds } from './wire.js'
import { quoted } from '../shared/quoted.js'

interface Turn {
  role: 'user' | 'assistant' | 'system'
  content: JsonObject[]
}

export interface MessageOptions {
  /** The model takes `system` messages after a user turn. */
  readonly systemInMessages: boolean
  /** Thinking without a signature is sent too. */
  readonly unsignedThinking: boolean
  readonly toolIds: ToolIds
  /** The model takes turns of one side that follow each other. */
  readonly turnsInRow: boolean
}

export interface EncodedMessages {
  readonly system: JsonObject[]
  readonly messages: Turn[]
}

export function encodeMessages(messages: readonly Message[], options: MessageOptions, limits: Limits): EncodedMessages {
  const system: JsonObject[] = []
  const turns: Turn[] = []

  function append(role: Turn['role'], content: JsonObject[]): void {
    const last = turns.at(-1)
    const isJoined =
      !options.turnsInRow || [...(last?.content ?? []), ...content].some((block) => 'toolResult' in block)
    if (last?.role === role && isJoined) last.content.push(...content)
    else if (content.length > 0 || role === 'user') turns.push({ role, content: [...content] })
  }
  function instruct(content: JsonObject[]): void {
    if (content.some(isToolChange) || (options.systemInMessages && turns.length > 0)) {
      append('system', content)
      return
    }
    if (turns.length > 0) limits.warn('a system message after the start of the conversation is moved to the front')
    system.push(...content)
  }

  for (const message of messages) {
    if ('name' in message && message.name !== undefined) {
      limits.warn('names of messages are left out')
    }
    switch (message.role) {
      case 'system':
      case 'developer':
        instruct(textOnly(encodeContent(message.content, limits), limits))
        break
      case 'user': {
        const content = encodeContent(message.content, limits)
        append('user', content.length > 0 ? content : [{ text: LEFT_OUT }])
        break
      }
      case 'tool':
        append('user', encodeToolResult(message, options.toolIds, limits))
        break
      case 'assistant':
        append('assistant', encodeAssistant(message, options, limits))
        break
      default:
        limits.unsupported(`messages of role ${quoted((message as { role?: unknown } | null)?.role)}`)
    }
  }
  const contents = turns.map(({ content }) => content)
  withUniqueNames(contents)
  for (const { role, content } of turns) if (role === 'user') withTextBesideDocuments(content, limits)
  const last = turns.at(-1)
  const end = last?.content.at(-1)
  if (last?.role === 'assistant' && typeof end?.['text'] === 'string')
    last.content[last.content.length - 1] = { ...end, text: trimmedEnd(end['text'], limits.warn) }
  return { system, messages: turns }
}

/** Tools that come and go during a conversation are told in its `system` messages. */
function isToolChange(block: JsonObject): boolean {
  return 'toolAddition' in block || 'toolRemoval' in block
}

function textOnly(blocks: JsonObject[], limits: Limits): JsonObject[] {
  return blocks.filter((block) => {
    const kind = ['image', 'document', 'video', 'audio'].find((name) => name in block)
    if (kind !== undefined) limits.unsupported(`${kind} parts in system messages`)
    return kind === undefined
  })
}

function encodeToolResult(message: ToolMessage, ids: ToolIds, limits: Limits): JsonObject[] {
  const { is_error: failed } = message
  const status = failed === undefined ? {} : { status: failed ? 'error' : 'success' }
  const blocks = encodeContent(message.content, limits)
  // A result holds no cache point, so one on a part of it covers the whole.
  const content = blocks.filter((block) => block['cachePoint'] === undefined)
  const points = blocks.filter((block) => block['cachePoint'] !== undefined)
  const cache = message.cache_control ? cachePointOf(message.cache_control) : points.slice(-1)
  return [result(encodeToolId(message.tool_call_id, ids), content, status), ...cache]
}

function result(toolUseId: string, content: JsonObject[], more: JsonObject = {}): JsonObject {
  return { toolResult: { toolUseId, content, ...more } }
}

function encodeAssistant(message: AssistantMessage, options: MessageOptions, limits: Limits): JsonObject[] {
  const calls = message.tool_calls ?? []
  if (message.audio) limits.warn('audio of earlier answers is left out')
  const encoded: JsonObject[] = []
  for (const block of blocksOf(message).map(withClaudeProof)) {
    const wire = encodeBlock(block, calls, options.toolIds)
    if (typeof wire === 'object') encoded.push(...wire)
    else if (wire === 'unsigned thinking' && block.type === 'thinking') {
      if (options.unsignedThinking) encoded.push(encodeThinking(block))
      else limits.warn('thinking without a signature, which the API refuses, is left out')
    } else if (wire === 'refusal' && block.type === 'refusal') {
      if (block.refusal !== '') encoded.push({ text: block.refusal })
    } else if (wire === 'foreign block') {
      limits.warn('blocks of an earlier answer that only another provider knows are left out')
    }
  }
  return encoded.length > 0 ? [...encoded, ...cachePointOf(message.cache_control)] : encoded
}
