/** What operations other than chat and embeddings may come to: images, speech, transcripts, documents that are ordered, questions that are answered. */
export type OutputKind = 'image' | 'speech' | 'text' | 'order' | 'decision'

interface ExpectedUsage {
  readonly prompt_tokens?: number
  readonly completion_tokens?: number
  readonly [field: string]: unknown
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Tokens of an image by quality, for square ones and for others
 * (https://platform.openai.com/docs/guides/image-generation#cost-and-latency). What the request leaves open counts as the dearest.
 */
const IMAGE_TOKENS: Readonly<Record<string, readonly [square: number, other: number]>> = {
  low: [272, 408],
  medium: [1056, 1584],
  high: [4160, 6240],
}
const DEAREST = 'high'
/** Of one that is read, about. */
const TOKENS_OF_AN_IMAGE = 1_000
const SIZE = /^(\d+)x(\d+)$/
/** Of speech in English, about. */
const CHARACTERS_A_SECOND = 12
/** Tokens of a second of sound that OpenAI's models make or hear, about (https://platform.openai.com/docs/pricing). */
const SPOKEN_TOKENS = 21
const HEARD_TOKENS = 17
/** Tokens of the text of a second of speech. */
const TEXT_TOKENS = 5
/** Of sound that is packed tightly; of any other a second has more bytes, and the estimate is the higher. */
const BYTES_A_SECOND = 4_000
/** Documents that one search unit covers (https://docs.cohere.com/docs/how-does-cohere-pricing-work). */
const DOCUMENTS_A_UNIT = 100

/**
 * Usages to price the request by, the one that says most first: a model has a price for one of them.
 *
 * @param made - `undefined`: nothing that is billed, such as a moderation.
 */
export function usagesOf(
  made: OutputKind | undefined,
  body: Fields,
  { input, answers, files }: { readonly input: number; readonly answers: number; readonly files: readonly number[] },
): readonly ExpectedUsage[] {
  switch (made) {
    case 'image': {
      const tokens = answers * imageTokens(body)
      const pieces = { generated_images: answers, ...(typeof body['size'] === 'string' && { size: body['size'] }) }
      const details = { completion_tokens_details: { image_tokens: tokens } }
      const read = files.length * TOKENS_OF_AN_IMAGE
      return [{ prompt_tokens: input + read, completion_tokens: tokens, ...details }, pieces]
    }
    case 'speech': {
      const characters = typeof body['input'] === 'string' ? body['input'].length : 0
      const seconds = Math.ceil(characters / CHARACTERS_A_SECOND)
      const tokens = seconds * SPOKEN_TOKENS
      const details = { completion_tokens_details: { audio_tokens: tokens } }
      return [
        { prompt_tokens: input, completion_tokens: tokens, ...details },
        { input_characters: characters },
        { output_seconds: seconds },
      ]
    }
    case 'text': {
      const seconds = Math.ceil(files.reduce((sum, bytes) => sum + bytes, 0) / BYTES_A_SECOND)
      const tokens = seconds * HEARD_TOKENS
      const details = { prompt_tokens_details: { audio_tokens: tokens } }
      return [
        { prompt_tokens: input + tokens, completion_tokens: seconds * TEXT_TOKENS, ...details },
        { input_seconds: seconds },
      ]
    }
    case 'order': {
      const documents = Array.isArray(body['documents']) ? body['documents'].length : 0
      return [{ prompt_tokens: input, completion_tokens: 0 }, { search_units: Math.ceil(documents / DOCUMENTS_A_UNIT) }]
    }
    // Prices of decisions are for the input (https://developers.openai.com/api/docs/guides/decisions).
    case 'decision':
      return [{ prompt_tokens: input, completion_tokens: 0 }]
    case undefined:
      return []
  }
}

function imageTokens({ quality, size }: Fields): number {
  const [square, other] =
    IMAGE_TOKENS[typeof quality === 'string' && quality in IMAGE_TOKENS ? quality : DEAREST] ?? ([0, 0] as const)
  const [, width, height] = SIZE.exec(typeof size === 'string' ? size : '') ?? []
  return width !== undefined && width === height ? square : other
}
