/** Writing requests: https://platform.openai.com/docs/api-reference/chat/create */
import { UnsupportedParameterError } from '../../kernel/errors.js'
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { HistoryRules } from '../../kernel/history.js'
import type {
  AssistantMessage,
  ChatRequest,
  ContentPart,
  FilePart,
  Message,
  ResponseFormat,
  Tool,
} from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import { limitsOf } from '../../kernel/limits.js'
import type { EncodeContext, EncodedRequest, JsonObject, ProtocolId, Quirks } from '../../kernel/protocol.js'
import { warnForeign, warnNoCounterpart, type NoCounterpart } from '../../kernel/no-counterpart.js'
import { traitsOf } from '../../models/index.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { strictFields, takesJsonSchema, type StrictFields } from '../shared/strict.js'
import { LEFT_OUT } from '../shared/history/blanks.js'
import { withFittingMarks } from '../shared/cache-marks.js'
import { withoutPrefill } from '../shared/prefill.js'
import { refusedBy } from '../shared/refusals.js'
import { asksNothing } from '../shared/request-fields.js'
import { dropLongUser } from '../shared/user.js'
import { answerParts } from './content-parts.js'
import { withReasoningText } from './reasoning.js'

export const PATH = '/chat/completions'

/** Leaves `parameter` out with a warning where the caller allows that. */
export function refuse(parameter: string, context: EncodeContext): void {
  if (!context.dropUnsupported) throw new UnsupportedParameterError(parameter, context.provider)
  context.onDropped?.(parameter)
  context.warn(`${context.provider} does not support \`${parameter}\`; it was left out`)
}

/**
 * What OpenAI demands (https://platform.openai.com/docs/api-reference/chat/create): ids of at most 40 characters, results of
 * tools as text, names without white space, `<`, `>`, `|`, and slashes.
 */
const RULES: HistoryRules = {
  oldCalls: true,
  toolIds: { max: 40 },
  toolNames: { also: '_-', max: 64 },
  messageNames: { not: ' \t\n\r<>|\\/', max: 64 },
  textResults: true,
}

/** Maps, leaves out `undefined`, and returns the same list if nothing changed. */
function mapShared<T>(list: readonly T[], map: (value: T) => T | undefined): readonly T[] {
  let changed: T[] | undefined
  list.forEach((value, place) => {
    const next = map(value)
    if (next !== value) changed ??= list.slice(0, place)
    if (next !== undefined) changed?.push(next)
  })
  return changed ?? list
}

/** A copy without the fields, or the object itself when it has none of them. */
function without<T extends object>(value: T, fields: readonly string[]): T {
  if (!fields.some((field) => field in value)) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key))) as T
}

/** The value that only this format knows, or `undefined` after a refusal. */
function rawValue(raw: { protocol: ProtocolId; value: unknown }, parameter: string, context: EncodeContext): unknown {
  if (raw.protocol === 'openai-chat') return raw.value
  refuse(parameter, context)
  return undefined
}

function encodePart(part: ContentPart, context: EncodeContext): ContentPart | undefined {
  if (part.type === 'raw') return rawValue(part, `content part of ${part.protocol}`, context) as ContentPart | undefined
  const plain = context.quirks.cacheControl ? part : without(part, ['cache_control'])
  return plain.type === 'file' && context.quirks.filePart === 'document_url' ? documentPart(plain) : plain
}

/** https://docs.mistral.ai/capabilities/document_ai/document_qna */
function documentPart({ file }: FilePart): ContentPart {
  const { file_id: id, file_data: data, filename } = file
  if (id !== undefined) return { type: 'file', file_id: id } as unknown as ContentPart
  if (data?.startsWith('data:image/')) return { type: 'image_url', image_url: { url: data } }
  // Every PDF begins with `%PDF-`.
  const url = data?.startsWith('JVBERi0') ? `data:application/pdf;base64,${data}` : data
  return {
    type: 'document_url',
    document_url: url,
    ...(filename !== undefined && { document_name: filename }),
  } as unknown as ContentPart
}

/** Fields of the hub's messages that OpenAI's API rejects, by the quirks of the target. */
function hubOnlyFields(context: EncodeContext): readonly string[] {
  const { quirks } = context
  return [
    'blocks',
    'is_error',
    ...(quirks.messageNames === false ? ['name'] : []),
    ...(quirks.cacheControl ? [] : ['cache_control']),
    ...(quirks.thinkingBlocks ? [] : ['thinking_blocks']),
    ...(quirks.reasoningContent ? [] : ['reasoning_content', 'reasoning', 'reasoning_details']),
  ]
}

/** Those of {@link hubOnlyFields} that say something. */
function noCounterpartsOf({ quirks }: EncodeContext): readonly NoCounterpart[] {
  return [
    ...(quirks.thinkingParts ? [] : (['blocks'] as const)),
    'is_error',
    ...(quirks.cacheControl ? [] : (['cache_control'] as const)),
    ...(quirks.thinkingParts || quirks.thinkingBlocks
      ? []
      : ([quirks.reasoningContent ? 'thinking_blocks' : 'reasoning'] as const)),
    ...(quirks.thinkingBlocks && !quirks.reasoningContent ? (['reasoning_content'] as const) : []),
  ]
}

