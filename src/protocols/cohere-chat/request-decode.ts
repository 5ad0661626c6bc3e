/** The body of `POST /v2/chat` to a chat request: the reverse of `request-encode.ts`. */
import { StreamError } from '../../kernel/errors.js'
import type { ChatRequest, Tool } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { decodeMessages } from './messages.js'
import { ID, restOf } from './wire.js'

/** Fields with a place of their own in the hub. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'strict_tools',
  'response_format',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'k',
  'p',
  'logprobs',
  'thinking',
  'stream',
])

const NUMBERS = [
  ['max_tokens', 'max_tokens'],
  ['temperature', 'temperature'],
  ['seed', 'seed'],
  ['frequency_penalty', 'frequency_penalty'],
  ['presence_penalty', 'presence_penalty'],
  ['k', 'top_k'],
  ['p', 'top_p'],
] as const

export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire))
    throw new StreamError(`the request is malformed: it is ${typeName(wire)}, not an object`, { isRetryable: false })
  const content = options.content ?? true
  const request: ChatRequest = {
    model: asString(wire['model']) ?? '',
    messages: content ? decodeMessages(wire['messages']) : [],
  }
  const extra = content ? { ...restOf(wire, KNOWN) } : {}
  for (const [field, own] of NUMBERS) {
    const value = asNumber(wire[field])
    if (value !== undefined) request[own] = value
  }
  if (typeof wire['stream'] === 'boolean') request.stream = wire['stream']
  if (typeof wire['logprobs'] === 'boolean') request.logprobs = wire['logprobs']
  const stop = asArray(wire['stop_sequences']).filter((sequence) => typeof sequence === 'string')
  if (stop.length > 0) request.stop = stop
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
    if (Object.keys(extra).length > 0) request.raw = { protocol: ID, value: extra }
  }
  return request
}

function decodeTool(tool: JsonObject, strict: boolean): Tool {
  const made = tool['function']
  if (tool['type'] !== 'function' || !isObject(made) || typeof made['name'] !== 'string')
    return { type: 'raw', protocol: ID, value: tool }
  const description = asString(made['description'])
  return {
    type: 'function',
    function: {
      name: made['name'],
      ...(description !== undefined && { description }),
      ...(isObject(made['parameters']) && { parameters: made['parameters'] }),
      ...(strict && { strict }),
    },
  }
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
  else if (type === 'json_object' && schema)
    request.response_format = { type: 'json_schema', json_schema: { name: 'response', ...(content && { schema }) } }
  else if (type === 'json_object') request.response_format = { type }
  else if (content) extra['response_format'] = wire
}
