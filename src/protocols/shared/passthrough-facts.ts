import type { Usage } from '../../kernel/hub.js'
import type { FieldTable } from '../../kernel/protocol.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import { wireCount } from './count.js'

/** Counts of tokens as in chat, and what is billed by the piece, by the names that prices know. */
export interface PassthroughUsage extends Partial<Usage> {
  /** Of sound that was heard. */
  readonly input_seconds?: number
  /** Of text that was read aloud. */
  readonly input_characters?: number
  /** Of sound or film that was made. */
  readonly output_seconds?: number
  /** Images that were made. */
  readonly generated_images?: number
  /** Of these images, such as `1024x1024`. */
  readonly size?: string
}

/** Facts for telemetry and prices in an answer without a codec. */
export interface PassthroughFacts {
  /** Empty when the provider gives none. */
  readonly id: string
  /** Empty when the provider does not say. */
  readonly model: string
  readonly usage?: PassthroughUsage
}

const DETAILS: FieldTable = { cached_tokens: true, audio_tokens: true, image_tokens: true, text_tokens: true }

/** Fields with names of several words, for SDKs that write them in camelCase. */
export const FACT_FIELDS: FieldTable = {
  data: { b64_json: true },
  usage: {
    input_tokens: true,
    output_tokens: true,
    prompt_tokens: true,
    completion_tokens: true,
    total_tokens: true,
    input_tokens_details: DETAILS,
    output_tokens_details: DETAILS,
    prompt_tokens_details: DETAILS,
    completion_tokens_details: DETAILS,
  },
}

type Wire = Readonly<Record<string, unknown>>

/** Counts are named as in OpenAI's newer operations, or as in chat. */
export function factsOf(wire: Wire): PassthroughFacts {
  const usage = isObject(wire['usage']) ? wire['usage'] : {}
  const cost = wireCount(usage['cost'])
  const counted = { ...tokensOf(usage), ...piecesOf(wire, usage), ...(cost !== undefined && { cost }) }
  return {
    id: asString(wire['id']) ?? '',
    model: asString(wire['model']) ?? '',
    ...(Object.keys(counted).length > 0 && { usage: counted }),
  }
}

function tokensOf(usage: Wire): PassthroughUsage | undefined {
  const input = wireCount(usage['input_tokens']) ?? wireCount(usage['prompt_tokens'])
  const output = wireCount(usage['output_tokens']) ?? wireCount(usage['completion_tokens'])
  if (input === undefined && output === undefined) return undefined
  const cost = wireCount(usage['cost'])
  const details = usage['input_tokens_details'] ?? usage['input_token_details'] ?? usage['prompt_tokens_details']
  const outputDetails = usage['output_tokens_details'] ?? usage['completion_tokens_details']
  return {
    prompt_tokens: input ?? 0,
    completion_tokens: output ?? 0,
    total_tokens: wireCount(usage['total_tokens']) ?? (input ?? 0) + (output ?? 0),
    ...(isObject(details) && { prompt_tokens_details: details }),
    ...(isObject(outputDetails) && { completion_tokens_details: outputDetails }),
    ...(cost !== undefined && { cost }),
  }
}

/**
 * What is billed by the second (https://platform.openai.com/docs/api-reference/audio/json-object, `usage` of type
 * `duration`; older models say the `duration` of a transcript alone) or by the image.
 */
function piecesOf(wire: Wire, usage: Wire): PassthroughUsage {
  const { data, duration, text, size } = wire
  const heard = typeof text === 'string' && Object.keys(usage).length === 0 ? Number(duration ?? Number.NaN) : undefined
  const seconds = asNumber(usage['seconds']) ?? heard
  const images = Array.isArray(data) ? data.filter(isImage).length : 0
  return {
    ...(seconds !== undefined && seconds > 0 && { input_seconds: seconds }),
    ...(images > 0 && { generated_images: images, ...(typeof size === 'string' && { size }) }),
  }
}

function isImage(entry: unknown): boolean {
  return isObject(entry) && (typeof entry['b64_json'] === 'string' || typeof entry['url'] === 'string')
}
