/**
 * Tool messages as function responses (https://ai.google.dev/api/caching#FunctionResponse), both ways. The
 * wire carries an object: its key `output` or `error` means a plain result, anything else is the result itself.
 */
import type { ContentPart, ToolMessage } from '../../kernel/hub.js'
import { asArray, asString, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { encodeContent, decodePart } from './content.js'
import { stringify } from './parts-decode.js'
import { ID, camel, ownRaw } from './wire.js'

/** JSON text of an object is sent as that object, which the model reads best; any other text is wrapped. */
export function encodeResult(text: string, failed: boolean | undefined): JsonObject {
  const value = /^\s*\{/.test(text) ? parseJson(text) : undefined
  if (failed) return { error: isObject(value) ? value : text }
  return isObject(value) ? value : { output: text }
}

function decodeResult(response: unknown): { text: string; failed?: true } {
  if (!isObject(response)) return { text: response == null ? '' : stringify(response) }
  const keys = Object.keys(response)
  const { output, error } = response
  const onlyText = (value: unknown): value is string => typeof value === 'string' && !isObject(parseJson(value))
  if (keys.length === 1 && onlyText(output)) return { text: output }
  if (keys.length === 1 && onlyText(error)) return { text: error, failed: true }
  if (keys.length === 1 && isObject(error)) return { text: stringify(error), failed: true }
  return { text: stringify(response) }
}

/** @param name - Of the function that was called, when the call is known. `id` is left out for a call without one. */
export function encodeToolResult(
  message: ToolMessage,
  name: string | undefined,
  id: string | undefined,
  limits: Limits,
): JsonObject {
  const parts =
    typeof message.content === 'string' ? [] : (asArray(message.content).filter(isObject) as unknown as ContentPart[])
  const text =
    typeof message.content === 'string'
      ? message.content
      : parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  if (message.cache_control) limits.warn('`cache_control` has no effect here: the cache works by itself')
  let beside: JsonObject = {}
  const media: JsonObject[] = []
  for (const part of parts) {
    if (part.type === 'text') continue
    const own = part.type === 'raw' ? ownRaw(part) : undefined
    if (own && isObject(own['functionResponse'])) beside = own
    else media.push(...encodeContent([part], limits))
  }
  const { functionResponse: kept, ...partFields } = beside
  const functionResponse = {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    response: encodeResult(text, message.is_error),
    ...(media.length > 0 && { parts: media }),
    ...(isObject(kept) && kept),
  }
  if (!('name' in functionResponse)) {
    limits.warn('a tool result answers no call of the conversation, so its id stands for the name of the function')
    return { ...partFields, functionResponse: { name: message.tool_call_id, ...functionResponse } }
  }
  return { ...partFields, functionResponse }
}

const BESIDE = ['willContinue', 'scheduling']
const BESIDE_IN_PART = ['thoughtSignature', 'partMetadata']

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.filter((field) => object[field] != null).map((field) => [field, object[field]]))
}

/**
 * @param part - A part with a function response.
 * @param call - The call it answers: its id in the hub, and its name where the conversation has it.
 */
export function decodeToolResult(
  part: JsonObject,
  response: JsonObject,
  call: { id: string; name: string | undefined },
): ToolMessage {
  const { text, failed } = decodeResult(response['response'])
  const media = asArray(response['parts']).flatMap((entry) => (isObject(entry) ? [decodePart(entry)] : []))
  const name = asString(response['name'])
  const kept: JsonObject = {
    ...pick(response, BESIDE),
    ...(name !== undefined && name !== call.name && { name }),
  }
  const beside = pick(part, BESIDE_IN_PART)
  const raw: ContentPart[] =
    Object.keys({ ...beside, ...kept }).length > 0
      ? [{ type: 'raw', protocol: ID, value: { ...beside, functionResponse: kept } }]
      : []
  return {
    role: 'tool',
    tool_call_id: call.id,
    content: media.length + raw.length === 0 ? text : [{ type: 'text', text }, ...media, ...raw],
    ...(failed && { is_error: failed }),
  }
}

/** The function response a part holds. */
export function functionResponseOf(part: JsonObject): JsonObject | undefined {
  const { functionResponse } = part
  return isObject(functionResponse) ? camel(functionResponse) : undefined
}
