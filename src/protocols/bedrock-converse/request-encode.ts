/** A chat request to the body of Converse and ConverseStream (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { warnForeign, warnUnsaid } from '../../kernel/unsaid.js'
import { traitsOf } from '../anthropic-messages/model-traits.js'
import { encodeSampling } from '../anthropic-messages/sampling.js'
import { encodeMessages } from './messages-encode.js'
import { familyOf } from './model-family.js'
import { encodeModelFields } from './model-fields.js'
import { encodeFormat } from './output-config.js'
import { modelPath } from './paths.js'
import { encodeTools } from './tools.js'
import { ID, ownRaw } from './wire.js'

/** Fields the encoder reads. */
const READ: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_completion_tokens',
  'max_tokens',
  'metadata',
  'parallel_tool_calls',
  'reasoning_effort',
  'response_format',
  'service_tier',
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
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'guardrailConfig',
  'inferenceConfig',
  'outputConfig',
  'performanceConfig',
  'promptVariables',
  'requestMetadata',
  'serviceTier',
])

/** Fields that change nothing in the answer: usage always comes, the rest is storage, routing and accounting. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'stream_options',
  'store',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'user',
])

/** Values that ask for nothing, field by field. */
const NEUTRAL: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['n', (value: unknown) => value === 1],
  ['logprobs', (value: unknown) => value === false],
  ['top_logprobs', (value: unknown) => value === 0],
  ['frequency_penalty', (value: unknown) => value === 0],
  ['presence_penalty', (value: unknown) => value === 0],
  ['logit_bias', (value: unknown) => isObject(value) && Object.keys(value).length === 0],
  ['modalities', (value: unknown) => asArray(value).every((modality) => modality === 'text')],
])

export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const { model, quirks } = context
  warnForeign(request, ID, limits.warn)
  warnUnsaid(request, ['detail'], limits.warn)
  const extras = [checkFields(request, limits), ownRaw(request.raw), request.extra_body].filter(isObject)
  const traits = traitsOf(model)
  const isClaude = /claude/i.test(model)
  const { system, messages } = encodeMessages(
    request.messages,
    {
      systemInMessages: isClaude && traits.systemInMessages,
      unsignedThinking: quirks.reasoningContent ?? false,
      toolIds: isClaude ? 'claude' : 'api',
    },
    limits,
  )
  const family = familyOf(model)
  const takesSchema = family.jsonSchema && traits.jsonSchema && quirks.jsonSchema !== false
  const { outputConfig, hint } = encodeFormat(request.response_format, takesSchema, limits)
  const { toolConfig, forced, claudeChoice } = encodeTools(request, isClaude, limits)
  const spelledOut = {
    modelFields: joined(extras, 'additionalModelRequestFields'),
    outputConfig: joined(extras, 'outputConfig'),
  }
  const { fields, maxTokens, thinks } = encodeModelFields(request, model, spelledOut, forced, limits)
  const sampling = encodeSampling(request, traits, thinks, limits)
  const settings = {
    max_tokens: maxTokens ?? quirks.defaultMaxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    stop: encodeStop(request.stop),
  }
  for (const setting of family.refuses?.(request.reasoning_effort ?? undefined) ?? []) {
    if (settings[setting] === undefined) continue
    limits.unsupported(setting, 'the model takes none here')
    settings[setting] = undefined
  }
  const { max_tokens, temperature, top_p, stop } = settings
  const inferenceConfig = compact({ maxTokens: max_tokens, temperature, topP: top_p, stopSequences: stop })
  const all = hint === undefined ? system : [...system, { text: hint }]
  const body: JsonObject = compact({
    system: all.length > 0 ? all : undefined,
    // A stored prompt may hold them all.
    messages: messages.length > 0 ? messages : undefined,
    inferenceConfig: emptyToNothing(inferenceConfig),
    toolConfig,
    additionalModelRequestFields: emptyToNothing(claudeChoice ? { ...fields, tool_choice: claudeChoice } : fields),
    outputConfig,
    requestMetadata: encodeMetadata(request.metadata, limits),
    serviceTier: encodeTier(request.service_tier, limits),
  })
  return {
    path: modelPath(model, request.stream === true ? 'converse-stream' : 'converse'),
    body: extras.reduce(mergeBody, body),
  }
}

function joined(extras: readonly JsonObject[], field: string): JsonObject {
  return Object.assign({}, ...extras.map((extra) => extra[field]).filter(isObject)) as JsonObject
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

/** These hold settings independent of one another, so the caller's join ours; all else replaces. */
const BAGS: ReadonlySet<string> = new Set([
  'additionalModelRequestFields',
  'inferenceConfig',
  'outputConfig',
  'requestMetadata',
  'toolConfig',
])

function mergeBody(body: JsonObject, extra: JsonObject): JsonObject {
  const entries = Object.entries(extra).map(([field, value]) => {
    const own = Object.hasOwn(body, field) ? body[field] : undefined
    return [field, BAGS.has(field) && isObject(own) && isObject(value) ? { ...own, ...value } : value]
  })
  return { ...body, ...(Object.fromEntries(entries) as JsonObject) }
}

function emptyToNothing(fields: JsonObject): JsonObject | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined
}

function encodeStop(stop: ChatRequest['stop']): string[] | undefined {
  const sequences = typeof stop === 'string' ? [stop] : [...(stop ?? [])]
  return sequences.length > 0 ? sequences : undefined
}

/** What the API takes in a key or a value of `requestMetadata`; it refuses the whole request otherwise. */
const METADATA_TEXT = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/
const MAX_METADATA = 16

function encodeMetadata(metadata: unknown, limits: Limits): JsonObject | undefined {
  if (!isObject(metadata)) return undefined
  const entries = Object.entries(metadata)
  const fit = entries.filter(
    ([key, value]) => key !== '' && METADATA_TEXT.test(key) && typeof value === 'string' && METADATA_TEXT.test(value),
  )
  if (fit.length < entries.length || fit.length > MAX_METADATA)
    limits.warn('`metadata` that the API does not take is left out')
  return fit.length > 0 ? Object.fromEntries(fit.slice(0, MAX_METADATA)) : undefined
}

const TIERS: ReadonlySet<string> = new Set(['default', 'flex', 'priority', 'reserved'])

function encodeTier(tier: string | null | undefined, limits: Limits): JsonObject | undefined {
  if (tier == null || tier === 'auto') return undefined
  if (TIERS.has(tier)) return { type: tier }
  limits.unsupported('service_tier', 'use default, flex, priority or reserved')
  return undefined
}
