/** The body of `POST /api/chat` (https://docs.ollama.com/api/chat), both ways. */
import { StreamError } from '../../kernel/errors.js'
import type { ChatRequest, Tool } from '../../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject, typeName } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { warnForeign, warnUnsaid } from '../../kernel/unsaid.js'
import { decodeMessages } from './messages-decode.js'
import { encodeMessages } from './messages-encode.js'
import { decodeFormat, decodeOptions, decodeThink, encodeFormat, encodeOptions, encodeThink } from './options.js'
import { ID, ownRaw, restOf } from './wire.js'

export const PATH = '/api/chat'

/** Fields the encoder reads. */
const READ: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'frequency_penalty',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'presence_penalty',
  'reasoning_effort',
  'response_format',
  'seed',
  'stop',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_logprobs',
  'top_p',
  'extra_body',
  'raw',
])

/** Fields of the format itself that a caller may give at the top of a request, as well as in `extra_body`. */
const NATIVE: ReadonlySet<string> = new Set(['keep_alive', 'options', 'shift', 'think', 'truncate'])

/** Fields that change nothing in the answer: usage always comes, the rest is bookkeeping and cache routing at OpenAI. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'stream_options',
  'store',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'metadata',
  'user',
])

/** Values that ask for nothing, field by field. */
const NEUTRAL: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['n', (value: unknown) => value === 1],
  ['parallel_tool_calls', (value: unknown) => value === true],
  ['logit_bias', (value: unknown) => isObject(value) && Object.keys(value).length === 0],
  ['modalities', (value: unknown) => asArray(value).every((modality) => modality === 'text')],
  ['service_tier', (value: unknown) => value === 'auto' || value === 'default'],
])

export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const native = checkFields(request, limits)
  warnForeign(request, ID, limits.warn)
  warnUnsaid(request, ['cache_control', 'detail', 'strict'], limits.warn)
  const body: JsonObject = compact({
    model: context.model,
    messages: encodeMessages(request.messages, limits),
    tools: encodeTools(request, limits),
    format: encodeFormat(request.response_format),
    think: encodeThink(request, context.model, limits),
    logprobs: request.logprobs ?? undefined,
    top_logprobs: request.top_logprobs ?? undefined,
    // The server streams unless it is told not to.
    stream: request.stream ?? false,
  })
  const options = encodeOptions(request)
  if (Object.keys(options).length > 0) body['options'] = options
  return { path: PATH, body: [native, ownRaw(request.raw), request.extra_body].reduce(mergeBody, body) }
}

/** `options` holds settings independent of one another, so the caller's join ours; all else replaces. */
function mergeBody(body: JsonObject, extra: JsonObject | undefined): JsonObject {
  if (!extra) return body
  const joins = isObject(body['options']) && isObject(extra['options'])
  return {
    ...body,
    ...extra,
    ...(joins && { options: { ...(body['options'] as JsonObject), ...(extra['options'] as JsonObject) } }),
  }
}

/** No field is passed over: each is read, native, without effect, neutral, or unsupported. */
function checkFields(request: ChatRequest, limits: Limits): JsonObject {
  const native: [string, unknown][] = []
  for (const [field, value] of Object.entries(request)) {
    if (value == null || READ.has(field)) continue
    if (NATIVE.has(field)) native.push([field, value])
    else if (WITHOUT_EFFECT.has(field)) {
      if (field !== 'stream_options' && value !== false) limits.warn(`\`${field}\` has no effect here`)
    } else if (!NEUTRAL.get(field)?.(value)) limits.unsupported(field)
  }
  return Object.fromEntries(native)
}

/** There is no `tool_choice`: `none` is said by offering nothing, and nothing can be required. */
function encodeTools(request: ChatRequest, limits: Limits): JsonObject[] | undefined {
  const { tools, tool_choice: choice } = request
  if (choice === 'none') return undefined
  if (choice === 'required' || isObject(choice)) limits.unsupported('tool_choice', 'use auto or none')
  return tools?.flatMap((tool) => encodeTool(tool, limits))
}

function encodeTool(tool: Tool, limits: Limits): JsonObject[] {
  if (tool.type === 'raw') {
    const value = ownRaw(tool)
    if (!value) limits.unsupported(`a tool of ${tool.protocol}`, 'it runs at another provider')
    return value ? [value] : []
  }
  if (tool.type === 'custom') {
    limits.unsupported('custom tools', 'use a function tool')
    return []
  }
  const { name, description, parameters } = tool.function
  return [
    {
      ...ownRaw(tool.raw),
      type: 'function',
      function: compact({ name, description, parameters: parameters ?? { type: 'object', properties: {} } }),
    },
  ]
}

/** Fields with a place of their own in the hub. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'format',
  'think',
  'logprobs',
  'top_logprobs',
  'stream',
  'options',
])

export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire))
    throw new StreamError(`the request is malformed: it is ${typeName(wire)}, not an object`, { isRetryable: false })
  const content = options.content ?? true
  const request: ChatRequest = {
    model: asString(wire['model']) ?? '',
    messages: content ? decodeMessages(wire['messages']) : [],
    stream: wire['stream'] !== false,
  }
  const ownOptions = decodeOptions(request, wire['options'])
  const format = decodeFormat(wire['format'], content)
  if (format) request.response_format = format
  decodeThink(request, wire['think'])
  if (typeof wire['logprobs'] === 'boolean') request.logprobs = wire['logprobs']
  const top = asNumber(wire['top_logprobs'])
  if (top !== undefined) request.top_logprobs = top
  if (content) {
    if (Array.isArray(wire['tools'])) request.tools = wire['tools'].filter(isObject).map(decodeTool)
    const extra: JsonObject = {
      ...restOf(wire, KNOWN),
      ...(Object.keys(ownOptions).length > 0 && { options: ownOptions }),
      // The same word may mean more to another model, so it goes back as it came.
      ...(typeof wire['think'] === 'string' && { think: wire['think'] }),
      ...(wire['format'] != null && !format && { format: wire['format'] }),
    }
    if (Object.keys(extra).length > 0) request.raw = { protocol: ID, value: extra }
  }
  return request
}

function decodeTool(tool: JsonObject): Tool {
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
    },
  }
}
