/** Makes span attributes from hub shapes: the one place where a GenAI span gets its values. */
import type { HeaderView } from '../../kernel/header-view.js'
import type { Attributes } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../../kernel/hub.js'
import * as semconv from '../semconv.js'
import { type CallPrice, type TelemetrySettings } from '../settings.js'

// The program's values are not checked before. One with another type than the API's is left out.
function putText(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') attributes[key] = value
}

function putCount(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) attributes[key] = value
}

// Each function here adds to the given attributes and returns them: most spans use several.

/** Settings of a chat request. Never reads the messages. */
export function chatRequestAttributes(request: ChatRequest, attributes: Attributes = {}): Attributes {
  if (request.n != null && request.n !== 1) putCount(attributes, semconv.REQUEST_CHOICE_COUNT, request.n)
  if (request.stream === true) attributes[semconv.REQUEST_STREAM] = true
  putCount(attributes, semconv.REQUEST_SEED, request.seed)
  putCount(attributes, semconv.REQUEST_TEMPERATURE, request.temperature)
  putCount(attributes, semconv.REQUEST_TOP_P, request.top_p)
  putCount(attributes, semconv.REQUEST_TOP_K, request.top_k)
  putCount(attributes, semconv.REQUEST_FREQUENCY_PENALTY, request.frequency_penalty)
  putCount(attributes, semconv.REQUEST_PRESENCE_PENALTY, request.presence_penalty)
  putCount(attributes, semconv.REQUEST_MAX_TOKENS, request.max_completion_tokens ?? request.max_tokens)
  if (request.stop != null) {
    const stops = (Array.isArray(request.stop) ? request.stop : [request.stop]).filter(
      (stop) => typeof stop === 'string',
    )
    if (stops.length > 0) attributes[semconv.REQUEST_STOP_SEQUENCES] = stops
  }
  putText(attributes, semconv.REQUEST_PREVIOUS_RESPONSE_ID, request.previous_response_id)
  putText(attributes, semconv.REQUEST_REASONING_LEVEL, request.reasoning_effort)
  const outputType = outputTypeOf(request)
  if (outputType) attributes[semconv.OUTPUT_TYPE] = outputType
  return attributes
}

function outputTypeOf(request: ChatRequest): 'json' | 'text' | 'speech' | undefined {
  const format = request.response_format?.type
  if (format === 'json_object' || format === 'json_schema') return 'json'
  if (Array.isArray(request.modalities) && request.modalities.includes('audio')) return 'speech'
  return format === 'text' ? 'text' : undefined
}

export function embeddingsRequestAttributes(request: EmbeddingsRequest, attributes: Attributes = {}): Attributes {
  putCount(attributes, semconv.EMBEDDINGS_DIMENSION_COUNT, request.dimensions)
  if (typeof request.encoding_format === 'string')
    attributes[semconv.REQUEST_ENCODING_FORMATS] = [request.encoding_format]
  return attributes
}

/**
 * @param failed - Whether the call ended with an error: a choice that did not finish then has the reason `error`. In an answer
 *   that the program stopped reading, such a choice has no reason.
 */
export function chatResponseAttributes(
  response: ChatCompletion,
  current: Pick<TelemetrySettings, 'semconv'>,
  failed: boolean,
  attributes: Attributes = {},
): Attributes {
  putText(attributes, semconv.RESPONSE_ID, response.id)
  putText(attributes, semconv.RESPONSE_MODEL, response.model)
  const reasons = finishReasons(response, failed)
  if (reasons.length > 0) attributes[semconv.RESPONSE_FINISH_REASONS] = reasons
  return response.usage ? usageAttributes(response.usage, current, attributes) : attributes
}

/** A choice without a reason so far has `undefined` or `null`, whatever its type says. */
function finishReasons({ choices }: ChatCompletion, failed: boolean): string[] {
  const reasons: string[] = []
  for (const { finish_reason: reason } of choices as readonly { readonly finish_reason: string | null | undefined }[]) {
    if (reason ?? failed) reasons.push(reason ?? 'error')
  }
  return reasons
}

export function embeddingsResponseAttributes(response: EmbeddingsResponse, attributes: Attributes = {}): Attributes {
  putText(attributes, semconv.RESPONSE_MODEL, response.model)
  putCount(attributes, semconv.USAGE_INPUT_TOKENS, response.usage?.prompt_tokens)
  return attributes
}

/** For an answer that is neither chat nor embeddings, such as an image or a ranking. */
export function otherAttributes(
  answer: { readonly id: string; readonly model: string; readonly usage?: Partial<Usage> | undefined },
  current: Pick<TelemetrySettings, 'semconv'>,
  attributes: Attributes = {},
): Attributes {
  putText(attributes, semconv.RESPONSE_ID, answer.id)
  putText(attributes, semconv.RESPONSE_MODEL, answer.model)
  if (!answer.usage) return attributes
  usageAttributes(answer.usage, current, attributes)
  const pieces: Readonly<Record<string, unknown>> = { ...answer.usage }
  for (const piece of PIECES) putCount(attributes, semconv.usagePiecesOf(piece), pieces[piece])
  return attributes
}

const PIECES = ['input_seconds', 'input_characters', 'output_seconds', 'generated_images'] as const

/** For a call that counts tokens. */
export function countedTokens(count: unknown): Attributes {
  return typeof count === 'number' ? { [semconv.COUNTED_TOKENS]: count } : {}
}

