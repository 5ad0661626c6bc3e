/** Usage as disjoint counts: every token is in exactly one bucket, so none is priced twice. */
import { asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { usageOfRaw } from './raw-usage.js'

/** Tokens of the prompt. They add up to the provider's count. */
export const INPUT_BUCKETS = [
  /** Text that was neither read from a cache nor written to one. */
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

/** Tokens of the answer. They add up to the provider's count. */
export const OUTPUT_BUCKETS = ['output', 'reasoning', 'output_audio', 'output_image', 'output_video'] as const

/** What is billed per use. */
export const FEE_BUCKETS = [
  'requests',
  'web_searches',
  /** Searches of X. */
  'social_searches',
  'file_searches',
  'code_executions',
  /** Cohere's unit for reranking: a query with up to 100 documents is one. */
  'search_units',
  'input_seconds',
  'output_seconds',
  /** Of films that are read. */
  'input_video_seconds',
  'input_characters',
  'output_characters',
  /** Read by the provider for its sources. */
  'citation_tokens',
  /** Made. */
  'images',
  /** Of all images made, where those are billed by size. */
  'pixels',
  'images_read',
  'pages',
] as const

export type TokenBucket = (typeof INPUT_BUCKETS)[number] | (typeof OUTPUT_BUCKETS)[number]
export type FeeBucket = (typeof FEE_BUCKETS)[number]
export type Bucket = TokenBucket | FeeBucket

export const TOKEN_BUCKETS: readonly TokenBucket[] = [...INPUT_BUCKETS, ...OUTPUT_BUCKETS]
export const BUCKETS: readonly Bucket[] = [...TOKEN_BUCKETS, ...FEE_BUCKETS]

const TOKENS: ReadonlySet<Bucket> = new Set(TOKEN_BUCKETS)

export function isTokenBucket(bucket: Bucket): boolean {
  return TOKENS.has(bucket)
}

export type UsageBuckets = Record<Bucket, number>

/** Written out, because spreading objects is many times slower. */
function noUsage(): UsageBuckets {
  return {
    input: 0,
    cache_read: 0,
    cache_write: 0,
    cache_write_1h: 0,
    input_audio: 0,
    cache_read_audio: 0,
    input_image: 0,
    cache_read_image: 0,
    input_video: 0,
    output: 0,
    reasoning: 0,
    output_audio: 0,
    output_image: 0,
    output_video: 0,
    requests: 1,
    web_searches: 0,
    social_searches: 0,
    file_searches: 0,
    code_executions: 0,
    search_units: 0,
    input_seconds: 0,
    output_seconds: 0,
    input_video_seconds: 0,
    input_characters: 0,
    output_characters: 0,
    citation_tokens: 0,
    images: 0,
    pixels: 0,
    images_read: 0,
    pages: 0,
  }
}

/** Takes counts out of a total, each at most what is left of it. */
class RemainingTotal {
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

function countIn(holder: JsonObject, fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const count = asNumber(holder[field])
    if (count !== undefined) return count
  }
  return undefined
}

const COMPLETION = ['completion_tokens', 'output_tokens'] as const

/**
 * The prompt's total. Anthropic's counts exclude cached tokens, all others include them
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
 */
function promptOf(usage: JsonObject): number | undefined {
  const prompt = asNumber(usage['prompt_tokens'])
  if (prompt !== undefined) return prompt
  const input = asNumber(usage['input_tokens'])
  if (input !== undefined)
    return (
      input + (asNumber(usage['cache_read_input_tokens']) ?? 0) + (asNumber(usage['cache_creation_input_tokens']) ?? 0)
    )
  // Some answers of embeddings and rerank have only a total.
  const total = asNumber(usage['total_tokens'])
  return total === undefined ? undefined : Math.max(0, total - (countIn(usage, COMPLETION) ?? 0))
}

/**
 * Splits a usage, whose totals include their details. It may have the shape of the hub (OpenAI's chat), of OpenAI's other
 * operations, or of Anthropic's, Gemini's or Bedrock's answers. A detail larger than its total is cut to it: some providers
 * report more cached tokens than the prompt has. If cached and audio tokens together exceed the prompt, the excess was
 * both. If the provider reports billed units separately, those count; they have no details
 * (https://docs.cohere.com/docs/how-does-cohere-pricing-work).
 *
 * @returns `undefined` when nothing is counted.
 */
export function bucketsOf(usage: unknown): UsageBuckets | undefined {
  if (!isObject(usage)) return undefined
  const billed = objectIn(usage, 'billed_units')
  const billedInput = asNumber(billed['input_tokens'])
  const prompt = billedInput ?? promptOf(usage)
  const completion = asNumber(billed['output_tokens']) ?? countIn(usage, COMPLETION)
  const buckets = noUsage()
  const billable = countFees(buckets, usage, billed)
  if (prompt === undefined && completion === undefined) {
    const read = usageOfRaw(usage)
    if (read) return bucketsOf({ server_tool_use: usage['server_tool_use'], ...read })
    if (!billable) return undefined
  }
  if (billedInput === undefined) countInput(buckets, usage, prompt)
  else buckets.input = Math.max(0, billedInput)
  countOutput(buckets, usage, completion, prompt)
  return buckets
}

/** Counts next to the prompt's, as Anthropic, DeepSeek and Moonshot have them. */
const CACHED = ['cache_read_input_tokens', 'prompt_cache_hit_tokens', 'cached_tokens'] as const

const WRITTEN = ['cache_write_tokens', 'cache_creation_tokens'] as const
const THOUGHT = ['reasoning_tokens', 'thinking_tokens'] as const

function countInput(buckets: UsageBuckets, usage: JsonObject, prompt: number | undefined): void {
  // Transcriptions use the singular.
  const details = objectIn(usage, 'prompt_tokens_details', 'input_tokens_details')
  const counts = details === NONE ? objectIn(usage, 'input_token_details') : details
  const { cache_creation: created, cache_creation_input_tokens: createdTokens } = usage
  if (counts === NONE && created === undefined && createdTokens === undefined && countIn(usage, CACHED) === undefined) {
    buckets.input = Math.max(0, prompt ?? 0)
    return
  }
  const rest = new RemainingTotal(prompt)
  const cached = rest.take(asNumber(counts['cached_tokens']) ?? countIn(usage, CACHED))
  const own = objectIn(counts, 'cache_creation_token_details')
  const lifetimes = own === NONE ? objectIn(usage, 'cache_creation') : own
  const hour = asNumber(counts['cache_write_1h_tokens']) ?? asNumber(lifetimes['ephemeral_1h_input_tokens']) ?? 0
  const written = rest.take(
    countIn(counts, WRITTEN) ??
      asNumber(usage['cache_creation_input_tokens']) ??
      hour + (asNumber(lifetimes['ephemeral_5m_input_tokens']) ?? 0),
  )
  const long = Math.min(written, Math.max(0, hour))

  const cachedKinds = objectIn(counts, 'cached_tokens_details')
  const cache = new RemainingTotal(cached)
  const audio = Math.max(0, asNumber(counts['audio_tokens']) ?? 0)
  const cachedAudioTold = asNumber(cachedKinds['audio_tokens'])
  const inputAudio = rest.take(cachedAudioTold === undefined ? audio : audio - cachedAudioTold)
  const cachedAudio = cache.take(cachedAudioTold ?? Math.min(audio - inputAudio, cached))
  const image = Math.max(0, asNumber(counts['image_tokens']) ?? 0)
  const cachedImageTold = asNumber(cachedKinds['image_tokens'])
  const inputImage = rest.take(cachedImageTold === undefined ? image : image - cachedImageTold)
  const cachedImage = cache.take(cachedImageTold ?? Math.min(image - inputImage, cache.left))
  const inputVideo = rest.take(counts['video_tokens'])
  buckets.input = rest.left
  buckets.cache_read = cache.left
  buckets.cache_write = written - long
  buckets.cache_write_1h = long
  buckets.input_audio = inputAudio
  buckets.cache_read_audio = cachedAudio
  buckets.input_image = inputImage
  buckets.cache_read_image = cachedImage
  buckets.input_video = inputVideo
}

function countOutput(buckets: UsageBuckets, usage: JsonObject, completion = 0, prompt = 0): void {
  const details = objectIn(usage, 'completion_tokens_details', 'output_tokens_details')
  if (details === NONE && usage['reasoning_tokens'] === undefined && buckets.images === 0) {
    buckets.output = Math.max(0, completion)
    return
  }
  const thought = countIn(details, THOUGHT) ?? asNumber(usage['reasoning_tokens']) ?? 0
  // xAI and Perplexity count reasoning only in the total.
  const hidden = thought > 0 && usage['total_tokens'] === prompt + completion + thought ? thought : 0
  const rest = new RemainingTotal(completion + hidden)
  buckets.output_audio = rest.take(details['audio_tokens'])
  // If an answer with images does not split its tokens, they are image tokens.
  buckets.output_image = rest.take(details === NONE && buckets.images > 0 ? completion : details['image_tokens'])
  buckets.output_video = rest.take(details['video_tokens'])
  buckets.reasoning = rest.take(thought)
  buckets.output = rest.left
}

/** Counters of tools at the provider, by their fee bucket. Fetching a page has no fee. */
const TOOLS: readonly (readonly [RegExp, FeeBucket])[] = [
  [/^x_search|social_search/, 'social_searches'],
  [/web_search|google_search|grounding/, 'web_searches'],
  [/file_search|storage_search|document_search/, 'file_searches'],
  [/code_(interpreter|execution)/, 'code_executions'],
]

/** Where usages have what is billed per use, in this order. */
const COUNTED: readonly (readonly [FeeBucket, fields: readonly string[]])[] = [
  ['search_units', ['search_units', 'queries']],
  ['input_seconds', ['seconds', 'input_seconds', 'audio_length_seconds']],
  ['output_seconds', ['output_seconds']],
  ['input_video_seconds', ['input_video_seconds', 'video_length_seconds']],
  ['input_characters', ['characters', 'input_characters', 'character_count']],
  ['output_characters', ['output_characters']],
  ['citation_tokens', ['citation_tokens']],
  ['images', ['generated_images']],
  ['images_read', ['images_read', 'image_count', 'images']],
  ['pages', ['pages', 'pages_processed']],
]

/** Searches if no tools are counted: in Gemini's and xAI's answers as LiteLLM writes them, and in Perplexity's. */
const SEARCHES = ['web_search_requests', 'num_search_queries'] as const
/** `1024x1024`, or `1024-x-1024` in LiteLLM's list. */
const SIZE = /^(\d+)-?x-?(\d+)$/

/** Without these fields a usage has only tokens, as most do. */
const FEES: ReadonlySet<string> = new Set([
  ...COUNTED.flatMap(([, fields]) => fields),
  ...SEARCHES,
  'server_tool_use',
  'size',
])

function hasFees(holder: JsonObject): boolean {
  if (holder === NONE) return false
  for (const field in holder) if (FEES.has(field)) return true
  return false
}

/** @returns Whether anything is billed per use. */
function countFees(buckets: UsageBuckets, usage: JsonObject, billed: JsonObject): boolean {
  const prompt = objectIn(usage, 'prompt_tokens_details')
  if (!hasFees(usage) && !hasFees(prompt) && !hasFees(billed)) return false
  let billable = false
  for (const [bucket, fields] of COUNTED) {
    const count = countIn(billed, fields) ?? countIn(usage, fields) ?? countIn(prompt, fields)
    if (count === undefined || count <= 0) continue
    buckets[bucket] = count
    billable = true
  }
  const [, width, height] = SIZE.exec(typeof usage['size'] === 'string' ? usage['size'] : '') ?? []
  if (width !== undefined) buckets.pixels = Number(width) * Number(height) * buckets.images
  const tools = usage['server_tool_use']
  if (!isObject(tools)) {
    buckets.web_searches = Math.max(0, countIn(usage, SEARCHES) ?? countIn(prompt, SEARCHES) ?? 0)
    return billable || buckets.web_searches > 0
  }
  for (const name in tools) {
    const bucket = TOOLS.find(([pattern]) => pattern.test(name))?.[1]
    const count = asNumber(tools[name]) ?? 0
    if (!bucket || count <= 0) continue
    buckets[bucket] += count
    billable = true
  }
  return billable
}

/** Tokens of the whole prompt, including cached ones; they decide the price tier. */
export function promptTokens(buckets: UsageBuckets): number {
  let sum = 0
  for (const bucket of INPUT_BUCKETS) sum += buckets[bucket]
  return sum
}
