/** Requests (https://platform.openai.com/docs/api-reference/responses/create). */
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { warnForeign, warnNoCounterpart } from '../../kernel/no-counterpart.js'
import { limitsOf } from '../../kernel/limits.js'
import { traitsOf } from '../../models/index.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { requestObject } from '../shared/malformed.js'
import { withoutPrefill } from '../shared/prefill.js'
import { refusedBy } from '../shared/refusals.js'
import { dropLongUser } from '../shared/user.js'
import { asksNothing, mergeFields } from '../shared/request-fields.js'
import { strictFields } from '../shared/strict.js'
import { decodeInput } from './input-decode.js'
import { encodeInput, unsupported } from './input-encode.js'
import { PROTOCOL, ownRaw } from './items.js'
import {
  decodeFormat,
  decodeToolChoice,
  decodeTools,
  encodeFormat,
  encodeToolChoice,
  encodeTools,
  encodeWebSearch,
} from './tools.js'

export const PATH = '/responses'

const LOGPROBS = 'message.output_text.logprobs'

/** Same name and meaning in the hub and here. */
const SHARED = [
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'service_tier',
  'store',
  'stream',
  'temperature',
  'top_logprobs',
  'top_p',
  'user',
] as const satisfies readonly (keyof ChatRequest)[]

/** Chat parameters without a counterpart. A value that asks for nothing is no reason to refuse. */
const UNSUPPORTED = [
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'modalities',
  'n',
  'prediction',
  'presence_penalty',
  'seed',
  'stop',
  'thinking',
  'top_k',
] as const

const HANDLED: ReadonlySet<string> = new Set([
  ...SHARED,
  ...UNSUPPORTED,
  'model',
  'messages',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'reasoning_effort',
  'response_format',
  'stream_options',
  'tool_choice',
  'tools',
  'verbosity',
  'web_search_options',
  'extra_body',
  'raw',
])

/** `call_id` has at most 64 characters (https://platform.openai.com/docs/api-reference/responses/create). */
const RULES: HistoryRules = { oldCalls: true, toolIds: { max: 64 }, toolNames: { also: '_-', max: 64 } }

/** Objects of independent settings, so the caller's are merged with ours. */
const JOINS = { reasoning: {}, text: {}, stream_options: {} }

/** A limit that chat completions takes may be too low here. */
function atLeast(limit: number, model: string, warn: (message: string) => void): number {
  const { minOutputOnResponses: least = 0 } = traitsOf(model)
  if (limit >= least) return limit
  warn(`max_tokens is raised from ${limit} to ${least}, the minimum of the Responses API`)
  return least
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const { tools: extras, include: keptInclude, ...kept } = ownRaw(asked.raw) ?? {}
  const limits = limitsOf(context)
  const base = context.base ?? context.model
  const taken = withoutPrefill(refusedBy(base, effortOf(asked, kept), asked, limits), base, limits)
  const warn = (message: string): void => context.warn(`${context.provider}: ${message}`)
  const { request, toolNames } = portable(taken, rulesOf(RULES, context), {
    provider: context.provider,
    limits: limitsOf({ ...context, warn }),
    isContinued: isContinued(asked, kept),
  })
  warnForeign(request, PROTOCOL, warn)
  warnNoCounterpart(request, ['cache_control', 'is_error'], warn)
  const { instructions, input } = encodeInput(request.messages, context)
  const body: JsonObject = { model: context.model }
  if (instructions !== undefined) body.instructions = instructions
  if (input.length > 0) body.input = input
  for (const key of SHARED) if (request[key] != null) body[key] = request[key]

  const limit = request.max_completion_tokens ?? request.max_tokens
  if (limit != null) body.max_output_tokens = atLeast(limit, base, warn)
  if (request.reasoning_effort != null) body.reasoning = { effort: request.reasoning_effort }
  const strictly = strictFields(request, context)
  const text: JsonObject = {}
  if (request.response_format) text.format = encodeFormat(strictly.format(request.response_format))
  if (request.verbosity != null) text.verbosity = request.verbosity
  if (Object.keys(text).length > 0) body.text = text
  const { include_obfuscation: obfuscation } = request.stream_options ?? {}
  if (obfuscation !== undefined) body.stream_options = { include_obfuscation: obfuscation }

  const tools = encodeTools(request.tools ?? [], asArray(extras), context, strictly)
  if (request.web_search_options != null) tools.push(encodeWebSearch(request.web_search_options))
  if (tools.length > 0 || request.tools) body.tools = tools
  if (request.tool_choice != null) body.tool_choice = encodeToolChoice(request.tool_choice)
  const include = asArray(keptInclude)
  if (request.logprobs) body.include = [...include, LOGPROBS]
  else if (include.length > 0) body.include = include

  const given = request as unknown as JsonObject
  // An effort says the same as `thinking`, in the format's own word.
  const isSaid = (field: string): boolean => field === 'thinking' && effortOf(request, kept) !== undefined
  for (const field of UNSUPPORTED) if (!isSaid(field) && !asksNothing(field, given[field])) unsupported(field, context)
  dropLongUser(body, context, warn)
  const others = Object.entries(given).filter(([key, value]) => !HANDLED.has(key) && value !== undefined)
  return {
    path: PATH,
    body: mergeFields(kept, [{ ...Object.fromEntries(others), ...body }, request.extra_body], JOINS),
    ...(toolNames && { toolNames }),
  }
}

