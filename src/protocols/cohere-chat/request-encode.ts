/** A chat request to the body of `POST /v2/chat` (https://docs.cohere.com/reference/chat). */
import type { ChatRequest, Tool } from '../../kernel/hub.js'
import { asArray, asNumber, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { warnForeign, warnUnsaid } from '../../kernel/unsaid.js'
import { encodeMessages } from './messages.js'
import { ID, ownRaw } from './wire.js'

/** The SDK's base URL stops before the version. */
export const PATH = '/v2/chat'

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
  'top_p',
  'extra_body',
  'raw',
])

/** Fields of the format itself that a caller may give at the top of a request, as well as in `extra_body`. */
const NATIVE: ReadonlySet<string> = new Set([
  'citation_options',
  'documents',
  'priority',
  'safety_mode',
  'strict_tools',
])

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
  ['top_logprobs', (value: unknown) => value === 0],
  ['parallel_tool_calls', (value: unknown) => value === true],
  ['logit_bias', (value: unknown) => isObject(value) && Object.keys(value).length === 0],
  ['modalities', (value: unknown) => asArray(value).every((modality) => modality === 'text')],
  ['service_tier', (value: unknown) => value === 'auto' || value === 'default'],
])

/** Tokens an effort may think. Without an entry there is no limit but the answer's. */
const BUDGETS: ReadonlyMap<string, number | undefined> = new Map([
  ['minimal', 512],
  ['low', 1024],
  ['medium', 4096],
  ['high', undefined],
  ['xhigh', undefined],
  ['max', undefined],
])

export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const native = checkFields(request, limits)
  const { tools, tool_choice: choice, strict_tools: strict } = encodeTools(request, limits)
  const { stream } = request
  warnForeign(request, ID, limits.warn)
  warnUnsaid(request, ['cache_control'], limits.warn)
  const body: JsonObject = compact({
    model: context.model,
    messages: encodeMessages(request.messages, limits),
    tools,
    tool_choice: choice,
    strict_tools: strict,
    response_format: encodeFormat(request.response_format),
    max_tokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop_sequences: request.stop == null ? undefined : [request.stop].flat(),
    temperature: request.temperature ?? undefined,
    seed: request.seed ?? undefined,
    frequency_penalty: request.frequency_penalty ?? undefined,
    presence_penalty: request.presence_penalty ?? undefined,
    k: request.top_k ?? undefined,
    p: request.top_p ?? undefined,
    logprobs: request.logprobs ?? undefined,
    thinking: encodeThinking(request, limits),
    stream: typeof stream === 'boolean' ? stream : undefined,
  })
  return { path: PATH, body: { ...body, ...native, ...ownRaw(request.raw), ...request.extra_body } }
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

/** A named function is said by requiring a call and offering that function only. */
function encodeTools(
  request: ChatRequest,
  limits: Limits,
): { tools?: JsonObject[]; tool_choice?: string; strict_tools?: true } {
  const { tool_choice: choice } = request
  const tools = (request.tools ?? []).filter((tool) => isAllowed(tool, choice))
  const functions = tools.filter((tool) => tool.type === 'function')
  const strict = functions.filter((tool) => tool.function.strict === true)
  if (strict.length > 0 && strict.length < functions.length)
    limits.warn('one strict function makes all of them strict here')
  const wire = tools.flatMap((tool) => encodeTool(tool, limits))
  const forced =
    choice === 'required' ||
    (isObject(choice) && (choice.type !== 'allowed_tools' || choice.allowed_tools.mode === 'required'))
  return {
    ...(wire.length > 0 && { tools: wire }),
    ...(forced ? { tool_choice: 'REQUIRED' } : choice === 'none' && { tool_choice: 'NONE' }),
    ...(strict.length > 0 && { strict_tools: true as const }),
  }
}

function isAllowed(tool: Tool, choice: ChatRequest['tool_choice']): boolean {
  if (!isObject(choice) || tool.type !== 'function') return true
  if (choice.type === 'function') return tool.function.name === choice.function.name
  if (choice.type !== 'allowed_tools') return true
  return choice.allowed_tools.tools.some(
    (allowed) => isObject(allowed['function']) && allowed['function']['name'] === tool.function.name,
  )
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

function encodeFormat(format: ChatRequest['response_format']): JsonObject | undefined {
  if (format == null) return undefined
  if (format.type !== 'json_schema') return { type: format.type }
  return compact({ type: 'json_object', json_schema: format.json_schema.schema })
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
