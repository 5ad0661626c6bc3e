/** Usage as disjoint counts: every token is in exactly one bucket, so none is priced twice. */
import { asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'

/** Of the prompt. They add up to the provider's count of it. */
export const INPUT_BUCKETS = [
  /** Text that neither came from a cache nor was written to one. */
  'input',
  'cache_read',
  /** Written to a cache with the short lifetime. */
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'cache_read_image',
  'input_video',
] as const

/** Of the answer. They add up to the provider's count of it. */
export const OUTPUT_BUCKETS = ['output', 'reasoning', 'output_audio', 'output_image', 'output_video'] as const

/** What is billed by the piece. */
export const FEE_BUCKETS = [
  'requests',
  'web_searches',
  /** Searches of X. */
  'social_searches',
  'file_searches',
  'code_executions',
  /** Cohere's for reranking: a query with up to 100 documents is one. */
  'search_units',
  'input_seconds',
  'output_seconds',
  'input_characters',
  /** Made. */
  'images',
  'images_read',
  'pages',
] as const

export type InputBucket = (typeof INPUT_BUCKETS)[number]
export type OutputBucket = (typeof OUTPUT_BUCKETS)[number]
export type TokenBucket = InputBucket | OutputBucket
export type FeeBucket = (typeof FEE_BUCKETS)[number]
export type Bucket = TokenBucket | FeeBucket

export const TOKEN_BUCKETS: readonly TokenBucket[] = [...INPUT_BUCKETS, ...OUTPUT_BUCKETS]
export const BUCKETS: readonly Bucket[] = [...TOKEN_BUCKETS, ...FEE_BUCKETS]

export type UsageBuckets = Record<Bucket, number>

/** Takes counts out of a total, none of them beyond what is left of it. */
class Rest {
  left: number

  constructor(total: number | undefined) {
    this.left = Math.max(0, total ?? 0)
  }

  take(count: unknown): number {
    const taken = Math.min(this.left, Math.max(0, asNumber(count) ?? 0))
    this.left -= taken
    return taken
  }
}

const NONE: JsonObject = {}

function objectIn(holder: JsonObject, field: string, other?: string): JsonObject {
  const own = holder[field]
  if (isObject(own)) return own
  return other === undefined ? NONE : objectIn(holder, other)
}

function countIn(holder: JsonObject, ...fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const count = asNumber(holder[field])
    if (count !== undefined) return count
  }
  return undefined
}

/**
 * The prompt's total. Anthropic's own counts leave what was cached out of it, all others have it in
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
 */
function promptOf(usage: JsonObject): number | undefined {
  const prompt = countIn(usage, 'prompt_tokens')
  if (prompt !== undefined) return prompt
  const input = countIn(usage, 'input_tokens')
  const read = countIn(usage, 'cache_read_input_tokens')
  const written = countIn(usage, 'cache_creation_input_tokens')
  if (input !== undefined && (read !== undefined || written !== undefined)) return input + (read ?? 0) + (written ?? 0)
  // Of embeddings and of documents that were ordered, some say a total only.
  return input ?? (countIn(usage, 'completion_tokens') === undefined ? countIn(usage, 'total_tokens') : undefined)
}

/**
 * Splits a usage, whose totals include their details. It is in the hub's shape, which is that of OpenAI's chat, or in
 * that of OpenAI's other operations or Anthropic's messages. A detail larger than its total is cut to it: some
 * providers report cached tokens beyond the prompt. Where cached and audio tokens exceed the prompt together, what is
 * over was both. Where the provider says what it bills apart from what the model read, its bill counts, which has no
 * details (https://docs.cohere.com/docs/how-does-cohere-pricing-work).
 *
 * @returns `undefined` when nothing is counted.
 */
export function bucketsOf(usage: unknown): UsageBuckets | undefined {
  if (!isObject(usage)) return undefined
  const billed = objectIn(usage, 'billed_units')
  const billedInput = countIn(billed, 'input_tokens')
  const prompt = billedInput ?? promptOf(usage)
  const completion = countIn(billed, 'output_tokens') ?? countIn(usage, 'completion_tokens', 'output_tokens')
  const fees = feesOf(usage, billed)
  if (prompt === undefined && completion === undefined && !fees.some) return undefined
  const input = billedInput === undefined ? inputOf(usage, prompt) : { ...EMPTY_INPUT, input: billedInput }
  return { ...input, ...outputOf(usage, completion), ...fees.counts }
}

const EMPTY_INPUT = Object.fromEntries(INPUT_BUCKETS.map((bucket) => [bucket, 0])) as Record<InputBucket, number>

