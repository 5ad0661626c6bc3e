/**
 * Messages in the shape of the GenAI message schema (gen_ai input/output messages, 0.1): roles with
 * `parts`, each with a `type`. Only read when content is captured. Every part passes the redactor, and
 * each attribute is limited (`content-limit.ts`).
 */
import type { Attributes } from '@opentelemetry/api'
import { blocksOf } from '../../kernel/message-blocks.js'
import { parseJson } from '../../kernel/json.js'
import type {
  AssistantMessage,
  ChatCompletion,
  ChatRequest,
  CompletionMessage,
  ContentPart,
  Message,
  ToolCall,
} from '../../kernel/hub.js'
import { boundedJson, boundedPart, boundedText } from './content-limit.js'
import { redactorOf, type Redactor } from './redact.js'
import * as semconv from '../semconv.js'
import { guard } from '../../kernel/guard.js'
import { settings, type TelemetryPart, type TelemetrySettings } from '../settings.js'

interface TelemetryMessage {
  role: string
  parts: TelemetryPart[]
  name?: string
  finish_reason?: string
}

export interface ContentAttributes {
  readonly onSpan?: Attributes
  readonly onEvent?: Attributes
}

/** @param failed - Whether the call ended with an error. */
export function contentAttributes(
  request: ChatRequest | undefined,
  response: ChatCompletion | undefined,
  current: Pick<TelemetrySettings, 'capture' | 'redact'>,
  failed = false,
): ContentAttributes {
  const redact = redactorOf(current.redact)
  const attributes: Attributes = {}
  if (request) {
    const system = request.messages.filter(isSystem)
    const others = request.messages.filter((message) => !isSystem(message))
    put(attributes, semconv.SYSTEM_INSTRUCTIONS, () => kept(system.flatMap(partsOf).map(asInstruction), redact))
    put(attributes, semconv.INPUT_MESSAGES, () => others.map((message) => toMessage(message, redact)))
    put(attributes, semconv.TOOL_DEFINITIONS, () => kept(toolDefinitions(request), redact))
  }
  if (response) {
    put(attributes, semconv.OUTPUT_MESSAGES, () =>
      response.choices.map(({ message, finish_reason }): TelemetryMessage => ({
        ...toMessage(message, redact),
        // The format requires a reason. If the program stopped reading, it is not known.
        finish_reason: finish_reason ?? (failed ? 'error' : 'unknown'),
      })),
    )
  }
  return {
    ...((current.capture === 'span' || current.capture === 'both') && { onSpan: attributes }),
    ...((current.capture === 'event' || current.capture === 'both') && { onEvent: attributes }),
  }
}

const isSystem = (message: Message): boolean => message.role === 'system' || message.role === 'developer'

/** If one attribute cannot be read or written, the others still are. */
function put(attributes: Attributes, key: string, read: () => readonly unknown[]): void {
  guard('content', () => {
    const value = read()
    const json = value.length > 0 ? boundedJson(value) : undefined
    if (json !== undefined) attributes[key] = json
  })
}

function kept(parts: readonly TelemetryPart[], redact: Redactor): TelemetryPart[] {
  return parts.flatMap((part) => {
    const redacted = redact(part)
    return redacted ? [boundedPart(redacted)] : []
  })
}

/** For content that is not a message, such as a tool's arguments. `undefined`: it must not be recorded. */
export function redactPart(part: TelemetryPart): TelemetryPart | undefined {
  return redactorOf(settings().redact)(part)
}

/**
 * `field` of a part as the value of an attribute, after the redactor and within the limit. Strings stay as they are; everything
 * else becomes JSON. `undefined`: it must not be recorded.
 */
export function contentText(part: TelemetryPart, field: string): string | undefined {
  const value = redactPart(part)?.[field]
  return typeof value === 'string' ? boundedText(value) : boundedJson(value)
}

/** Instructions can only have text and generic parts. */
function asInstruction(part: TelemetryPart): TelemetryPart {
  return part.type === 'text' || part.type === 'generic' ? part : { type: 'generic', value: part }
}

