/** A chat request to the body of `POST /v1/messages` (https://platform.claude.com/docs/en/api/messages/create). */
import { formatHint } from '../../kernel/format-hint.js'
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../../kernel/json.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { betaHeader } from './betas.js'
import { toBlocks } from './content.js'
import { limitsOf } from '../../kernel/limits.js'
import type { Limits } from '../../kernel/limits.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { withFittingMarks } from '../shared/cache-marks.js'
import { withoutPrefill } from '../shared/prefill.js'
import { fieldCheck, mergeFields } from '../shared/request-fields.js'
import { takesJsonSchema } from '../shared/strict.js'
import { schemaFitter, type SchemaFitter } from '../shared/schema/fitter.js'
import { SCHEMA_DIALECTS } from '../shared/schema-dialects.js'
import { encodeMessages } from './messages-encode.js'
import { dialectOf } from './dialect.js'
import { outputLimit } from './output-limit.js'
import { encodeSampling } from './sampling.js'
import { encodeThinking, roomForThinking } from './thinking.js'
import { encodeToolChoice, encodeTools, isForced } from './tools.js'
import { withoutURLSources } from './url-sources.js'
import { ID, ownRaw } from './wire.js'

/** The SDKs' base URLs stop before the version. */
export const PATH = '/v1/messages'

/** The only published version (https://platform.claude.com/docs/en/api/versioning). */
const API_VERSION = '2023-06-01'

const checkFields = fieldCheck({
  id: ID,
  reads: [
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
    'user',
    'web_search_options',
  ],
  native: [
    // Names for a header, as the SDK takes them.
    'betas',
    'billing_policy',
    'cache_control',
    'compaction',
    'container',
    'context_management',
    'diagnostics',
    'fallback_credit_token',
    'inference_geo',
    'mcp_servers',
    'output_config',
    'output_format',
    'speed',
    'thread',
  ],
  noCounterparts: ['detail'],
})

/**
 * Ids match `^[a-zA-Z0-9_-]+$`, each once; names have at most 128 such characters; the first message is the user's; texts
 * hold more than white space (https://platform.claude.com/docs/en/api/messages/create).
 */
const RULES: HistoryRules = {
  toolIds: { also: '_-', max: 64 },
  toolNames: { also: '_-', max: 128 },
  joinsTurns: true,
  userFirst: true,
  objectArguments: true,
  refusesTexts: 'blank',
}

/** Objects of independent settings, so the caller's are merged with ours. */
const JOINS = { output_config: {}, metadata: {} }

export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const base = context.base ?? context.model
  const traits = dialectOf(base)
  const { request, toolNames } = portable(withoutPrefill(asked, base, limits), rulesOf(RULES, context), {
    provider: context.provider,
    limits,
  })
  const given = checkFields(request, limits)
  const { system, messages } = encodeMessages(
    context.quirks.urlSources === false ? withoutURLSources(request.messages, limits) : request.messages,
    {
      systemInMessages: traits.systemInMessages,
      unsignedThinking: context.quirks.reasoningContent ?? false,
    },
    limits,
  )
  const toolChoice = encodeToolChoice(request, traits.forcedTools, limits)
  const thinking = encodeThinking(request, traits, isForced(toolChoice), limits)
  const sampling = encodeSampling(request, traits, thinking.derived, limits)
  const extras = [ownRaw(request.raw), request.extra_body]
  // The older place of the format: two of them are refused.
  const isSpelledOut = [given, ...extras].some((fields) => isObject(fields) && fields['output_format'] != null)
  const takesSchema = traits.jsonSchema && takesJsonSchema(context)
  // Speakers of the format that are not Claude take schemas as they are.
  const fitter = traits.isClaude
    ? schemaFitter(SCHEMA_DIALECTS[context.quirks.schemas ?? 'anthropic'], limits, request.stream === true)
    : undefined
  const { format, hint } = isSpelledOut ? {} : encodeFormat(request.response_format, takesSchema, fitter, limits)
  const { stream } = request
  // Spelled out in the format's own words it is given too.
  const spelledLimit = extras.map((fields) => (isObject(fields) ? asNumber(fields['max_tokens']) : undefined))
  const maxTokens =
    spelledLimit.find((limit) => limit !== undefined) ??
    outputLimit(request, base, context.quirks.defaultMaxTokens, limits)

  const body: JsonObject = compact({
    model: context.model,
    max_tokens: roomForThinking(maxTokens, thinking, limits),
    system: hint === undefined ? system : [...toBlocks(system ?? ''), { type: 'text', text: hint }],
    messages,
    tools: encodeTools(request, fitter, limits),
    tool_choice: toolChoice,
    thinking: thinking.thinking,
    output_config: thinking.effort !== undefined || format ? compact({ effort: thinking.effort, format }) : undefined,
    temperature: sampling.temperature,
    top_k: sampling.topK,
    top_p: sampling.topP,
    stop_sequences: encodeStop(request.stop, limits),
    stream: typeof stream === 'boolean' ? stream : undefined,
    metadata: encodeMetadata(request, limits),
    ...encodeServiceTier(request.service_tier, limits),
  })
  const { betas, ...native } = given ?? {}
  const joined = mergeFields(body, [native, ...extras], JOINS)
  const whole = traits.isClaude ? withFittingMarks(joined, limits) : joined
  return {
    path: PATH,
    body: whole,
    headers: { 'anthropic-version': API_VERSION, ...betaHeader(whole, betas, context.quirks.toolBetas) },
    ...(toolNames && { toolNames }),
  }
}

function encodeStop(stop: ChatRequest['stop'], limits: Limits): string[] | undefined {
  const sequences: readonly unknown[] = [stop ?? []].flat()
  const visible = sequences.filter(
    (sequence): sequence is string => typeof sequence === 'string' && sequence.trim() !== '',
  )
  if (visible.length < sequences.length) limits.unsupported('stop', 'a sequence needs a character that is not a space')
  return visible.length > 0 ? visible : undefined
}

/** The format knows a user id only. Other metadata is the caller's own bookkeeping. */
function encodeMetadata(request: ChatRequest, limits: Limits): JsonObject | undefined {
  const metadata = isObject(request.metadata) ? request.metadata : {}
  if (Object.keys(metadata).some((key) => key !== 'user_id')) limits.warn('`metadata` other than user_id is left out')
  const userId = asString(metadata['user_id']) ?? request.user
  return userId === undefined ? undefined : { user_id: userId }
}

function encodeServiceTier(tier: string | null | undefined, limits: Limits): JsonObject {
  if (tier == null) return {}
  // `auto` uses priority capacity where the account has it; there is no way to insist.
  if (tier === 'auto' || tier === 'priority') return { service_tier: 'auto' }
  if (tier === 'default' || tier === 'standard_only') return { service_tier: 'standard_only' }
  if (tier === 'fast') return { speed: 'fast' }
  limits.unsupported('service_tier', 'use auto, default, priority or fast')
  return {}
}

/** @returns The native format, or a sentence for the system prompt if there is none. */
function encodeFormat(
  format: ChatRequest['response_format'],
  takesSchema: boolean,
  fitter: SchemaFitter | undefined,
  limits: Limits,
): { format?: JsonObject; hint?: string } {
  if (format == null || format.type === 'text') return {}
  const schema = format.type === 'json_schema' ? format.json_schema.schema : undefined
  const enforced =
    schema && takesSchema ? (fitter ? fitter.format(schema, 'asked for in the system prompt') : schema) : undefined
  if (enforced) return { format: { type: 'json_schema', schema: enforced } }
  const hint = formatHint(format, limits)
  return hint === undefined ? {} : { hint }
}