/** The API holds what was said before, calls of tools too. */
function isContinued(request: ChatRequest, kept: JsonObject): boolean {
  const given = request as unknown as JsonObject
  return [given, kept, request.extra_body].some(
    (fields) => fields?.['previous_response_id'] != null || fields?.['conversation'] != null,
  )
}

/** The effort that is sent, in the format's own words or the hub's. */
function effortOf({ extra_body: extra, reasoning_effort: effort }: ChatRequest, kept: JsonObject): string | undefined {
  const [over, under] = [extra?.['reasoning'], kept['reasoning']].map((reasoning) =>
    isObject(reasoning) ? asString(reasoning['effort']) : undefined,
  )
  return over ?? effort ?? under
}

/** Wire fields that became hub fields; what is left rides along in `raw`. */
const DECODED: ReadonlySet<string> = new Set([
  ...SHARED,
  'model',
  'input',
  'instructions',
  'include',
  'max_output_tokens',
  'reasoning',
  'stream_options',
  'text',
  'tool_choice',
  'tools',
])

const NUMBERS = ['temperature', 'top_logprobs', 'top_p'] as const
const STRINGS = ['previous_response_id', 'prompt_cache_key', 'service_tier', 'user'] as const
const FLAGS = ['parallel_tool_calls', 'store', 'stream'] as const

function decodeScalars(wire: JsonObject): ChatRequest {
  const request: ChatRequest = { model: asString(wire.model) ?? '', messages: [] }
  for (const key of NUMBERS) {
    const value = asNumber(wire[key])
    if (value !== undefined) request[key] = value
  }
  for (const key of STRINGS) {
    const value = asString(wire[key])
    if (value !== undefined) request[key] = value
  }
  for (const key of FLAGS) {
    const value = wire[key]
    if (typeof value === 'boolean') request[key] = value
  }
  const limit = asNumber(wire.max_output_tokens)
  if (limit !== undefined) request.max_completion_tokens = limit
  const effort = isObject(wire.reasoning) ? asString(wire.reasoning.effort) : undefined
  if (effort !== undefined) request.reasoning_effort = effort
  return request
}

/** The entries of a settings object that the hub does not take; `undefined` when there are none. */
function remaining(settings: unknown, taken: Readonly<Record<string, boolean>>): JsonObject | undefined {
  if (!isObject(settings)) return undefined
  const entries = Object.entries(settings).filter(([key]) => !(Object.hasOwn(taken, key) && taken[key]))
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

export function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
  const request = decodeScalars(wire)
  const content = options.content ?? true
  const text = isObject(wire.text) ? wire.text : {}
  const format = decodeFormat(text.format, content)
  if (format) request.response_format = format
  if (!content) return request

  request.messages = decodeInput(wire.instructions, wire.input)
  const { verbosity } = text
  const spoken = verbosity === 'low' || verbosity === 'medium' || verbosity === 'high'
  if (spoken) request.verbosity = verbosity
  if (isObject(wire.metadata)) request.metadata = wire.metadata as Record<string, string>
  const { tools, extras } = decodeTools(wire.tools)
  if (Array.isArray(wire.tools)) request.tools = tools
  const choice = decodeToolChoice(wire.tool_choice)
  if (choice !== undefined) request.tool_choice = choice
  const include = asArray(wire.include).filter((entry) => entry !== LOGPROBS)
  if (include.length < asArray(wire.include).length) request.logprobs = true
  const obfuscation = isObject(wire.stream_options) ? wire.stream_options.include_obfuscation : undefined
  if (typeof obfuscation === 'boolean') request.stream_options = { include_obfuscation: obfuscation }

  const rest = Object.entries(wire).filter(([key]) => !DECODED.has(key))
  const kept: JsonObject = {
    ...Object.fromEntries(rest),
    ...(include.length > 0 && { include }),
    ...(extras.length > 0 && { tools: extras }),
    ...(choice === undefined && wire.tool_choice != null && { tool_choice: wire.tool_choice }),
    ...(wire.instructions != null && typeof wire.instructions !== 'string' && { instructions: wire.instructions }),
  }
  const settings = {
    reasoning: remaining(wire.reasoning, { effort: request.reasoning_effort !== undefined }),
    text: remaining(wire.text, { format: format !== undefined, verbosity: spoken }),
    stream_options: remaining(wire.stream_options, { include_obfuscation: request.stream_options !== undefined }),
  }
  for (const [key, value] of Object.entries(settings)) if (value) kept[key] = value
  if (Object.keys(kept).length > 0) request.raw = { protocol: PROTOCOL, value: kept }
  return request
}
