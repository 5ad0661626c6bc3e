/** The conversation to `systemInstruction` and `contents` (https://ai.google.dev/api/caching#Content). */
import { blocksOf } from '../../kernel/message-blocks.js'
import type { AssistantMessage, Block, Message, ToolCall } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { LEFT_OUT } from '../shared/history/blanks.js'
import { encodeContent } from './content.js'
import { wireId } from './parts-decode.js'
import { encodeBlock, encodeCall } from './parts-encode.js'
import { encodeResult, encodeToolResult } from './tool-results.js'
import { ownRaw } from './wire.js'
import { quoted } from '../shared/quoted.js'

interface Content {
  role: 'user' | 'model'
  parts: JsonObject[]
}

export interface EncodedContents {
  readonly systemInstruction: JsonObject | undefined
  readonly contents: Content[]
}

/**
 * Stands for the signature of a call that another model made
 * (https://ai.google.dev/gemini-api/docs/thought-signatures#faqs).
 */
const NO_SIGNATURE = 'skip_thought_signature_validator'

/** @param needsSignatures - The model refuses calls without a signature since the user last said something. */
export function encodeContents(
  messages: readonly Message[],
  needsSignatures: boolean,
  limits: Limits,
): EncodedContents {
  const system: JsonObject[] = []
  const contents: Content[] = []
  const names = new Map<string, string>()
  const turnStart = needsSignatures ? messages.findLastIndex(({ role }) => role === 'user') : messages.length

  /** Turns of one side that follow each other are one: between a call and its response stands no other. */
  function say(role: Content['role'], parts: readonly JsonObject[]): void {
    const last = contents.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    // The API refuses a turn without parts.
    else if (parts.length > 0) contents.push({ role, parts: [...parts] })
  }

  for (const [at, message] of messages.entries()) {
    if (
      'name' in message &&
      message.role !== 'function' &&
      message.name !== undefined &&
      (message.role as string) !== 'tool'
    ) {
      limits.warn('names of messages are left out')
    }
    switch (message.role) {
      case 'system':
      case 'developer':
        if (contents.length > 0)
          limits.warn('a system message after the start of the conversation is moved to the front')
        system.push(...encodeContent(message.content, limits))
        break
      case 'tool': {
        const name = names.get(message.tool_call_id) ?? givenName(message)
        say('user', [encodeToolResult(message, name, wireId(String(message.tool_call_id)), limits)])
        break
      }
      case 'function':
        say('user', [
          { functionResponse: { name: message.name, response: encodeResult(message.content ?? '', false) } },
        ])
        break
      case 'assistant':
        for (const call of asArray(message.tool_calls) as readonly ToolCall[]) {
          names.set(call.id, call.type === 'custom' ? call.custom.name : call.function.name)
        }
        say('model', encodeAssistant(message, at > turnStart, limits))
        break
      case 'user': {
        const parts = encodeContent(message.content, limits)
        say('user', parts.length > 0 ? parts : [{ text: LEFT_OUT }])
        break
      }
      default:
        limits.unsupported(`messages of role ${quoted((message as { role?: unknown } | null)?.role)}`)
    }
  }
  return {
    // The SDKs send a role here, which the API does not read.
    systemInstruction: system.length > 0 ? { role: 'user', parts: system } : undefined,
    contents,
  }
}

/** Several writers name the function on its result. */
function givenName(message: object): string | undefined {
  const { name } = message as { name?: unknown }
  return typeof name === 'string' && name !== '' ? name : undefined
}

function encodeAssistant(message: AssistantMessage, needsSignature: boolean, limits: Limits): JsonObject[] {
  const calls = asArray(message.tool_calls) as readonly ToolCall[]
  const parts: JsonObject[] = []
  if (message.audio) limits.warn('audio of earlier answers is left out')
  if (message.cache_control) limits.warn('`cache_control` has no effect here: the cache works by itself')
  for (const block of blocksOf(message)) {
    const part = encodeBlock(ownSignature(block), calls)
    if (typeof part === 'object') parts.push(part)
    else if (part !== undefined)
      limits.warn('blocks of an earlier answer that only another provider knows are left out')
  }
  if (message.function_call) {
    const { id: _id, ...functionCall } = encodeCall({ id: '', type: 'function', function: message.function_call })[
      'functionCall'
    ] as JsonObject
    parts.push({ functionCall })
  }
  for (const call of calls) signFromElsewhere(call, parts)
  if (needsSignature) {
    const first = parts.find((part) => isObject(part['functionCall']))
    if (first && first['thoughtSignature'] === undefined) {
      first['thoughtSignature'] = NO_SIGNATURE
      limits.warn('a function call in history without its thought signature is sent with one that skips the check')
    }
  }
  return parts
}

/** A signature proves this provider's thinking only; another one's would be refused. */
function ownSignature(block: Block): Block {
  if (block.type !== 'thinking' || block.signature === undefined || ownRaw(block.raw)) return block
  return { type: 'thinking', thinking: block.thinking }
}

/**
 * Clients of the provider's OpenAI-shaped endpoint keep a call's signature in `extra_content`
 * (https://ai.google.dev/gemini-api/docs/thought-signatures#openai).
 */
function signFromElsewhere(call: ToolCall, parts: readonly JsonObject[]): void {
  const { extra_content: extra } = call as { extra_content?: unknown }
  const google = isObject(extra) ? extra['google'] : undefined
  const signature = isObject(google) ? google['thought_signature'] : undefined
  if (typeof signature !== 'string') return
  const part = parts.find(({ functionCall }) => isObject(functionCall) && functionCall['id'] === wireId(call.id))
  if (part) part['thoughtSignature'] ??= signature
}
