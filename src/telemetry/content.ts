/**
 * Messages in the shape of the GenAI message schema (gen_ai input/output messages, 0.1): roles with
 * `parts`, each with a `type`. Only read when content capture is on; every part passes the redactor.
 */
import type { Attributes } from '@opentelemetry/api'
import { blocksOf } from '../kernel/blocks.js'
import { parseJson } from '../kernel/json.js'
import type { AssistantMessage, ChatCompletion, ChatRequest, ContentPart, Message, ToolCall } from '../kernel/hub.js'
import * as semconv from './semconv.js'
import { faults, settings, type TelemetryPart, type TelemetrySettings } from './settings.js'

interface TelemetryMessage {
  role: string
  parts: TelemetryPart[]
  name?: string
  finish_reason?: string
}

type Redact = (parts: readonly TelemetryPart[]) => TelemetryPart[]

export interface ContentAttributes {
  readonly onSpan?: Attributes
  readonly onEvent?: Attributes
}

export function contentAttributes(
  request: ChatRequest | undefined,
  response: ChatCompletion | undefined,
  current: Pick<TelemetrySettings, 'capture' | 'redact'>,
): ContentAttributes {
  const redact = redactor(current.redact)
  const attributes: Attributes = {}
  if (request) {
    const system = request.messages.filter((message) => message.role === 'system' || message.role === 'developer')
    const others = request.messages.filter((message) => message.role !== 'system' && message.role !== 'developer')
    putJson(attributes, semconv.SYSTEM_INSTRUCTIONS, redact(system.flatMap((message) => partsOf(message))))
    putJson(attributes, semconv.INPUT_MESSAGES, others.map((message) => toMessage(message, redact)))
    putJson(attributes, semconv.TOOL_DEFINITIONS, toolDefinitions(request))
  }
  if (response) {
    const messages = response.choices.map(({ message, finish_reason }): TelemetryMessage => ({
      ...toMessage(message, redact),
      finish_reason: finish_reason ?? 'error',
    }))
    putJson(attributes, semconv.OUTPUT_MESSAGES, messages)
  }
  return {
    ...((current.capture === 'span' || current.capture === 'both') && { onSpan: attributes }),
    ...((current.capture === 'event' || current.capture === 'both') && { onEvent: attributes }),
  }
}

function putJson(attributes: Attributes, key: string, value: readonly unknown[]): void {
  if (value.length > 0) attributes[key] = JSON.stringify(value)
}

/** A redactor that throws hides the part: what it would have removed must not leak through its fault. */
function redactor(redact: TelemetrySettings['redact']): Redact {
  if (!redact) return (parts) => [...parts]
  return (parts) =>
    parts.flatMap((part) => {
      try {
        const kept = redact(part)
        return kept ? [kept] : []
      } catch {
        const state = faults()
        state.count++
        state.last = 'redact'
        return []
      }
    })
}

/** Content that is no message, such as a tool's arguments, passes the redactor too. `undefined`: it must not be recorded. */
export function redactPart(part: TelemetryPart): TelemetryPart | undefined {
  return redactor(settings().redact)([part])[0]
}

function toMessage(message: Message, redact: Redact): TelemetryMessage {
  return {
    role: message.role,
    parts: redact(partsOf(message)),
    ...('name' in message && message.name !== undefined && { name: message.name }),
  }
}

function partsOf(message: Message): TelemetryPart[] {
  switch (message.role) {
    case 'assistant':
      return assistantParts(message)
    case 'tool':
      return [{ type: 'tool_call_response', id: message.tool_call_id, response: message.content }]
    case 'function':
      return [{ type: 'tool_call_response', response: message.content }]
    default:
      return contentParts(message.content)
  }
}

function assistantParts(message: AssistantMessage): TelemetryPart[] {
  const calls = new Map((message.tool_calls ?? []).map((call) => [call.id, call]))
  return blocksOf(message).flatMap((block): TelemetryPart[] => {
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
}

function toolCallPart(call: ToolCall): TelemetryPart {
  if (call.type === 'custom') return { type: 'tool_call', id: call.id, name: call.custom.name, arguments: call.custom.input }
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
        return { type: 'blob', modality: 'audio', mime_type: `audio/${part.input_audio.format}`, content: part.input_audio.data }
      case 'file': {
        const { file_id, file_data } = part.file
        return file_id !== undefined ? { type: 'file', modality: 'document', file_id } : mediaPart('document', file_data ?? '')
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
function toolDefinitions(request: ChatRequest): readonly unknown[] {
  return (request.tools ?? []).map((tool) => {
    if (tool.type === 'function') return { type: 'function', name: tool.function.name }
    return tool.type === 'custom' ? { type: 'custom', name: tool.custom.name } : { type: 'generic' }
  })
}
