/** Responses (https://platform.openai.com/docs/api-reference/responses/object). */
import { blocksOf, messageFromBlocks } from '../../kernel/message-blocks.js'
import { StreamError } from '../../kernel/errors.js'
import type { ProviderError } from '../../kernel/provider-error.js'
import type {
  Block,
  ChatChoice,
  ChatCompletion,
  FinishReason,
  Logprobs,
  TokenLogprob,
  ToolCall,
} from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { refusedInAnswer } from '../../kernel/refusal-error.js'
import { safeMessage } from '../../kernel/safe-message.js'
import { providerErrorOf } from '../openai-chat/error.js'
import { PROTOCOL, decodeItem, encodeItems, encodeThinking, ownRaw } from './items.js'
import { decodeUsage, encodeUsage } from './usage.js'

/** The error of a failed response or of an `error` event, whose fields are in the event or under `error`. */
export function responseError(source: unknown): ProviderError {
  const error = isObject(source) && isObject(source.error) ? source.error : isObject(source) ? source : {}
  const code = asString(error.code) || asNumber(error.code)?.toString()
  const type = error.type === 'error' ? undefined : asString(error.type)
  const known = providerErrorOf({ error })
  const message = safeMessage(asString(error.message) || code || type || 'the response failed')
  const decoded = { message, ...(code !== undefined && { code }), ...(type !== undefined && { type }) }
  const usage = isObject(source) ? decodeUsage(source.usage, source.tool_usage) : undefined
  return refusedInAnswer(decoded, { error }, known?.status, usage)
}

export interface Ending {
  /** `null` while the response runs, or when it was cancelled. */
  readonly finish: FinishReason | null
  readonly native?: string
}

/** Why a response ended, of its `status` and `incomplete_details.reason`. */
export function endingOf(response: JsonObject, hasCalls: boolean): Ending {
  const { status } = response
  if (status === 'queued' || status === 'in_progress' || status === 'cancelled') return { finish: null, native: status }
  if (status === 'incomplete') {
    const reason = isObject(response.incomplete_details) ? asString(response.incomplete_details.reason) : undefined
    if (reason === 'max_output_tokens') return { finish: 'length' }
    if (reason === 'content_filter') return { finish: 'content_filter' }
    return { finish: 'stop', native: reason ?? 'incomplete' }
  }
  return { finish: hasCalls ? 'tool_calls' : 'stop' }
}

export function isCall(item: unknown): boolean {
  return isObject(item) && (item.type === 'function_call' || item.type === 'custom_tool_call')
}

const TIERS: ReadonlySet<unknown> = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])

export function tierOf(wire: unknown): Pick<ChatCompletion, 'service_tier'> {
  return TIERS.has(wire) ? { service_tier: wire as NonNullable<ChatCompletion['service_tier']> } : {}
}

function decodeTokens(wire: unknown): Pick<TokenLogprob, 'token' | 'logprob' | 'bytes'>[] {
  return asArray(wire)
    .filter(isObject)
    .map(({ token, logprob, bytes }) => ({
      token: asString(token) ?? '',
      logprob: asNumber(logprob) ?? 0,
      bytes: Array.isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : null,
    }))
}

/** Log probabilities of one item's text parts. */
export function logprobsOf(item: JsonObject): TokenLogprob[] {
  if (item.type !== 'message') return []
  return asArray(item.content).flatMap((part) =>
    isObject(part)
      ? asArray(part.logprobs)
          .filter(isObject)
          .flatMap((entry) =>
            decodeTokens([entry]).map((token) => ({ ...token, top_logprobs: decodeTokens(entry.top_logprobs) })),
          )
      : [],
  )
}

/** What every answer has to be: an object with the API's name or its list of items. */
export function checkResponse(wire: unknown): JsonObject {
  if (!isObject(wire)) throw new StreamError(`expected a response object, not ${typeName(wire)}`)
  if (wire.status === 'failed' || isObject(wire.error))
    throw responseError(isObject(wire.error) ? wire : { ...wire, error: {} })
  const named = typeof wire.object === 'string' && wire.object !== 'response'
  if (!Array.isArray(wire.output) && (named || (wire.object === undefined && wire.status === undefined))) {
    const error = providerErrorOf(wire)
    if (error) throw error
    throw new StreamError('expected a response object with an `output` list')
  }
  return wire
}

export function headOf(wire: JsonObject): Omit<ChatCompletion, 'choices'> {
  return {
    id: asString(wire.id) ?? '',
    object: 'chat.completion',
    created: asNumber(wire.created_at) ?? 0,
    model: asString(wire.model) ?? '',
  }
}

/** Fields of a response that the hub has names for, and the one that the SDK adds. */
const NAMED: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created_at',
  'model',
  'output',
  'usage',
  'status',
  'error',
  'incomplete_details',
  'output_text',
  '_request_id',
])

