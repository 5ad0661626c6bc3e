/** A chat request to `generateContent` or `streamGenerateContent` (https://ai.google.dev/api/generate-content). */
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, compact, isObject } from '../../kernel/json.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { limitsOf } from '../../kernel/limits.js'
import type { Limits } from '../../kernel/limits.js'
import { warnForeign, warnUnsaid } from '../../kernel/unsaid.js'
import { encodeContents } from './contents-encode.js'
import { encodeGenerationConfig } from './generation-config.js'
import { traitsOf } from './model-traits.js'
import { encodeToolChoice, encodeTools } from './tools.js'
import { ID, methodPath, ownRaw } from './wire.js'

/** Fields the encoder reads. */
const READ: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'audio',
  'extra_body',
  'frequency_penalty',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'modalities',
  'n',
  'parallel_tool_calls',
  'presence_penalty',
  'raw',
  'reasoning_effort',
  'response_format',
  'seed',
  'service_tier',
  'stop',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_logprobs',
  'top_p',
  'web_search_options',
])

/** Fields of the format itself that a caller may give at the top of a request, as well as in `extra_body`. */
const NATIVE: ReadonlySet<string> = new Set([
  'safetySettings',
  'cachedContent',
  'labels',
  'modelArmorConfig',
  'generationConfig',
  'toolConfig',
])

/** Fields that change nothing in the answer: usage always comes, the rest is storage and bookkeeping at OpenAI. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'stream_options',
  'store',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'metadata',
  'user',
])

const NEUTRAL: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['logit_bias', (value: unknown) => isObject(value) && Object.keys(value).length === 0],
])

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const native = checkFields(request, limits)
  warnForeign(request, ID, limits.warn)
  warnUnsaid(request, ['detail'], limits.warn)
  const { generationConfig: kept, ...raw } = ownRaw(request.raw) ?? {}
  const given = asArray(request.messages) as ChatRequest['messages']
  const takesSchema = context.quirks.jsonSchema !== false || request.response_format?.type !== 'json_schema'
  const hint = takesSchema ? undefined : formatHint(request.response_format, limits)
  const messages = hint === undefined ? given : [...withSystemText(given, hint)]
  const { systemInstruction, contents } = encodeContents(messages, traitsOf(context.model).needsSignatures, limits)
  const functionCallingConfig = encodeToolChoice(request, limits)
  const body: JsonObject = compact({
    systemInstruction,
    contents,
    tools: encodeTools(request, limits),
    toolConfig: functionCallingConfig && { functionCallingConfig },
    generationConfig: encodeGenerationConfig(request, isObject(kept) ? kept : undefined, context, limits),
    serviceTier: encodeServiceTier(request.service_tier, limits),
  })
  return {
    path: request.stream
      ? `${methodPath(context.model, 'streamGenerateContent')}?alt=sse`
      : methodPath(context.model, 'generateContent'),
    body: [native, raw, request.extra_body].reduce<JsonObject>(merge, body),
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

/** These hold settings independent of one another, so the caller's join ours; all else replaces. */
const BAGS: ReadonlySet<string> = new Set(['generationConfig', 'thinkingConfig', 'toolConfig', 'functionCallingConfig'])

function merge(body: JsonObject, extra: unknown): JsonObject {
  if (!isObject(extra)) return body
  const entries = Object.entries(extra).map(([field, value]): [string, unknown] => {
    const own = Object.hasOwn(body, field) ? body[field] : undefined
    return [field, BAGS.has(field) && isObject(own) ? merge(own, value) : value]
  })
  return { ...body, ...(Object.fromEntries(entries) as JsonObject) }
}

function encodeServiceTier(tier: string | null | undefined, limits: Limits): string | undefined {
  if (tier == null || tier === 'auto') return undefined
  const wire = SERVICE_TIERS.get(tier)
  if (wire === undefined) limits.unsupported('service_tier', 'use auto, default, flex or priority')
  return wire
}
