/**
 * The conversation to `system` and `messages`
 * (https://platform.claude.com/docs/en/build-with-claude/working-with-messages).
 */
import { blocksOf } from '../../kernel/message-blocks.js'
import type { AssistantMessage, Message, SystemMessage, ToolMessage } from '../../kernel/hub.js'
import { asArray } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { LEFT_OUT } from '../shared/history/blanks.js'
import { trimmedEnd, withClaudeProof } from '../shared/history/proofs.js'
import { encodeBlock, encodeToolId } from './blocks-encode.js'
import { encodeContent, toBlocks } from './content.js'
import type { Limits } from '../../kernel/limits.js'
import { quoted } from '../shared/quoted.js'

type Content = string | JsonObject[]

interface SpokenTurn {
  role: 'user' | 'assistant'
  content: Content
}

interface SystemTurn {
  role: 'system'
  content?: Content
  [setting: string]: unknown
}

type Turn = SpokenTurn | SystemTurn

export interface EncodedMessages {
  readonly system: Content | undefined
  readonly messages: Turn[]
}

export interface MessageOptions {
  /** The model takes `system` messages after a user turn. */
  readonly systemInMessages: boolean
  /** Thinking without a signature is sent too: a provider that is not Anthropic wants it back. */
  readonly unsignedThinking: boolean
}

export function encodeMessages(messages: readonly Message[], options: MessageOptions, limits: Limits): EncodedMessages {
  const system: Content[] = []
  const turns: Turn[] = []
  /** System turns that wait for the end of the user turn, the only place the API takes them. */
  let waiting: SystemTurn[] = []

  function settle(): void {
    for (const turn of waiting) {
      const { role: _role, content = [], ...settings } = turn
      const isPlain = Object.keys(settings).length === 0 && !isNative(content)
      if (turns.at(-1)?.role === 'assistant' && isPlain) hoist(content)
      else turns.push(turn)
    }
    waiting = []
  }
  function hoist(content: Content): void {
    limits.warn('a system message after the start of the conversation is moved to the front')
    system.push(content)
  }
  function append(role: 'user' | 'assistant', content: Content): void {
    if (role === 'assistant') settle()
    const last = turns.at(-1)
    // The API joins turns of one side by itself; results of tools have to be in one, before what the user says.
    if (last?.role === role && (last.content.length === 0 || holdsResult(last.content) || holdsResult(content)))
      last.content = [...toBlocks(last.content), ...toBlocks(content)]
    else if (content.length > 0 || (role === 'user' && last?.role !== role)) turns.push({ role, content })
  }

  for (const message of messages) {
    if ('name' in message && message.name !== undefined) {
      limits.warn('names of messages are left out')
    }
    switch (message.role) {
      case 'system':
      case 'developer': {
        const content = encodeSystem(message, limits)
        if (isNative(content) || (options.systemInMessages && turns.length > 0)) {
          waiting.push(systemTurn(content))
        } else if (turns.length > 0) hoist(content)
        else system.push(content)
        break
      }
      case 'user': {
        const content = encodeContent(message.content, limits)
        append('user', content.length > 0 ? content : LEFT_OUT)
        break
      }
      case 'tool':
        append('user', [encodeToolResult(message, limits)])
        break
      case 'assistant':
        append('assistant', encodeAssistant(message, options, limits))
        break
      default:
        limits.unsupported(`messages of role ${quoted((message as { role?: unknown } | null)?.role)}`)
    }
  }
  settle()
  for (const turn of turns) if (turn.role === 'user') turn.content = resultsFirst(turn.content)
  const last = turns.at(-1)
  if (last?.role === 'assistant') last.content = withoutEndSpace(last.content, limits)
  return { system: joinSystem(system), messages: turns }
}

/** Whether a system message holds what only this format's `messages` take, such as a `tool_addition`. */
function isNative(content: Content): boolean {
  return typeof content !== 'string' && content.some((block) => block['type'] !== 'text')
}

