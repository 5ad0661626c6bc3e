/** The body of `POST …/predictions` (https://replicate.com/docs/reference/http#models.predictions.create), both ways. */
import { StreamError } from '../../kernel/errors.js'
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { ChatRequest, ContentPart, Message } from '../../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject, typeName } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { warnForeign, warnUnsaid } from '../../kernel/unsaid.js'
import { encodePrompt } from './prompt.js'
import { ID, modelOf, ownRaw, placeOf, restOf } from './wire.js'

/** Fields the encoder reads. */
const READ: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'frequency_penalty',
  'max_completion_tokens',
  'max_tokens',
  'presence_penalty',
  'response_format',
  'seed',
  'stop',
  'stream',
  'temperature',
  'top_k',
  'top_p',
  'extra_body',
  'raw',
])

/** Fields of the format itself that a caller may give at the top of a request, as well as in `extra_body`. */
const NATIVE: ReadonlySet<string> = new Set(['webhook', 'webhook_events_filter'])

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
  ['logprobs', (value: unknown) => value === false],
  ['top_logprobs', (value: unknown) => value === 0],
  ['tools', (value: unknown) => asArray(value).length === 0],
  ['tool_choice', (value: unknown) => value === 'none' || value === 'auto'],
  ['parallel_tool_calls', (value: unknown) => value === true],
  ['logit_bias', (value: unknown) => isObject(value) && Object.keys(value).length === 0],
  ['modalities', (value: unknown) => asArray(value).every((modality) => modality === 'text')],
  ['service_tier', (value: unknown) => value === 'auto' || value === 'default'],
])

/** Numbers of `input` under the hub's own names, as the language models of Replicate commonly call them. */
const NUMBERS = ['frequency_penalty', 'presence_penalty', 'seed', 'temperature', 'top_k', 'top_p'] as const

/** A plain call has the server hold its answer until the model is done, 60 seconds at most; a stream begins at once. */
export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const native = checkFields(request, limits)
  warnForeign(request, ID, limits.warn)
  warnUnsaid(request, ['blocks', 'cache_control', 'detail', 'reasoning'], limits.warn)
  const { path, version } = placeOf(context.model)
  const hint = formatHint(request.response_format, limits)
  const messages = hint === undefined ? request.messages : withSystemText(request.messages, hint)
  const { prompt, system, image } = encodePrompt(messages, limits)
  const input = compact({
    ...Object.fromEntries(NUMBERS.map((field) => [field, request[field] ?? undefined])),
    prompt,
    system_prompt: system,
    [context.quirks.maxTokensField ?? 'max_tokens']: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop_sequences: encodeStop(request.stop, limits),
    image,
  })
  // `stream` is an old switch that the server takes and no longer needs; a reader of the body learns what was wanted.
  const body: JsonObject = compact({ version, input, stream: request.stream ?? undefined })
  return {
    path,
    body: [native, ownRaw(request.raw), request.extra_body].reduce(mergeBody, body),
    headers: { accept: 'application/json', ...(request.stream !== true && { prefer: 'wait' }) },
  }
}

/** `input` differs from model to model, so the caller's fields of it join ours; all else replaces. */
function mergeBody(body: JsonObject, extra: JsonObject | undefined): JsonObject {
  if (!extra) return body
  const joins = isObject(body['input']) && isObject(extra['input'])
  return {
    ...body,
    ...extra,
    ...(joins && { input: { ...(body['input'] as JsonObject), ...(extra['input'] as JsonObject) } }),
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

/** A list parted by commas, so that a sequence cannot hold one. */
function encodeStop(stop: ChatRequest['stop'], limits: Limits): string | undefined {
  const sequences = stop == null ? [] : [stop].flat()
  const plain = sequences.filter((sequence) => sequence !== '' && !sequence.includes(','))
  if (plain.length < sequences.length) limits.unsupported('stop', 'a sequence must not be empty or hold a comma')
  return plain.length > 0 ? plain.join(',') : undefined
}

const INPUT_FIELDS: ReadonlySet<string> = new Set([
  ...NUMBERS,
  'prompt',
  'system_prompt',
  'max_tokens',
  'max_completion_tokens',
  'stop_sequences',
  'image',
])
const BODY_FIELDS: ReadonlySet<string> = new Set(['version', 'input', 'stream'])

export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire))
    throw new StreamError(`the request is malformed: it is ${typeName(wire)}, not an object`, { isRetryable: false })
  const content = options.content ?? true
  const input = isObject(wire['input']) ? wire['input'] : {}
  const request: ChatRequest = {
    model: modelOf(options.path, wire['version']),
    messages: content ? decodeMessages(input) : [],
  }
  for (const field of NUMBERS) {
    const value = asNumber(input[field])
    if (value !== undefined) request[field] = value
  }
  for (const field of ['max_tokens', 'max_completion_tokens'] as const) {
    const value = asNumber(input[field])
    if (value !== undefined) request[field] = value
  }
  const stop = asString(input['stop_sequences'])
  if (stop) request.stop = stop.split(',').filter((sequence) => sequence !== '')
  if (typeof wire['stream'] === 'boolean') request.stream = wire['stream']
  if (!content) return request
  const ownInput = restOf(input, INPUT_FIELDS)
  const rest = { ...restOf(wire, BODY_FIELDS), ...(ownInput && { input: ownInput }) }
  if (Object.keys(rest).length > 0) request.raw = { protocol: ID, value: rest }
  return request
}

function decodeMessages(input: JsonObject): Message[] {
  const system = asString(input['system_prompt'])
  const text = asString(input['prompt']) ?? ''
  const image = asString(input['image'])
  const parts: ContentPart[] = [
    { type: 'image_url', image_url: { url: image ?? '' } },
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
  ]
  return [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    { role: 'user', content: image === undefined ? text : parts },
  ]
}
