/** The body of `POST /v2/chat` to a chat request: the reverse of `request-encode.ts`. */
import type { ChatRequest, Tool } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { requestObject } from '../shared/malformed.js'
import { keepRaw, unknownFields } from '../shared/raw.js'
import { readStops } from '../shared/scalars.js'
import { decodeFunction } from '../shared/tools.js'
import { decodeMessages } from './messages.js'
import { SETTINGS } from './request-encode.js'
import { ID } from './wire.js'

/** Fields that the hub has. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'strict_tools',
  'response_format',
  'max_tokens',
  'stop_sequences',
  ...SETTINGS.names,
  'thinking',
  'stream',
])

export function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
  const content = options.content ?? true
  const request: ChatRequest = {
    model: asString(wire['model']) ?? '',
    messages: content ? decodeMessages(wire['messages']) : [],
  }
  const extra = content ? { ...unknownFields(wire, KNOWN) } : {}
  SETTINGS.decode(wire, request)
  const limit = asNumber(wire['max_tokens'])
  if (limit !== undefined) request.max_tokens = limit
  if (typeof wire['stream'] === 'boolean') request.stream = wire['stream']
  const stop = readStops(wire['stop_sequences'])
  if (stop) request.stop = stop
  readThinking(request, wire['thinking'])
  readFormat(request, wire['response_format'], extra, content)

  const choice = asString(wire['tool_choice'])?.toUpperCase()
  if (choice === 'REQUIRED') request.tool_choice = 'required'
  else if (choice === 'NONE') request.tool_choice = 'none'
  else if (wire['tool_choice'] != null && content) extra['tool_choice'] = wire['tool_choice']
  if (content) {
    const strict = wire['strict_tools']
    const tools = asArray(wire['tools'])
      .filter(isObject)
      .map((tool) => decodeTool(tool, strict === true))
    if (Array.isArray(wire['tools'])) request.tools = tools
    if (typeof strict === 'boolean' && !(strict && tools.some(({ type }) => type === 'function')))
      extra['strict_tools'] = strict
    keepRaw(request, ID, extra)
  }
  return request
}

function decodeTool(wire: JsonObject, strict: boolean): Tool {
  const tool = decodeFunction(wire, ID)
  if (strict && tool.type === 'function') tool.function.strict = true
  return tool
}

function readThinking(request: ChatRequest, wire: unknown): void {
  if (!isObject(wire) || (wire['type'] !== 'enabled' && wire['type'] !== 'disabled')) return
  const budget = asNumber(wire['token_budget'])
  request.thinking = { type: wire['type'], ...(budget !== undefined && { budget_tokens: budget }) }
}

function readFormat(request: ChatRequest, wire: unknown, extra: JsonObject, content: boolean): void {
  if (!isObject(wire)) return
  const { type, json_schema: own, schema: older } = wire
  const schema = isObject(own) ? own : isObject(older) ? older : undefined
  if (type === 'text') request.response_format = { type }
  // The wire has no name for a schema, and the hub requires one. A schema is the caller's own words.
  else if (type === 'json_object' && schema) {
    request.response_format = { type: 'json_schema', json_schema: { name: 'response', ...(content && { schema }) } }
    // The older name of the field goes back as it came.
    if (content && schema === older) extra['response_format'] = wire
  } else if (type === 'json_object') request.response_format = { type }
  else if (content) extra['response_format'] = wire
}