/** Reasoning of an earlier answer, in the field or the parts in which the target reads it. */
function withReasoning(plain: AssistantMessage, message: AssistantMessage, quirks: Quirks): AssistantMessage {
  if (quirks.thinkingParts) {
    const content = answerParts(message, quirks.thinkingParts)
    return content ? { ...plain, content } : plain
  }
  const { reasoning_content: reasoning, ...rest } = plain
  if (quirks.reasoningField !== 'reasoning' || reasoning === undefined) return plain
  return { ...rest, reasoning } as AssistantMessage
}

/** Fields of an answer that came back with the conversation and say nothing; strict servers refuse what they do not know. */
const SILENT = ['refusal', 'audio', 'function_call', 'tool_calls'] as const

function withoutSilent(message: AssistantMessage): AssistantMessage {
  const silent: string[] = SILENT.filter((field) => message[field] === null)
  // OpenAI refuses a list of no calls.
  if (message.tool_calls?.length === 0) silent.push('tool_calls')
  // Citations are for the reader. Another kind is for the server: OpenRouter's parsed files, which it reads only once.
  const kinds: readonly { type: string }[] = message.annotations ?? []
  if (!kinds.some(({ type }) => type !== 'url_citation')) silent.push('annotations')
  return without(message, silent)
}

function encodeMessage(message: Message, hubOnly: readonly string[], context: EncodeContext): Message {
  let plain = without(message, hubOnly)
  if (message.role === 'assistant')
    plain = withReasoning(withoutSilent(plain as AssistantMessage), message, context.quirks)
  if (Array.isArray(plain.content)) {
    const content = mapShared(plain.content, (part) => encodePart(part, context))
    if (content !== plain.content) plain = { ...plain, content: [...content] } as Message
  }
  if (saysNothing(plain)) plain = { ...plain, content: contentInPlace(plain, message) } as Message
  if (plain.role === 'developer' && context.quirks.developerAsSystem) plain = { ...plain, role: 'system' }
  return plain
}

/** A message needs content, if not a call or the like is beside it; a list of no parts is none. */
function saysNothing(message: Message): boolean {
  const { content } = message
  if (content != null && content.length > 0) return false
  if (message.role !== 'assistant') return typeof content !== 'string'
  if (typeof content === 'string') return false
  return Array.isArray(content) || !(holdsCall(message) || message.refusal || message.audio)
}

function contentInPlace(plain: Message, given: Message): string | null {
  if (holdsCall(plain)) return null
  return Array.isArray(given.content) && given.content.length > 0 && given.role !== 'assistant' ? LEFT_OUT : ''
}

function holdsCall(message: Message): boolean {
  return message.role === 'assistant' && Boolean(message.tool_calls?.length || message.function_call)
}

function encodeTool(tool: Tool, context: EncodeContext, strict: StrictFields): Tool | undefined {
  if (tool.type === 'raw') return rawValue(tool, `tool of ${tool.protocol}`, context) as Tool | undefined
  const plain = context.quirks.cacheControl ? tool : without(tool, ['cache_control'])
  // `null` is how the Responses format says that nothing was said.
  if (plain.type !== 'function' || !isObject(plain.function)) return plain
  const made = strict.function(plain.function.strict === null ? without(plain.function, ['strict']) : plain.function)
  return made === plain.function ? plain : { ...plain, function: made }
}

function refuseField(rest: Partial<ChatRequest>, field: keyof ChatRequest, context: EncodeContext): void {
  const value = rest[field]
  if (value === undefined) return
  // A value that asks for nothing is left out without a word.
  if (!asksNothing(field, value)) refuse(field, context)
  delete rest[field]
}

function encodeLimit(request: ChatRequest, context: EncodeContext): JsonObject | undefined {
  const field = context.quirks.maxTokensField ?? traitsOf(context.base ?? context.model).limitField
  const other = field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  if (!field || request[other] === undefined) return undefined
  return { [field]: request.max_completion_tokens ?? request.max_tokens }
}

/** Settings for tool calls have no meaning without tools, and OpenAI refuses them then, as it refuses an empty list. */
function dropToolSettings(rest: Partial<ChatRequest>, asked: readonly Tool[]): void {
  if (asked.length > 0 || asksNothing('tool_choice', rest.tool_choice)) delete rest.tool_choice
  if (rest.tool_choice === undefined) delete rest.parallel_tool_calls
}

/** The effort that is sent, in any of the words for it. */
function effortOf({ reasoning_effort: effort, extra_body: extra, ...others }: ChatRequest): string | undefined {
  // OpenRouter's, as gateways take it (https://openrouter.ai/docs/use-cases/reasoning-tokens).
  const objects = [extra?.['reasoning'], (others as JsonObject)['reasoning']].filter(isObject)
  return [extra?.['reasoning_effort'], effort, ...objects.map((reasoning) => reasoning['effort'])]
    .map(asString)
    .find((word) => word !== undefined)
}

