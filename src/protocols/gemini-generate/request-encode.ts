/** A chat request to `generateContent` or `streamGenerateContent` (https://ai.google.dev/api/generate-content). */
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { HistoryRules } from '../../kernel/history.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, compact, isObject } from '../../kernel/json.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { limitsOf } from '../../kernel/limits.js'
import type { Limits } from '../../kernel/limits.js'
import { portable, rulesOf } from '../shared/history/index.js'
import { fieldCheck, mergeFields } from '../shared/request-fields.js'
import { takesJsonSchema } from '../shared/strict.js'
import { schemaFitter } from '../shared/schema/fitter.js'
import { SCHEMA_DIALECTS } from '../shared/schema-dialects.js'
import { encodeContents } from './contents-encode.js'
import { SETTINGS, encodeGenerationConfig } from './generation-config.js'
import { LAYOUT, followLayout, isUnsignedRequest } from './layout.js'
import { dialectOf } from './dialect.js'
import { withoutFileNames } from './media.js'
import { encodeToolChoice, encodeTools, hasFunctions, isForced } from './tools.js'
import { ID, ownRaw, pathOf } from './wire.js'

const checkFields = fieldCheck({
  id: ID,
  reads: [
    ...SETTINGS.fields,
    'audio',
    'max_completion_tokens',
    'max_tokens',
    'modalities',
    'parallel_tool_calls',
    'reasoning_effort',
    'response_format',
    'service_tier',
    'stop',
    'stream',
    'thinking',
    'tool_choice',
    'tools',
    'web_search_options',
  ],
  native: ['safetySettings', 'cachedContent', 'labels', 'modelArmorConfig', 'generationConfig', 'toolConfig'],
  noCounterparts: ['detail'],
})

/**
 * The responses to the calls of a turn are in the next one, as many as there are calls; the first turn is the
 * user's (https://ai.google.dev/gemini-api/docs/function-calling, https://ai.google.dev/api/caching#FunctionDeclaration).
 */
const RULES: HistoryRules = {
  oldCalls: true,
  toolNames: { also: '_.:-', max: 64, letterFirst: true },
  joinsTurns: true,
  userFirst: true,
  objectArguments: true,
}

/** Objects of independent settings, so the caller's are merged with ours. */
const JOINS = { generationConfig: { thinkingConfig: {} }, toolConfig: { functionCallingConfig: {} } }

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

export function encodeRequest(asked: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const { provider, quirks } = context
  const native = checkFields(asked, limits)
  const traits = dialectOf(context.base ?? context.model)
  const rules = rulesOf({ ...RULES, textResults: !traits.mediaInResults }, context)
  const { request, toolNames } = portable(asked, rules, {
    provider,
    limits,
    isKept: (part) => part.type === 'raw' && ownRaw(part) !== undefined,
    isContinued: native?.['cachedContent'] !== undefined || ownRaw(asked.raw)?.['cachedContent'] !== undefined,
  })
  const { generationConfig: kept, [LAYOUT]: layout, ...raw } = ownRaw(request.raw) ?? {}
  const given = asArray(request.messages) as ChatRequest['messages']
  const functions = hasFunctions(request)
  // A function that must be called leaves no answer for the format to shape, and the API refuses both together.
  const takesJson = !functions || (traits.jsonBesideFunctions && !isForced(request)) || isObject(kept)
  const fitter = schemaFitter(SCHEMA_DIALECTS[quirks.schemas ?? 'gemini'], limits, request.stream === true)
  const wanted = schemaOf(request)
  const takesSchema = takesJsonSchema(context) && takesJson
  const schema = wanted && takesSchema ? fitter.format(wanted, 'asked for in the system prompt') : undefined
  const isSaid = takesJson && (request.response_format?.type !== 'json_schema' || schema !== undefined || !wanted)
  const hint = isSaid ? undefined : formatHint(request.response_format, limits)
  const { response_format: _format, ...withoutFormat } = request
  const messages = hint === undefined ? given : [...withSystemText(given, hint)]
  const needsSignatures = traits.needsSignatures && !isUnsignedRequest(layout)
  const encoded = encodeContents(messages, needsSignatures, limits)
  const { systemInstruction, contents } = quirks.fileNames ? encoded : withoutFileNames(encoded, limits)
  const functionCallingConfig = encodeToolChoice(request, traits.validatesCalls, limits)
  const announces =
    functions && request.web_search_options != null && traits.jsonBesideFunctions && quirks.toolCombination !== false
  const toolConfig = compact({
    functionCallingConfig,
    includeServerSideToolInvocations: announces ? true : undefined,
  })
  const body: JsonObject = compact({
    systemInstruction,
    contents,
    tools: encodeTools(request, traits.validatesCalls ? fitter : undefined, limits),
    toolConfig: Object.keys(toolConfig).length > 0 ? toolConfig : undefined,
    generationConfig: encodeGenerationConfig(
      takesJson ? request : withoutFormat,
      isObject(kept) ? kept : undefined,
      context,
      schema,
      limits,
    ),
    serviceTier: encodeServiceTier(request.service_tier, limits),
  })
  return {
    path: pathOf(context.model, request.stream === true),
    body: mergeFields(
      layout === undefined ? body : followLayout(body, layout, context.model),
      [native, raw, request.extra_body],
      JOINS,
    ),
    ...(toolNames && { toolNames }),
  }
}

/** The schema of the answer, where the caller gives one. */
function schemaOf({ response_format: format }: ChatRequest): JsonObject | undefined {
  const schema = isObject(format) && format.type === 'json_schema' ? format.json_schema?.schema : undefined
  return isObject(schema) ? schema : undefined
}

function encodeServiceTier(tier: string | null | undefined, limits: Limits): string | undefined {
  if (tier == null || tier === 'auto') return undefined
  const wire = SERVICE_TIERS.get(tier)
  if (wire === undefined) limits.unsupported('service_tier', 'use auto, default, flex or priority')
  return wire
}
