/** The body of `POST /v1/messages` to a chat request: the reverse of `request-encode.ts`. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { requestObject } from '../shared/malformed.js'
import { keepRaw } from '../shared/raw.js'
import { readStops, scalars } from '../shared/scalars.js'
import { decodeMessages } from './messages-decode.js'
import { decodeThinking } from './thinking.js'
import { decodeToolChoice, decodeTools } from './tools.js'
import { ID } from './wire.js'

const SETTINGS = scalars({
  max_tokens: 'max_tokens',
  temperature: 'temperature',
  top_k: 'top_k',
  top_p: 'top_p',
  stream: 'stream',
})

/** Fields that the hub has. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  ...SETTINGS.names,
  'model',
  'messages',
  'system',
  'metadata',
  'output_config',
  'service_tier',
  'stop_sequences',
  'thinking',
  'tool_choice',
  'tools',
])

export function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
  const content = options.content ?? true
  const request: ChatRequest = {
    model: asString(wire['model']) ?? '',
    messages: content ? decodeMessages(wire['system'], wire['messages']) : [],
  }
  /** Fields that only this format has, for the same codec to send again. */
  const extra: [string, unknown][] = []

  SETTINGS.decode(wire, request)
  const stop = readStops(wire['stop_sequences'])
  if (stop) request.stop = stop

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
    keepRaw(request, ID, Object.fromEntries(extra))
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
  // The older place of the format is told too, and stays in `raw`, which is sent again.
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
