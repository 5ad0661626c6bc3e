/** A chat request to the body of `POST /v2/chat` (https://docs.cohere.com/reference/chat). */
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { fieldCheck, mergeFields } from '../shared/request-fields.js'
import { scalars, stopsOf } from '../shared/scalars.js'
import { SCHEMA_DIALECTS } from '../shared/schema-dialects.js'
import { schemaFitter, type SchemaFitter } from '../shared/schema/fitter.js'
import { functionsOf } from '../shared/strict.js'
import { allowedNames, encodeFunction, encodeTools } from '../shared/tools.js'
import { encodeMessages } from './messages.js'
import { ID, ownRaw } from './wire.js'

/** The SDK's base URL stops before the version. */
export const PATH = '/v2/chat'

/** Settings under this format's names. */
export const SETTINGS = scalars({
  temperature: 'temperature',
  seed: 'seed',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  top_k: 'k',
  top_p: 'p',
  logprobs: 'logprobs',
})

const checkFields = fieldCheck({
  id: ID,
  reads: [
    ...SETTINGS.fields,
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
  native: ['citation_options', 'documents', 'priority', 'safety_mode', 'strict_tools'],
  noCounterparts: ['cache_control'],
})

/** Messages say something, and one beside the instructions; results are text and documents (https://docs.cohere.com/reference/chat). */
const RULES: HistoryRules = {
  toolIds: { max: 64 },
  toolNames: { also: '_-', max: 64 },
  textResults: true,
  userNeeded: true,
  refusesTexts: 'blank',
  refusesEmptyResults: true,
}

/** Tokens an effort may think. Without an entry there is no limit but the answer's. */
const BUDGETS: ReadonlyMap<string, number | undefined> = new Map([
  ['minimal', 512],
  ['low', 1024],
  ['medium', 4096],
  ['high', undefined],
  ['xhigh', undefined],
  ['max', undefined],
])

export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const { request, toolNames } = portable(asked, rulesOf(RULES, context), {
    provider: context.provider,
    limits,
    isKept: (part) => part.type === 'raw' && ownRaw(part) !== undefined,
  })
  const native = checkFields(request, limits)
  const { stream } = request
  const fitter = schemaFitter(SCHEMA_DIALECTS[context.quirks.schemas ?? 'cohere'], limits, stream === true)
  const { format, hint } = encodeFormat(request, native, fitter, limits)
  const messages = hint === undefined ? request.messages : withSystemText(request.messages, hint)
  const body: JsonObject = compact({
    model: context.model,
    messages: encodeMessages(messages, limits),
    ...encodeToolSettings(request, fitter, limits),
    response_format: format,
    max_tokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop_sequences: stopsOf(request),
    thinking: encodeThinking(request, limits),
    stream: typeof stream === 'boolean' ? stream : undefined,
    ...SETTINGS.encode(request),
  })
  return {
    path: PATH,
    body: mergeFields(body, [native, ownRaw(request.raw), request.extra_body]),
    ...(toolNames && { toolNames }),
  }
}

/** A named function is said by requiring a call and offering that function only. */
function encodeToolSettings(
  { tools, tool_choice: choice }: ChatRequest,
  fitter: SchemaFitter,
  limits: Limits,
): JsonObject {
  const named = isObject(choice) && choice.type === 'function' ? [choice.function.name] : allowedNames(choice)
  const offered = (tools ?? []).filter(
    (tool) => tool.type !== 'function' || !named || named.includes(tool.function.name),
  )
  const strict = fitter.together(functionsOf({ tools: offered }), 'sent without strict')
  const wire = encodeTools(offered, ownRaw, limits, (tool) => {
    const parameters = strict?.get(tool.function.name)
    return [encodeFunction(parameters ? { ...tool, function: { ...tool.function, parameters } } : tool, ownRaw)]
  })
  const forced =
    choice === 'required' ||
    (isObject(choice) && (choice.type !== 'allowed_tools' || choice.allowed_tools.mode === 'required'))
  return {
    ...(wire.length > 0 && { tools: wire }),
    ...(forced ? { tool_choice: 'REQUIRED' } : choice === 'none' && { tool_choice: 'NONE' }),
    ...(strict && { strict_tools: true }),
  }
}

/**
 * @returns Also a sentence for the system prompt, where nothing enforces the format: beside tools and documents the API
 * takes none (https://docs.cohere.com/reference/chat#request.body.response_format).
 */
function encodeFormat(
  { response_format: format, tools }: ChatRequest,
  native: JsonObject | undefined,
  fitter: SchemaFitter,
  limits: Limits,
): { format?: JsonObject; hint?: string } {
  if (format == null) return {}
  if (format.type === 'text') return { format: { type: 'text' } }
  const isBeside = (tools?.length ?? 0) > 0 || native?.['documents'] != null
  const { schema } = format.type === 'json_schema' ? format.json_schema : {}
  if (!isBeside) {
    if (!isObject(schema)) return { format: { type: 'json_object' } }
    // Any object is what the format gives without a schema too.
    if (schema['type'] === 'object' && Object.keys(schema).length === 1)
      return { format: { type: 'json_object', json_schema: schema } }
    const enforced = fitter.format(schema, 'asked for in the system prompt')
    if (enforced) return { format: { type: 'json_object', json_schema: enforced } }
  }
  const hint = formatHint(format, limits)
  return { ...(!isBeside && { format: { type: 'json_object' } }), ...(hint !== undefined && { hint }) }
}

function encodeThinking({ thinking, reasoning_effort: effort }: ChatRequest, limits: Limits): JsonObject | undefined {
  if (isObject(thinking)) {
    const { type, budget_tokens: budget, ...rest } = thinking
    if (effort != null) limits.warn('`thinking` is given, so `reasoning_effort` is left out')
    return compact({ type: type === 'disabled' ? type : 'enabled', token_budget: asNumber(budget), ...rest })
  }
  if (effort == null) return undefined
  if (effort === 'none') return { type: 'disabled' }
  if (!BUDGETS.has(effort)) {
    limits.unsupported('reasoning_effort', `use none, ${[...BUDGETS.keys()].join(', ')}`)
    return undefined
  }
  return compact({ type: 'enabled', token_budget: BUDGETS.get(effort) })
}
