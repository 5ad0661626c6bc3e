/** A chat request to the body of Converse and ConverseStream (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { dialectOf as messagesDialectOf } from '../anthropic-messages/dialect.js'
import { encodeSampling } from '../anthropic-messages/sampling.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { withoutPrefill } from '../shared/prefill.js'
import { refusedBy } from '../shared/refusals.js'
import { fieldCheck, mergeFields } from '../shared/request-fields.js'
import { takesJsonSchema } from '../shared/strict.js'
import { schemaFitter } from '../shared/schema/fitter.js'
import { SCHEMA_DIALECTS } from '../shared/schema-dialects.js'
import { stopsOf } from '../shared/scalars.js'
import { dialectOf } from './dialect.js'
import { encodeMessages } from './messages-encode.js'
import { encodeModelFields } from './model-fields.js'
import { encodeFormat } from './output-config.js'
import { pathOf } from './paths.js'
import { placeCachePoints } from './placement.js'
import { encodeTools } from './tools.js'
import { ID, ownRaw } from './wire.js'

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
  ],
  native: [
    'additionalModelRequestFields',
    'additionalModelResponseFieldPaths',
    'guardrailConfig',
    'inferenceConfig',
    'outputConfig',
    'performanceConfig',
    'promptVariables',
    'requestMetadata',
    'serviceTier',
  ],
  noCounterparts: ['detail'],
})

/**
 * Ids have at most 64 characters, names too; a conversation begins with the user; no text is blank
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html, API_runtime_ContentBlock.html).
 */
const RULES: HistoryRules = {
  toolIds: { also: '_.:-', max: 64 },
  toolNames: { also: '_-', max: 64 },
  joinsTurns: true,
  userFirst: true,
  objectArguments: true,
  refusesTexts: 'blank',
  refusesEmptyResults: true,
}

/** Claude takes fewer characters in an id than the API. */
const CLAUDE_RULES: HistoryRules = { ...RULES, toolIds: { also: '_-', max: 64 } }

/** Objects of independent settings, so the caller's are merged with ours. */
const JOINS = {
  additionalModelRequestFields: {},
  inferenceConfig: {},
  outputConfig: {},
  requestMetadata: {},
  toolConfig: {},
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const { model, quirks, provider } = context
  const base = context.base ?? model
  const messagesDialect = messagesDialectOf(base)
  const { isClaude } = messagesDialect
  const rules = rulesOf(isClaude ? CLAUDE_RULES : RULES, context)
  const { request, toolNames } = portable(withoutPrefill(asked, base, limits), rules, { provider, limits })
  const extras = [checkFields(request, limits), ownRaw(request.raw), request.extra_body].filter(isObject)
  const dialect = dialectOf(base)
  const { system, messages } = encodeMessages(
    request.messages,
    {
      systemInMessages: messagesDialect.systemInMessages,
      unsignedThinking: quirks.reasoningContent ?? false,
      toolIds: isClaude ? 'claude' : 'api',
      turnsInRow: dialect.turnsInRow ?? false,
    },
    limits,
  )
  const spelledOut = {
    modelFields: joined(extras, 'additionalModelRequestFields'),
    outputConfig: joined(extras, 'outputConfig'),
  }
  const takesSchema = dialect.jsonSchema === true && messagesDialect.jsonSchema && takesJsonSchema(context)
  const isFormatSaid = spelledOut.outputConfig['textFormat'] != null
  const fitter = schemaFitter(SCHEMA_DIALECTS[quirks.schemas ?? 'bedrock'], limits, request.stream === true)
  const { outputConfig, hint } = isFormatSaid ? {} : encodeFormat(request.response_format, takesSchema, fitter, limits)
  const { toolConfig, forced, claudeChoice } = encodeTools(request, messagesDialect, fitter, limits)
  const { fields, maxTokens, thinks, effort } = encodeModelFields(request, base, spelledOut, forced, limits)
  const sampling = encodeSampling(request, messagesDialect, thinks, limits)
  if (maxTokens === undefined && quirks.defaultMaxTokens !== undefined)
    limits.warn(`\`max_tokens\` is not given: ${quirks.defaultMaxTokens} is sent, the provider's \`defaultMaxTokens\``)
  const settings = {
    max_tokens: maxTokens ?? quirks.defaultMaxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    stop: stopsOf(request),
  }
  const { max_tokens, temperature, top_p, stop } = refusedBy(base, effort, settings, limits)
  const inferenceConfig = compact({ maxTokens: max_tokens, temperature, topP: top_p, stopSequences: stop })
  const all = hint === undefined ? system : [...system, { text: hint }]
  const tools = asArray(toolConfig?.['tools']) as JsonObject[]
  placeCachePoints({ tools, system: all, messages: messages.map(({ content }) => content) }, dialect, limits)
  const body: JsonObject = compact({
    system: all.length > 0 ? all : undefined,
    // A stored prompt may hold them all.
    messages: messages.length > 0 ? messages : undefined,
    inferenceConfig: undefinedIfEmpty(inferenceConfig),
    toolConfig,
    additionalModelRequestFields: undefinedIfEmpty(claudeChoice ? { ...fields, tool_choice: claudeChoice } : fields),
    outputConfig,
    requestMetadata: encodeMetadata(request.metadata, limits),
    serviceTier: encodeTier(request.service_tier, limits),
  })
  return {
    path: pathOf(model, request.stream === true),
    body: mergeFields(body, extras, JOINS),
    ...(toolNames && { toolNames }),
  }
}

function joined(extras: readonly JsonObject[], field: string): JsonObject {
  return Object.assign({}, ...extras.map((extra) => extra[field]).filter(isObject)) as JsonObject
}

function undefinedIfEmpty(fields: JsonObject): JsonObject | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined
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