function toMessage(message: Message | CompletionMessage, redact: Redactor): TelemetryMessage {
  return {
    role: message.role,
    parts: kept(partsOf(message), redact),
    ...('name' in message && message.name !== undefined && { name: message.name }),
  }
}

function partsOf(message: Message | CompletionMessage): TelemetryPart[] {
  switch (message.role) {
    case 'assistant':
      return assistantParts(message)
    case 'tool':
      return [{ type: 'tool_call_response', id: message.tool_call_id, response: responseOf(message.content) }]
    case 'function':
      return [{ type: 'tool_call_response', response: message.content }]
    default:
      return contentParts(message.content)
  }
}

function assistantParts(message: AssistantMessage | CompletionMessage): TelemetryPart[] {
  const calls = new Map((message.tool_calls ?? []).map((call) => [call.id, call]))
  const parts = blocksOf(message).flatMap((block): TelemetryPart[] => {
    switch (block.type) {
      case 'text':
        return [{ type: 'text', content: block.text }]
      case 'thinking':
        return [{ type: 'reasoning', content: block.thinking }]
      case 'refusal':
        return [{ type: 'text', content: block.refusal }]
      case 'tool_call': {
        const call = calls.get(block.id)
        return call ? [toolCallPart(call)] : []
      }
      case 'raw':
        return [{ type: 'generic', value: block.value }]
      case 'redacted_thinking':
        return []
    }
  })
  return [...parts, ...otherParts(message)]
}

function responseOf(content: string | readonly ContentPart[]): unknown {
  return typeof content === 'string' ? content : contentParts(content).map(boundedPart)
}

/** Parts of the message outside of its blocks: audio, and OpenAI's older form of a tool call. */
function otherParts({ audio, function_call }: AssistantMessage | CompletionMessage): TelemetryPart[] {
  const parts: TelemetryPart[] = []
  if (audio && 'data' in audio) {
    if (audio.transcript) parts.push({ type: 'text', content: audio.transcript })
    parts.push({ type: 'blob', modality: 'audio', content: audio.data })
  }
  if (function_call) {
    const text = function_call.arguments
    parts.push({ type: 'tool_call', name: function_call.name, arguments: parseJson(text) ?? text })
  }
  return parts
}

function toolCallPart(call: ToolCall): TelemetryPart {
  if (call.type === 'custom')
    return { type: 'tool_call', id: call.id, name: call.custom.name, arguments: call.custom.input }
  const text = call.function.arguments
  return { type: 'tool_call', id: call.id, name: call.function.name, arguments: parseJson(text) ?? text }
}

function contentParts(content: string | readonly ContentPart[]): TelemetryPart[] {
  if (typeof content === 'string') return [{ type: 'text', content }]
  return content.map((part): TelemetryPart => {
    switch (part.type) {
      case 'text':
        return { type: 'text', content: part.text }
      case 'image_url':
        return mediaPart('image', part.image_url.url)
      case 'input_audio':
        return {
          type: 'blob',
          modality: 'audio',
          mime_type: `audio/${part.input_audio.format}`,
          content: part.input_audio.data,
        }
      case 'file': {
        const { file_id, file_data } = part.file
        return file_id !== undefined
          ? { type: 'file', modality: 'document', file_id }
          : mediaPart('document', file_data ?? '')
      }
      case 'refusal':
        return { type: 'text', content: part.refusal }
      case 'raw':
        return { type: 'generic', value: part.value }
    }
  })
}

const DATA_URL = /^data:([^;,]*);base64,/

function mediaPart(modality: string, url: string): TelemetryPart {
  const match = DATA_URL.exec(url)
  if (!match) return { type: 'uri', modality, uri: url }
  return { type: 'blob', modality, ...(match[1] && { mime_type: match[1] }), content: url.slice(match[0].length) }
}

/** Names only, as the conventions advise: descriptions and schemas are large and never change. */
function toolDefinitions(request: ChatRequest): TelemetryPart[] {
  return (request.tools ?? []).map((tool) => {
    if (tool.type === 'function') return { type: 'function', name: tool.function.name }
    return tool.type === 'custom' ? { type: 'custom', name: tool.custom.name } : { type: 'generic' }
  })
}
