/** Sampling, limits and output format (https://ai.google.dev/api/generate-content#GenerationConfig), both ways. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../../kernel/json.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import { scalars, stopsOf } from '../shared/scalars.js'
import { dialectOf } from './dialect.js'
import { toJsonSchema, withPlainTypes } from './schema.js'
import { decodeThinking, encodeThinking } from './thinking.js'
import { message } from './wire.js'

const JSON_TYPE = 'application/json'

export const SETTINGS = scalars({
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  n: 'candidateCount',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  logprobs: 'responseLogprobs',
  top_logprobs: 'logprobs',
})

/**
 * @param kept - What `decodeGenerationConfig` left for this codec; it replaces and adds.
 * @param schema - Of the answer, where it is enforced.
 */
export function encodeGenerationConfig(
  request: ChatRequest,
  kept: JsonObject | undefined,
  context: EncodeContext,
  schema: JsonObject | undefined,
  limits: Limits,
): JsonObject | undefined {
  const { thinkingConfig, ...rest } = kept ?? {}
  const limit = request.max_completion_tokens ?? request.max_tokens ?? context.quirks.defaultMaxTokens
  const config: JsonObject = compact({
    maxOutputTokens: limit ?? undefined,
    stopSequences: stopsOf(request),
    responseModalities: request.modalities
      ? request.modalities.map((modality) => String(modality).toUpperCase())
      : undefined,
    speechConfig: encodeVoice(request.audio, limits),
    thinkingConfig: encodeThinking(request, thinkingConfig, dialectOf(context.base ?? context.model), limits),
    ...SETTINGS.encode(request),
    ...encodeFormat(request.response_format, schema),
    ...rest,
  })
  // The two kinds of schema exclude each other, and this one was read from the wire.
  if ('responseSchema' in rest) delete config['responseJsonSchema']
  return Object.keys(config).length > 0 ? config : undefined
}

function encodeVoice(audio: ChatRequest['audio'], limits: Limits): JsonObject | undefined {
  if (!isObject(audio)) return undefined
  const voice = asString(audio['voice'])
  if (voice === undefined) {
    limits.unsupported('audio', 'name a voice of the provider')
    return undefined
  }
  return { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } }
}

function encodeFormat(format: ChatRequest['response_format'], schema: JsonObject | undefined): JsonObject {
  if (!isObject(format) || format.type === 'text') return {}
  // Without a schema the system prompt asks for the rest.
  return { responseMimeType: JSON_TYPE, ...(schema && { responseJsonSchema: schema }) }
}

/** Writes the settings onto the request. @returns What the hub has no place for, for the same codec to send again. */
export function decodeGenerationConfig(wire: unknown, request: ChatRequest): JsonObject | undefined {
  const config = message(wire)
  if (!config) return undefined
  const rest: JsonObject = { ...config }
  SETTINGS.decode(config, request, rest)
  const { maxOutputTokens, stopSequences: stop, responseModalities: modalities } = config
  const limit = asNumber(maxOutputTokens)
  if (limit !== undefined) {
    request.max_tokens = limit
    delete rest['maxOutputTokens']
  }
  if (Array.isArray(stop) && stop.every((sequence) => typeof sequence === 'string')) {
    if (stop.length > 0) request.stop = stop
    delete rest['stopSequences']
  }
  if (
    Array.isArray(modalities) &&
    modalities.length > 0 &&
    modalities.every((modality) => modality === 'TEXT' || modality === 'AUDIO')
  ) {
    request.modalities = modalities.map((modality) => (modality === 'TEXT' ? 'text' : 'audio'))
    delete rest['responseModalities']
  }
  decodeFormat(config, request, rest)
  Object.assign(request, decodeThinking(config['thinkingConfig']))
  for (const [field, value] of Object.entries(rest)) if (value == null) delete rest[field]
  return Object.keys(rest).length > 0 ? rest : undefined
}

/** The wire has no name for a schema, and the hub requires one. */
function decodeFormat(config: JsonObject, request: ChatRequest, rest: JsonObject): void {
  const { responseMimeType: type, responseJsonSchema: jsonSchema, responseSchema } = config
  if (type !== JSON_TYPE) return
  delete rest['responseMimeType']
  if (isObject(jsonSchema)) {
    const schema = withPlainTypes(jsonSchema)
    request.response_format = { type: 'json_schema', json_schema: { name: 'response', schema } }
    if (schema === jsonSchema) delete rest['responseJsonSchema']
  } else if (isObject(responseSchema)) {
    request.response_format = {
      type: 'json_schema',
      json_schema: { name: 'response', schema: toJsonSchema(responseSchema) },
    }
  } else if (jsonSchema == null) {
    request.response_format = { type: 'json_object' }
  } else {
    rest['responseMimeType'] = type
  }
}
