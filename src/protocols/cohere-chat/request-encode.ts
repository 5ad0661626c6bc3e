/** A chat request to the body of `POST /v2/chat` (https://docs.cohere.com/reference/chat). */
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { fieldCheck, layOver } from '../shared/request-fields.js'
import { scalars, stopsOf } from '../shared/scalars.js'
import { rootKind, wrapped } from '../shared/schema/root.js'
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
  unsaid: ['cache_control'],
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
  const body: JsonObject = compact({
    model: context.model,
    messages: encodeMessages(request.messages, limits),
    ...encodeToolSettings(request, limits),
    response_format: encodeFormat(request.response_format),
    max_tokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop_sequences: stopsOf(request),
    thinking: encodeThinking(request, limits),
    stream: typeof stream === 'boolean' ? stream : undefined,
    ...SETTINGS.encode(request),
  })
  return {
    path: PATH,
    body: layOver(body, [native, ownRaw(request.raw), request.extra_body]),
    ...(toolNames && { toolNames }),
  }
}

/** A named function is said by requiring a call and offering that function only. */
function encodeToolSettings({ tools, tool_choice: choice }: ChatRequest, limits: Limits): JsonObject {
  const named = isObject(choice) && choice.type === 'function' ? [choice.function.name] : allowedNames(choice)
  const offered = (tools ?? []).filter(
    (tool) => tool.type !== 'function' || !named || named.includes(tool.function.name),
  )
  const functions = offered.filter((tool) => tool.type === 'function')
  const strict = functions.filter((tool) => tool.function.strict === true)
  if (strict.length > 0 && strict.length < functions.length)
    limits.warn('one strict function makes all of them strict here')
  const wire = encodeTools(offered, ownRaw, limits, (tool) => [encodeFunction(tool, ownRaw)])
  const forced =
    choice === 'required' ||
    (isObject(choice) && (choice.type !== 'allowed_tools' || choice.allowed_tools.mode === 'required'))
  return {
    ...(wire.length > 0 && { tools: wire }),
    ...(forced ? { tool_choice: 'REQUIRED' } : choice === 'none' && { tool_choice: 'NONE' }),
    ...(strict.length > 0 && { strict_tools: true }),
  }
}

function encodeFormat(format: ChatRequest['response_format']): JsonObject | undefined {
  if (format == null) return undefined
  if (format.type !== 'json_schema') return { type: format.type }
  const { schema } = format.json_schema
  // An object has to stand at the root: https://docs.cohere.com/docs/structured-outputs
  const isWhole = !isObject(schema) || rootKind(schema) === 'object'
  return compact({ type: 'json_object', json_schema: isWhole ? schema : wrapped(schema) })
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
