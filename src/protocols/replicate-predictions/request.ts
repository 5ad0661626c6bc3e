/** The body of `POST …/predictions` (https://replicate.com/docs/reference/http#models.predictions.create), both ways. */
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { ChatRequest, ContentPart, Message } from '../../kernel/hub.js'
import { asString, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { requestObject } from '../shared/malformed.js'
import { keepRaw, unknownFields } from '../shared/raw.js'
import { fieldCheck, mergeFields } from '../shared/request-fields.js'
import { scalars } from '../shared/scalars.js'
import { encodePrompt } from './prompt.js'
import { ID, modelOf, ownRaw, placeOf } from './wire.js'

/** Settings of `input`, as the language models of Replicate commonly call them: by the hub's own names. */
const SETTINGS = scalars({
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  seed: 'seed',
  temperature: 'temperature',
  top_k: 'top_k',
  top_p: 'top_p',
})

/** A model takes one of them. */
const OUTPUT_LIMITS = scalars({ max_tokens: 'max_tokens', max_completion_tokens: 'max_completion_tokens' })

const checkFields = fieldCheck({
  id: ID,
  reads: [...SETTINGS.fields, ...OUTPUT_LIMITS.fields, 'response_format', 'stop', 'stream'],
  native: ['webhook', 'webhook_events_filter'],
  noCounterparts: ['blocks', 'cache_control', 'detail', 'reasoning'],
})

/** A plain call has the server hold its answer until the model is done, 60 seconds at most; a stream begins at once. */
export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const native = checkFields(request, limits)
  const { path, version } = placeOf(context.model)
  const hint = formatHint(request.response_format, limits)
  const messages = hint === undefined ? request.messages : withSystemText(request.messages, hint)
  const { prompt, system, image } = encodePrompt(messages, limits)
  const input = compact({
    prompt,
    system_prompt: system,
    [context.quirks.maxTokensField ?? 'max_tokens']: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop_sequences: encodeStop(request.stop, limits),
    image,
    ...SETTINGS.encode(request),
  })
  // `stream` is an old switch that the server takes and no longer needs; a reader of the body learns what was wanted.
  const body: JsonObject = compact({ version, input, stream: request.stream ?? undefined })
  return {
    path,
    body: mergeFields(body, [native, ownRaw(request.raw), request.extra_body], { input: {} }),
    headers: { accept: 'application/json', ...(request.stream !== true && { prefer: 'wait' }) },
  }
}

/** A list parted by commas, so that a sequence cannot hold one. */
function encodeStop(stop: ChatRequest['stop'], limits: Limits): string | undefined {
  const sequences = stop == null ? [] : [stop].flat()
  const plain = sequences.filter((sequence) => sequence !== '' && !sequence.includes(','))
  if (plain.length < sequences.length) limits.unsupported('stop', 'a sequence must not be empty or hold a comma')
  return plain.length > 0 ? plain.join(',') : undefined
}

const INPUT_FIELDS: ReadonlySet<string> = new Set([
  ...SETTINGS.names,
  ...OUTPUT_LIMITS.names,
  'prompt',
  'system_prompt',
  'stop_sequences',
  'image',
])
const BODY_FIELDS: ReadonlySet<string> = new Set(['version', 'input', 'stream'])

export function decodeRequest(body: unknown, options: DecodeOptions = {}): ChatRequest {
  const wire = requestObject(body)
  const content = options.content ?? true
  const input = isObject(wire['input']) ? wire['input'] : {}
  const request: ChatRequest = {
    model: modelOf(options.path, wire['version']),
    messages: content ? decodeMessages(input) : [],
  }
  SETTINGS.decode(input, request)
  OUTPUT_LIMITS.decode(input, request)
  const stop = asString(input['stop_sequences'])
  if (stop) request.stop = stop.split(',').filter((sequence) => sequence !== '')
  if (typeof wire['stream'] === 'boolean') request.stream = wire['stream']
  if (!content) return request
  const ownInput = unknownFields(input, INPUT_FIELDS)
  const rest = { ...unknownFields(wire, BODY_FIELDS), ...(ownInput && { input: ownInput }) }
  keepRaw(request, ID, rest)
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