/** Values of the conventions, and others that these allow: `audio` is sound that is not speech. */
export type OutputType = 'image' | 'json' | 'speech' | 'text' | 'audio' | 'video'

/** The output type of an operation, if its request does not have it. */
export function outputType(type: OutputType): Attributes {
  return { [semconv.OUTPUT_TYPE]: type }
}

const MODALITIES = ['text', 'audio', 'image'] as const

export function usageAttributes(
  usage: Partial<Usage>,
  current: Pick<TelemetrySettings, 'semconv'>,
  attributes: Attributes = {},
): Attributes {
  putCount(attributes, semconv.USAGE_INPUT_TOKENS, usage.prompt_tokens)
  putCount(attributes, semconv.USAGE_OUTPUT_TOKENS, usage.completion_tokens)
  const prompt = usage.prompt_tokens_details
  if (prompt) {
    putCount(attributes, semconv.USAGE_CACHE_READ, prompt.cached_tokens)
    if (current.semconv !== 'v1.41') putCount(attributes, semconv.USAGE_CACHE_WRITE, prompt.cache_write_tokens)
    if (current.semconv !== 'latest') putCount(attributes, semconv.USAGE_CACHE_CREATION, prompt.cache_write_tokens)
    for (const modality of MODALITIES) {
      const tokens = prompt[`${modality}_tokens`]
      if (tokens !== undefined) putCount(attributes, semconv.usageInputOf(modality), tokens)
    }
  }
  const completion = usage.completion_tokens_details
  if (completion) {
    putCount(attributes, semconv.USAGE_REASONING, completion.reasoning_tokens)
    for (const modality of MODALITIES) {
      const tokens = completion[`${modality}_tokens`]
      if (tokens !== undefined) putCount(attributes, semconv.usageOutputOf(modality), tokens)
    }
  }
  return attributes
}

const servers = new Map<string, { address: string; port: number; url: URL } | undefined>()

/** Host and port of a base URL. Cached, because a program has few of them. */
export function serverOf(baseURL: string): { address: string; port: number; url: URL } | undefined {
  const known = servers.get(baseURL)
  if (known || servers.has(baseURL)) return known
  if (servers.size >= 256) servers.clear()
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined
  const server = url && {
    address: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : url.protocol === 'http:' ? 80 : 443,
    url,
  }
  servers.set(baseURL, server)
  return server
}

/** Address of the other side of an exchange. */
export function serverAttributes(url: URL): Attributes {
  const server = serverOf(url.origin)
  return server ? { [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port } : {}
}

/** Headers about a key or a person are not recorded. */
const PRIVATE_HEADER =
  /-(api-?keys?|keys?|tokens?|auth|authorization|cookie|secret|users?|end-user|teams?|org|email|spend|budget)(-|$)/

/** For each rule, the attribute of a header, or `null` for one that is left out. Cached, because answers have the same few headers. */
const headerKeys = new WeakMap<TelemetrySettings['keepsHeader'], Map<string, string | null>>()
const MOST_HEADERS = 512

/** The response headers that `keepsHeader` names, under the OpenTelemetry names for headers. */
export function responseHeaderAttributes(
  headers: Pick<HeaderView, 'forEach'>,
  { keepsHeader }: Pick<TelemetrySettings, 'keepsHeader'>,
): Attributes {
  const attributes: Attributes = {}
  const keys = headerKeys.get(keepsHeader) ?? new Map<string, string | null>()
  headerKeys.set(keepsHeader, keys)
  headers.forEach((value, name) => {
    let key = keys.get(name)
    if (key === undefined) {
      const lower = name.toLowerCase()
      key = keepsHeader(lower) && !PRIVATE_HEADER.test(lower) ? semconv.RESPONSE_HEADER_PREFIX + lower : null
      if (keys.size >= MOST_HEADERS) keys.clear()
      keys.set(name, key)
    }
    if (key !== null) attributes[key] = [value]
  })
  return attributes
}

/** What a call cost, and the parts of it. */
/** Of an answer that a cache had. */
export function cacheAttributes(stored: {
  readonly hit?: string
  readonly ageMs?: number
  readonly similarity?: number
  readonly savedUsd: number | null
}): Attributes {
  const { hit, ageMs, similarity, savedUsd } = stored
  return {
    ...(hit !== undefined && { [semconv.CACHE_HIT]: hit }),
    ...(ageMs !== undefined && { [semconv.CACHE_AGE]: ageMs }),
    ...(similarity !== undefined && { [semconv.CACHE_SIMILARITY]: similarity }),
    ...(savedUsd !== null && { [semconv.CACHE_SAVED]: savedUsd }),
  }
}

export function verdictAttributes(outcome: {
  readonly guardrail: string
  readonly on: string
  readonly verdict: string
  readonly category?: string
}): Attributes {
  const { guardrail, on, verdict, category } = outcome
  return {
    [semconv.GUARDRAIL_NAME]: guardrail,
    [semconv.GUARDRAIL_ON]: on,
    [semconv.GUARDRAIL_VERDICT]: verdict,
    ...(category !== undefined && { [semconv.GUARDRAIL_CATEGORY]: category }),
  }
}

export function costAttributes({ usd, parts }: CallPrice, attributes: Attributes = {}): Attributes {
  attributes[semconv.USAGE_COST] = usd
  for (const part in parts) putCount(attributes, semconv.usageCostOf(part), parts[part])
  return attributes
}
