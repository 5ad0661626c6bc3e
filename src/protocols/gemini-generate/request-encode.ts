/** A chat request to `generateContent` or `streamGenerateContent` (https://ai.google.dev/api/generate-content). */
import { formatHint, withSystemText } from '../../kernel/format-hint.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, compact, isObject } from '../../kernel/json.js'
import type { EncodeContext, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { limitsOf } from '../../kernel/limits.js'
import type { Limits } from '../../kernel/limits.js'
import { fieldCheck, layOver } from '../shared/request-fields.js'
import { schemaFitter } from '../shared/schema/fitter.js'
import { SCHEMA_DIALECTS } from '../shared/schema-dialects.js'
import { encodeContents } from './contents-encode.js'
import { SETTINGS, encodeGenerationConfig } from './generation-config.js'
import { LAYOUT, followLayout, isUnsignedRequest } from './layout.js'
import { dialectOf } from './dialect.js'
import { encodeToolChoice, encodeTools, hasFunctions, isForced } from './tools.js'
import { ID, methodPath, ownRaw } from './wire.js'

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
  unsaid: ['detail'],
})

/** They hold settings independent of one another, so the caller's join ours. */
const JOINS = { generationConfig: { thinkingConfig: {} }, toolConfig: { functionCallingConfig: {} } }

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

export function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const native = checkFields(request, limits)
  const { generationConfig: kept, [LAYOUT]: layout, ...raw } = ownRaw(request.raw) ?? {}
  const given = asArray(request.messages) as ChatRequest['messages']
  const traits = dialectOf(context.base ?? context.model)
  const functions = hasFunctions(request)
  // A function that must be called leaves no answer for the format to shape, and the API refuses both together.
  const takesJson = !functions || (traits.jsonBesideFunctions && !isForced(request)) || isObject(kept)
  const fitter = schemaFitter(SCHEMA_DIALECTS[context.quirks.schemas ?? 'gemini'], limits, request.stream === true)
  const wanted = schemaOf(request)
  const takesSchema = context.quirks.jsonSchema !== false && takesJson
  const schema = wanted && takesSchema ? fitter.format(wanted, 'asked for in the system prompt') : undefined
  const isSaid = takesJson && (request.response_format?.type !== 'json_schema' || schema !== undefined || !wanted)
  const hint = isSaid ? undefined : formatHint(request.response_format, limits)
  const { response_format: _format, ...withoutFormat } = request
  const messages = hint === undefined ? given : [...withSystemText(given, hint)]
  const needsSignatures = traits.needsSignatures && !isUnsignedRequest(layout)
  const { systemInstruction, contents } = encodeContents(messages, needsSignatures, limits)
  const functionCallingConfig = encodeToolChoice(request, traits.validatesCalls, limits)
  const announces =
    functions &&
    request.web_search_options != null &&
    traits.jsonBesideFunctions &&
    context.quirks.toolCombination !== false
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
    path: request.stream
      ? `${methodPath(context.model, 'streamGenerateContent')}?alt=sse`
      : methodPath(context.model, 'generateContent'),
    body: layOver(
      layout === undefined ? body : followLayout(body, layout, context.model),
      [native, raw, request.extra_body],
      JOINS,
    ),
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
