/** The body of `POST /v1/messages` to a chat request: the reverse of `request-encode.ts`. */
import { StreamError } from '../../kernel/errors.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { decodeMessages } from './messages-decode.js'
import { decodeThinking } from './thinking.js'
import { decodeToolChoice, decodeTools } from './tools.js'
import { ID } from './wire.js'

/** Fields with a place of their own in the hub. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'metadata',
  'output_config',
  'service_tier',
  'stop_sequences',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
])

export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire)) throw new StreamError(`expected a messages request, got ${typeName(wire)}`)
  const content = options.content ?? true
  const request: ChatRequest = {
    model: asString(wire['model']) ?? '',
    messages: content ? decodeMessages(wire['system'], wire['messages']) : [],
  }
  /** What only this format can say, for the same codec to send again. */
  const extra: [string, unknown][] = []

  const maxTokens = asNumber(wire['max_tokens'])
  if (maxTokens !== undefined) request.max_tokens = maxTokens
  const temperature = asNumber(wire['temperature'])
  if (temperature !== undefined) request.temperature = temperature
  const topK = asNumber(wire['top_k'])
  if (topK !== undefined) request.top_k = topK
  const topP = asNumber(wire['top_p'])
  if (topP !== undefined) request.top_p = topP
  if (typeof wire['stream'] === 'boolean') request.stream = wire['stream']
  const stop = wire['stop_sequences']
  if (Array.isArray(stop) && stop.length > 0) {
    request.stop = stop.filter((sequence): sequence is string => typeof sequence === 'string')
  }

  const tier = wire['service_tier']
  if (tier === 'auto') request.service_tier = 'auto'
  else if (tier === 'standard_only') request.service_tier = 'default'
  else if (tier != null) extra.push(['service_tier', tier])

  const choice = decodeToolChoice(wire['tool_choice'])
  if (choice) Object.assign(request, choice)
  else if (wire['tool_choice'] != null) extra.push(['tool_choice', wire['tool_choice']])

  readMetadata(request, wire['metadata'], extra)
  readOutput(request, wire, extra)
  if (content) {
    if (Array.isArray(wire['tools'])) request.tools = decodeTools(wire['tools'])
    for (const [field, value] of Object.entries(wire)) if (!KNOWN.has(field)) extra.push([field, value])
    if (extra.length > 0) request.raw = { protocol: ID, value: Object.fromEntries(extra) }
  }
  return request
}

function readMetadata(request: ChatRequest, metadata: unknown, extra: [string, unknown][]): void {
  if (!isObject(metadata)) return
  const { user_id: userId, ...rest } = metadata
  if (typeof userId === 'string') request.user = userId
  if (Object.keys(rest).length > 0) extra.push(['metadata', rest])
}

function readOutput(request: ChatRequest, wire: JsonObject, extra: [string, unknown][]): void {
  const output = isObject(wire['output_config']) ? wire['output_config'] : {}
  const { effort, format, ...rest } = output
  const { keepEffort, keepThinking, ...reasoning } = decodeThinking(wire['thinking'], effort)
  Object.assign(request, reasoning)
  if (keepThinking) extra.push(['thinking', wire['thinking']])

  const known = schemaOf(format)
  // The older place of the format is told too, and stays in `raw`, which goes out again.
  const schema = known ?? schemaOf(wire['output_format'])
  // The wire has no name for a schema, and the hub requires one.
  if (schema) request.response_format = { type: 'json_schema', json_schema: { name: 'response', schema } }
  const kept: JsonObject = {
    ...rest,
    ...(keepEffort && { effort }),
    ...(format != null && !known && { format }),
  }
  if (Object.keys(kept).length > 0) extra.push(['output_config', kept])
}

function schemaOf(format: unknown): JsonObject | undefined {
  if (!isObject(format) || format['type'] !== 'json_schema') return undefined
  return isObject(format['schema']) ? format['schema'] : undefined
}