/** Whether {@link responseSkeleton} says the same. */
function isDefault(key: string, value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (key === 'parallel_tool_calls') return value === true
  if (key === 'tool_choice') return value === 'auto'
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** What a response says beside its answer: the conversation, moderation, and the request's settings as they were taken. */
export function rawResponseFields(response: JsonObject): Pick<ChatCompletion, 'raw'> {
  const named = TIERS.has(response.service_tier) ? 'service_tier' : undefined
  const rest = Object.entries(response).filter(
    ([key, value]) => !NAMED.has(key) && key !== named && !isDefault(key, value),
  )
  return rest.length > 0 ? { raw: { protocol: PROTOCOL, value: Object.fromEntries(rest) } } : {}
}

export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  const response = checkResponse(wire)
  const output = asArray(response.output).filter(isObject)
  const { finish, native } = endingOf(response, output.some(isCall))
  const usage = decodeUsage(response.usage, response.tool_usage)
  const blocks: Block[] = []
  const calls: ToolCall[] = []
  const tokens: TokenLogprob[] = []
  for (const item of options.content === false ? [] : output) {
    const decoded = decodeItem(item)
    for (const block of decoded.blocks) blocks.push(block)
    if (decoded.call) calls.push(decoded.call)
    for (const token of logprobsOf(item)) tokens.push(token)
  }
  const logprobs: Logprobs | null = tokens.length > 0 ? { content: tokens, refusal: null } : null
  const choice: ChatChoice = {
    index: 0,
    // A response that still runs has no reason; the shape stays OpenAI's.
    finish_reason: finish as FinishReason,
    message: messageFromBlocks(blocks, calls),
    logprobs,
    ...(native !== undefined && { native_finish_reason: native }),
  }
  return {
    ...headOf(response),
    choices: finish === null && output.length === 0 ? [] : [choice],
    ...(usage && { usage }),
    ...tierOf(response.service_tier),
    ...(options.content !== false && rawResponseFields(response)),
  }
}

const STATUSES: ReadonlySet<unknown> = new Set(['queued', 'in_progress', 'cancelled'])

/** `status` and `incomplete_details` for a reason of the hub. */
export function encodeEnding(finish: FinishReason | null | undefined, native: string | undefined): JsonObject {
  if (finish === 'length') return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  if (finish === 'content_filter') return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
  if (finish === 'stop' && (native === 'max_messages' || native === 'steered')) {
    return { status: 'incomplete', incomplete_details: { reason: native } }
  }
  const status = finish ? 'completed' : STATUSES.has(native) ? native : 'in_progress'
  return { status, incomplete_details: null }
}

const ID_PREFIX: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
}

/** An id for the item in place `index` of a response; the same for the same response, so a codec needs no chance. */
export function itemId(response: string, type: unknown, index: number): string {
  const prefix = typeof type === 'string' && Object.hasOwn(ID_PREFIX, type) ? ID_PREFIX[type] : 'item'
  return `${prefix}_${response.replace(/^resp_/, '')}_${index}`
}

/** Completes an item of history to an item of output: id, status and the lists the format requires. */
export function outputItem(item: JsonObject, id: string, status: string): JsonObject {
  const type = item.type ?? 'message'
  // An item with an id is one of a response already.
  if (asString(item.id)) return { ...item, type }
  const whole = { ...item, id, type }
  if (type === 'message') {
    const content =
      typeof item.content === 'string' ? [{ type: 'output_text', text: item.content }] : asArray(item.content)
    const parts = content.map((part) =>
      isObject(part) && part.type === 'output_text' ? { annotations: [], logprobs: [], ...part } : part,
    )
    return { status, ...whole, content: parts }
  }
  if (type === 'reasoning') return { summary: [], ...whole }
  return isCall(item) ? { status, ...whole } : whole
}

/** The fields a response has whatever it answers; what was asked is not known here. */
export function responseSkeleton(id: string, created: number, model: string): JsonObject {
  return {
    id,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
  }
}

/**
 * Of several choices the first; blocks only another format knows have no place here. The id stays as it is:
 * several providers of this format have ids without `resp_`.
 */
export function encodeResponse(completion: ChatCompletion): JsonObject {
  const { id } = completion
  const [choice] = completion.choices
  const ending = encodeEnding(choice?.finish_reason, choice?.native_finish_reason)
  const items: JsonObject[] = []
  if (choice) {
    const { message } = choice
    const calls: ToolCall[] = [...(message.tool_calls ?? [])]
    const blocks = [...blocksOf(message)]
    if (message.function_call) {
      const { name } = message.function_call
      calls.push({ id: `call_${name}`, type: 'function', function: message.function_call })
      blocks.push({ type: 'tool_call', id: `call_${name}` })
    }
    if (blocks.length === 0 && typeof message.content === 'string') blocks.push({ type: 'text', text: message.content })
    items.push(
      ...encodeItems(blocks, calls, {
        foreign: (block) =>
          block.type === 'thinking' || block.type === 'redacted_thinking' ? encodeThinking(block) : undefined,
      }),
    )
    addLogprobs(items, choice.logprobs)
  }
  const status = ending.status === 'incomplete' ? 'incomplete' : 'completed'
  const output = items.map((item, index) => outputItem(item, itemId(id, item.type ?? 'message', index), status))
  return {
    ...responseSkeleton(id, completion.created, completion.model),
    ...ownRaw(completion.raw),
    ...ending,
    output,
    usage: completion.usage ? encodeUsage(completion.usage) : null,
    ...(completion.service_tier != null && { service_tier: completion.service_tier }),
  }
}

/** The hub has one list for the whole message: it belongs to the only text, where no text carries its own. */
export function addLogprobs(items: JsonObject[], logprobs: Logprobs | null | undefined): void {
  const tokens = logprobs?.content
  const texts = items.filter(
    (item) => item.role === 'assistant' && (typeof item.content === 'string' || Array.isArray(item.content)),
  )
  const [message] = texts
  if (!tokens || !message || texts.length > 1) return
  const parts =
    typeof message.content === 'string' ? [{ type: 'output_text', text: message.content }] : asArray(message.content)
  if (parts.some((part) => isObject(part) && asArray(part.logprobs).length > 0)) return
  const at = parts.findIndex((part) => isObject(part) && part.type === 'output_text')
  message.content = parts.map((part, index) => (index === at && isObject(part) ? { ...part, logprobs: tokens } : part))
}
