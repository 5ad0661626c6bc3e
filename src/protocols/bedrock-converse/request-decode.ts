/** The body of Converse and ConverseStream to a chat request: the reverse of `request-encode.ts`. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { dialectOf as messagesDialectOf } from '../anthropic-messages/dialect.js'
import { requestObject } from '../shared/malformed.js'
import { keepRaw, unknownFields } from '../shared/raw.js'
import { readStops, scalars } from '../shared/scalars.js'
import { decodeMessages } from './messages-decode.js'
import { dialectOf } from './dialect.js'
import { decodeModelFields } from './model-fields.js'
import { decodeOutputConfig } from './output-config.js'
import { readModelPath } from './paths.js'
import { decodeToolChoice, decodeTools } from './tools.js'
import { ID } from './wire.js'

/** Fields that the hub has. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'modelId',
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
  'outputConfig',
  'requestMetadata',
  'serviceTier',
])

export function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
  const content = options.content ?? true
  const { model, operation } = readModelPath(options.path)
  const inSdk = typeof wire['modelId'] === 'string' ? wire['modelId'] : ''
  const request: ChatRequest = {
    model: model ?? inSdk,
    messages: content ? decodeMessages(wire['system'], wire['messages']) : [],
  }
  if (operation === 'converse-stream') request.stream = true
  /** Fields that only this format has, for the same codec to send again. */
  const extra: [string, unknown][] = []
  readInference(request, wire['inferenceConfig'], extra)
  const modelFields = decodeModelFields(request, wire['additionalModelRequestFields'])
  if (modelFields !== undefined) extra.push(['additionalModelRequestFields', modelFields])
  readTier(request, wire['serviceTier'], extra)

  const takesSchema = dialectOf(request.model).jsonSchema === true && messagesDialectOf(request.model).jsonSchema
  const { format, rest } = decodeOutputConfig(wire['outputConfig'], takesSchema)
  if (format) request.response_format = content ? format : { type: 'json_schema', json_schema: { name: '' } }
  if (rest !== undefined) extra.push(['outputConfig', rest])
  // Decoded for readers; the field itself is what is sent again.
  const effort = isObject(rest) ? asString(rest['effort']) : undefined
  if (effort !== undefined) request.reasoning_effort = effort
  readTools(request, wire['toolConfig'], content, extra)
  if (!content) return request

  readMetadata(request, wire['requestMetadata'], extra)
  for (const [field, value] of Object.entries(wire)) if (!KNOWN.has(field)) extra.push([field, value])
  keepRaw(request, ID, Object.fromEntries(extra))
  return request
}

const INFERENCE = scalars({ max_tokens: 'maxTokens', temperature: 'temperature', top_p: 'topP' })
const INFERENCE_FIELDS: ReadonlySet<string> = new Set([...INFERENCE.names, 'stopSequences'])

function readInference(request: ChatRequest, wire: unknown, extra: [string, unknown][]): void {
  if (!isObject(wire)) return
  INFERENCE.decode(wire, request)
  const stop = readStops(wire['stopSequences'])
  if (stop) request.stop = stop
  const rest = unknownFields(wire, INFERENCE_FIELDS)
  if (rest) extra.push(['inferenceConfig', rest])
}

function readTier(request: ChatRequest, wire: unknown, extra: [string, unknown][]): void {
  const type = isObject(wire) ? wire['type'] : undefined
  if (type === 'default' || type === 'flex' || type === 'priority' || type === 'reserved') request.service_tier = type
  else if (wire != null) extra.push(['serviceTier', wire])
}

function readTools(request: ChatRequest, wire: unknown, content: boolean, extra: [string, unknown][]): void {
  if (!isObject(wire)) return
  const choice = decodeToolChoice(wire['toolChoice'])
  if (choice !== undefined) request.tool_choice = choice
  else if (wire['toolChoice'] != null) extra.push(['toolConfig', { toolChoice: wire['toolChoice'] }])
  const tools = content ? decodeTools(wire['tools']) : []
  if (tools.length > 0) request.tools = tools
}

function readMetadata(request: ChatRequest, wire: unknown, extra: [string, unknown][]): void {
  if (wire == null) return
  if (isObject(wire) && Object.values(wire).every((value) => typeof value === 'string')) {
    request.metadata = wire as JsonObject as Record<string, string>
  } else extra.push(['requestMetadata', wire])
}