function inputOf(usage: JsonObject, prompt: number | undefined): Record<InputBucket, number> {
  // Transcriptions say it in the singular.
  const details = objectIn(usage, 'prompt_tokens_details', 'input_tokens_details')
  const counts = details === NONE ? objectIn(usage, 'input_token_details') : details
  const rest = new Rest(prompt)
  const cached = rest.take(countIn(counts, 'cached_tokens') ?? usage['cache_read_input_tokens'])
  const written = rest.take(
    countIn(counts, 'cache_write_tokens', 'cache_creation_tokens') ?? usage['cache_creation_input_tokens'],
  )
  const lifetimes = objectIn(counts, 'cache_creation_token_details')
  const hour =
    countIn(counts, 'cache_write_1h_tokens') ??
    countIn(lifetimes, 'ephemeral_1h_input_tokens') ??
    countIn(objectIn(usage, 'cache_creation'), 'ephemeral_1h_input_tokens')
  const long = Math.min(written, Math.max(0, hour ?? 0))

  const cachedKinds = objectIn(counts, 'cached_tokens_details')
  const cache = new Rest(cached)
  const audio = Math.max(0, countIn(counts, 'audio_tokens') ?? 0)
  const cachedAudioTold = countIn(cachedKinds, 'audio_tokens')
  const inputAudio = rest.take(cachedAudioTold === undefined ? audio : audio - cachedAudioTold)
  const cachedAudio = cache.take(cachedAudioTold ?? Math.min(audio - inputAudio, cached))
  const image = Math.max(0, countIn(counts, 'image_tokens') ?? 0)
  const cachedImageTold = countIn(cachedKinds, 'image_tokens')
  const inputImage = rest.take(cachedImageTold === undefined ? image : image - cachedImageTold)
  const cachedImage = cache.take(cachedImageTold ?? Math.min(image - inputImage, cache.left))
  const inputVideo = rest.take(counts['video_tokens'])
  return {
    input: rest.left,
    cache_read: cache.left,
    cache_write: written - long,
    cache_write_1h: long,
    input_audio: inputAudio,
    cache_read_audio: cachedAudio,
    input_image: inputImage,
    cache_read_image: cachedImage,
    input_video: inputVideo,
  }
}

function outputOf(usage: JsonObject, completion: number | undefined): Record<OutputBucket, number> {
  const details = objectIn(usage, 'completion_tokens_details', 'output_tokens_details')
  const rest = new Rest(completion)
  const audio = rest.take(details['audio_tokens'])
  const image = rest.take(details['image_tokens'])
  const video = rest.take(details['video_tokens'])
  const reasoning = rest.take(countIn(details, 'reasoning_tokens', 'thinking_tokens'))
  return { output: rest.left, reasoning, output_audio: audio, output_image: image, output_video: video }
}

/** Uses of tools at the provider, as its counters are named, by what they are billed as. Fetching a page has no fee. */
const TOOLS: readonly (readonly [RegExp, FeeBucket])[] = [
  [/^x_search|social_search/, 'social_searches'],
  [/web_search|google_search|grounding/, 'web_searches'],
  [/file_search|storage_search|document_search/, 'file_searches'],
  [/code_(interpreter|execution)/, 'code_executions'],
]

function feesOf(usage: JsonObject, billed: JsonObject): { counts: Record<FeeBucket, number>; some: boolean } {
  const prompt = objectIn(usage, 'prompt_tokens_details')
  const counts: Record<FeeBucket, number> = {
    requests: 1,
    web_searches: 0,
    social_searches: 0,
    file_searches: 0,
    code_executions: 0,
    search_units: countIn(billed, 'search_units') ?? countIn(usage, 'search_units') ?? 0,
    input_seconds: countIn(usage, 'seconds', 'input_seconds') ?? countIn(prompt, 'audio_length_seconds') ?? 0,
    output_seconds: countIn(usage, 'output_seconds') ?? 0,
    input_characters: countIn(usage, 'characters', 'input_characters') ?? countIn(prompt, 'character_count') ?? 0,
    images: countIn(usage, 'images', 'generated_images') ?? 0,
    images_read: countIn(usage, 'images_read') ?? countIn(prompt, 'image_count') ?? 0,
    pages: countIn(usage, 'pages', 'pages_processed') ?? 0,
  }
  const tools = usage['server_tool_use']
  if (isObject(tools)) {
    for (const name in tools) {
      const bucket = TOOLS.find(([pattern]) => pattern.test(name))?.[1]
      if (bucket) counts[bucket] += Math.max(0, asNumber(tools[name]) ?? 0)
    }
  }
  let some = false
  for (const bucket of FEE_BUCKETS) if (bucket !== 'requests' && counts[bucket] > 0) some = true
  return { counts, some }
}

/** Tokens of the whole prompt, cached ones included: by them a request falls into a tier of prices. */
export function promptTokens(buckets: UsageBuckets): number {
  let sum = 0
  for (const bucket of INPUT_BUCKETS) sum += buckets[bucket]
  return sum
}