/**
 * The body is the request itself but for what the target cannot take; what need not change is shared with the
 * request. Fields of other formats that OpenAI-shaped servers commonly take (`top_k`, `thinking`) and unknown
 * fields go through, `extra_body` last.
 *
 * @throws UnsupportedParameterError unless `dropUnsupported`.
 */
export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const base = context.base ?? context.model
  const limits = limitsOf(context)
  const { request, toolNames } = portableRequest(withoutPrefill(asked, base, limits), context)
  const { extra_body: extra, messages, tools, previous_response_id: previous, raw, ...settings } = request
  const rest = refusedBy(base, effortOf(request), settings, limits)
  const warn = (message: string): void => context.warn(`${context.provider}: ${message}`)
  warnForeign(request, 'openai-chat', warn)
  warnNoCounterpart(request, noCounterpartsOf(context), warn)
  if (context.quirks.messageNames === false && messages.some((message) => 'name' in message && message.name))
    warn('names of messages are left out')
  if (previous) refuse('previous_response_id', context)
  const hubOnly = hubOnlyFields(context)
  const strict = strictFields(request, context)
  const wireTools = tools && mapShared(tools, (tool) => encodeTool(tool, context, strict))
  const limit = encodeLimit(request, context)
  if (limit) {
    delete rest.max_tokens
    delete rest.max_completion_tokens
  }
  if (context.quirks.streamOptions === false) delete rest.stream_options
  // An effort says the same in the field's own word.
  if (effortOf(request) !== undefined && context.quirks.unsupported?.includes('thinking')) delete rest.thinking
  for (const field of context.quirks.unsupported ?? []) refuseField(rest, field, context)
  dropLongUser(rest, context, warn)
  const seed = context.quirks.seedField === 'random_seed' && rest.seed != null ? { random_seed: rest.seed } : undefined
  if (seed) delete rest.seed
  const hasTools = (wireTools?.length ?? 0) > 0
  const { format, hint } = encodeFormat(rest.response_format, hasTools, strict, context)
  const said = hint === undefined ? messages : withSystemText(messages, hint)
  if (format) rest.response_format = format
  else if (rest.response_format) delete rest.response_format
  if (tools && !hasTools && extra?.['tools'] === undefined) dropToolSettings(rest, tools)
  const body: JsonObject = {
    ...rest,
    ...limit,
    ...seed,
    model: context.model,
    messages: mapShared(said, (message) => encodeMessage(message, hubOnly, context)),
    ...(hasTools && { tools: wireTools }),
    ...(raw?.protocol === 'openai-chat' && raw.value),
    ...extra,
  }
  // Gateways pass marks on to Claude's API, with its demands.
  const isMarked = context.quirks.cacheControl === true && traitsOf(base).claude !== undefined
  const fitting = isMarked ? withFittingMarks(body, limits) : body
  return { path: pathOf(body, context), body: fitting, ...(toolNames && { toolNames }) }
}

/** @returns Also a sentence for the system prompt, where the target has no schemas for answers. */
function encodeFormat(
  format: ChatRequest['response_format'],
  hasTools: boolean,
  strict: StrictFields,
  context: EncodeContext,
): { format?: ResponseFormat; hint?: string } {
  if (!format) return {}
  const isTaken = !hasTools || context.quirks.formatBesideTools !== false
  if (isTaken && (format.type !== 'json_schema' || takesJsonSchema(context))) return { format: strict.format(format) }
  const hint = formatHint(format, limitsOf(context))
  return { ...(isTaken && { format: { type: 'json_object' } }), ...(hint !== undefined && { hint }) }
}

/** Strict functions may have an address of their own. */
function pathOf({ tools }: JsonObject, { quirks, warn, provider }: EncodeContext): string {
  const { strictBase } = quirks
  const isStrict = (tool: Tool): boolean => tool.type === 'function' && tool.function?.strict === true
  if (strictBase === undefined || !(asArray(tools) as readonly Tool[]).some(isStrict)) return PATH
  warn(`${provider}: the request goes to ${strictBase}, as its functions are strict`)
  return `${strictBase}${PATH}`
}

function portableRequest(given: ChatRequest, context: EncodeContext): ReturnType<typeof portable> {
  const { provider, quirks } = context
  const limits = limitsOf({ ...context, warn: (message) => context.warn(`${provider}: ${message}`) })
  const ported = portable(given, rulesOf(RULES, context), {
    provider,
    limits,
    isContinued: given.previous_response_id != null,
  })
  const needsReasoning = quirks.reasoningRequired ?? traitsOf(context.base ?? context.model).needsReasoning
  const thinks = given.thinking?.type !== 'disabled' && given.reasoning_effort !== 'none'
  if (!needsReasoning || !quirks.reasoningContent || !thinks) return ported
  return { ...ported, request: withReasoningText(ported.request, quirks.reasoningField ?? 'reasoning_content', limits) }
}
