/** The body of `POST /api/chat` (https://docs.ollama.com/api/chat), both ways. */
import { withSystemText } from '../../kernel/format-hint.js'
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asString, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { requestObject } from '../shared/malformed.js'
import { keepRaw, unknownFields } from '../shared/raw.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { fieldCheck, mergeFields } from '../shared/request-fields.js'
import { scalars } from '../shared/scalars.js'
import { decodeFunction, encodeFunction, encodeTools } from '../shared/tools.js'
import { decodeMessages } from './messages-decode.js'
import { encodeMessages } from './messages-encode.js'
import {
  SETTINGS as OPTIONS,
  decodeFormat,
  decodeOptions,
  decodeThink,
  encodeFormat,
  encodeOptions,
  encodeThink,
} from './options.js'
import { ID, ownRaw } from './wire.js'

export const PATH = '/api/chat'

/** Settings beside `options`. */
const SETTINGS = scalars({ logprobs: 'logprobs', top_logprobs: 'top_logprobs' })

/** The server demands nothing: what it gets goes through the model's template. */
const RULES: HistoryRules = { anyOrder: true, oldCalls: true, objectArguments: true }

const checkFields = fieldCheck({
  id: ID,
  reads: [
    ...SETTINGS.fields,
    ...OPTIONS.fields,
    'max_completion_tokens',
    'max_tokens',
    'reasoning_effort',
    'response_format',
    'stop',
    'stream',
    'thinking',
    'tool_choice',
    'tools',
  ],
  native: ['keep_alive', 'options', 'shift', 'think', 'truncate'],
  noCounterparts: ['cache_control', 'detail', 'strict'],
})

export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const { provider } = context
  const { request } = portable(asked, rulesOf(RULES, context), { provider, limits })
  const native = checkFields(request, limits)
  const { format, hint } = encodeFormat(request, context, limits)
  const messages = hint === undefined ? request.messages : withSystemText(request.messages, hint)
  const body: JsonObject = compact({
    model: context.model,
    messages: encodeMessages(messages, limits),
    tools: offeredTools(request, limits),
    format,
    think: encodeThink(request, context.base ?? context.model, limits),
    // The server streams unless it is told not to.
    stream: request.stream ?? false,
    ...SETTINGS.encode(request),
  })
  const options = encodeOptions(request)
  if (Object.keys(options).length > 0) body['options'] = options
  return { path: PATH, body: mergeFields(body, [native, ownRaw(request.raw), request.extra_body], { options: {} }) }
}

/** There is no `tool_choice`: `none` is said by offering nothing, and nothing can be required. */
function offeredTools(request: ChatRequest, limits: Limits): JsonObject[] | undefined {
  const { tools, tool_choice: choice } = request
  if (choice === 'none') return undefined
  if (choice === 'required' || isObject(choice)) limits.unsupported('tool_choice', 'use auto or none')
  return tools ? encodeTools(tools, ownRaw, limits, (tool) => [encodeFunction(tool, ownRaw)]) : undefined
}

/** Fields that the hub has. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'format',
  'think',
  ...SETTINGS.names,
  'stream',
  'options',
])

export function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
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
  SETTINGS.decode(wire, request)
  if (content) {
    if (Array.isArray(wire['tools']))
      request.tools = wire['tools'].filter(isObject).map((tool) => decodeFunction(tool, ID))
    const extra: JsonObject = {
      ...unknownFields(wire, KNOWN),
      ...(Object.keys(ownOptions).length > 0 && { options: ownOptions }),
      // The same word may mean more to another model, so it goes back as it came.
      ...(typeof wire['think'] === 'string' && { think: wire['think'] }),
      ...(wire['format'] != null && !format && { format: wire['format'] }),
    }
    keepRaw(request, ID, extra)
  }
  return request
}