/** The reverse of `decodeInstruction`: blocks without a type are settings of the message. */
function systemTurn(content: Content): SystemTurn {
  if (typeof content === 'string') return { role: 'system', content }
  const settings = content.filter((block) => block['type'] === undefined)
  const blocks = content.filter((block) => block['type'] !== undefined)
  const said = blocks.length > 0 || settings.length === 0 ? { content: blocks } : {}
  return Object.assign({ role: 'system' as const }, said, ...settings) as SystemTurn
}

function holdsResult(content: Content): boolean {
  return typeof content !== 'string' && content.some((block) => block['type'] === 'tool_result')
}

function encodeSystem(message: SystemMessage, limits: Limits): Content {
  const { content } = message
  if (typeof content === 'string') return content
  return asArray(content).flatMap((part) => {
    const blocks = toBlocks(encodeContent([part as (typeof content)[number]], limits))
    return blocks.filter((block) => {
      const fits = block['type'] !== 'image' && block['type'] !== 'document'
      if (!fits) limits.unsupported(`${quoted(block['type'])} parts in system messages`)
      return fits
    })
  })
}

function joinSystem(contents: readonly Content[]): Content | undefined {
  const [only] = contents
  if (contents.length === 1 && typeof only === 'string') return only
  const blocks = contents.flatMap(toBlocks)
  return blocks.length > 0 ? blocks : undefined
}

function encodeToolResult(message: ToolMessage, limits: Limits): JsonObject {
  return {
    type: 'tool_result',
    tool_use_id: encodeToolId(message.tool_call_id),
    content: encodeContent(message.content, limits),
    ...(message.is_error !== undefined && { is_error: message.is_error }),
    ...(message.cache_control && { cache_control: message.cache_control }),
  }
}

/** The API wants all tool results before anything else the user says in the same turn. */
function resultsFirst(content: Content): Content {
  if (typeof content === 'string') return content
  const isResult = (block: JsonObject): boolean => block['type'] === 'tool_result'
  return [...content.filter(isResult), ...content.filter((block) => !isResult(block))]
}

function withoutEndSpace(content: Content, limits: Limits): Content {
  if (typeof content === 'string') return trimmedEnd(content, limits.warn)
  const last = content.at(-1)
  if (last?.['type'] !== 'text' || typeof last['text'] !== 'string') return content
  return [...content.slice(0, -1), { ...last, text: trimmedEnd(last['text'], limits.warn) }]
}

function encodeAssistant(message: AssistantMessage, options: MessageOptions, limits: Limits): Content {
  const calls = message.tool_calls ?? []
  if (message.audio) limits.warn('audio of earlier answers is left out')
  const encoded: JsonObject[] = []
  for (const block of blocksOf(message).map(withClaudeProof)) {
    const wire = encodeBlock(block, calls)
    if (typeof wire === 'object') encoded.push(wire)
    else if (wire === 'unsigned thinking' && block.type === 'thinking') {
      if (options.unsignedThinking) encoded.push({ type: 'thinking', thinking: block.thinking })
      else limits.warn('thinking without a signature, which the API refuses, is left out')
    } else if (wire === 'refusal' && block.type === 'refusal') {
      encoded.push(...toBlocks(block.refusal))
    } else if (wire === 'foreign block') {
      limits.warn('blocks of an earlier answer that only another provider knows are left out')
    }
  }
  return simplify(withCacheControl(encoded, message))
}

function withCacheControl(blocks: JsonObject[], message: AssistantMessage): JsonObject[] {
  const last = blocks.at(-1)
  if (!message.cache_control || !last) return blocks
  return [...blocks.slice(0, -1), { ...last, cache_control: message.cache_control }]
}

/** One plain text is written as a string, the way most callers write it. */
function simplify(blocks: JsonObject[]): Content {
  const [only] = blocks
  const plain = blocks.length === 1 && only?.['type'] === 'text' && Object.keys(only).length === 2
  return plain && typeof only['text'] === 'string' ? only['text'] : blocks
}
