/** Answers of the AI SDK that are not text: embeddings, rankings, audio, images. */
import type { Attributes } from '@opentelemetry/api'
import {
  asNumber,
  isObject,
  asString,
  outputType,
  semconv,
  type Format,
  type OtherAnswer,
} from '../../src/autolog/contract.js'

/** For models (`doEmbed`), and for `embed` and `embedMany`, which add up the tokens of all their calls. */
export const embeddingFormat: Format = {
  operation: 'embeddings',
  request(options) {
    const { value, values = value } = options
    const dimensions = asNumber(options['dimensions'])
    const input = (Array.isArray(values) ? values : [values]).filter((text) => typeof text === 'string')
    const model = asString(options['model']) ?? ''
    return { embeddings: { model, input, ...(dimensions !== undefined && { dimensions }) } }
  },
  answer(result) {
    if (!isObject(result)) throw new TypeError('no answer of an embedding model')
    const tokens = asNumber(isObject(result['usage']) ? result['usage']['tokens'] : undefined)
    const usage = tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens }
    return { embeddings: { object: 'list', data: [], model: '', ...(usage && { usage }) } }
  },
}

type Kind = Parameters<typeof outputType>[0]

interface Reading {
  readonly type?: Kind
  /** What is billed by the request. */
  readonly asked?: (options: Fields) => Usage
  /** What is billed by the answer. */
  readonly counted?: (result: Fields) => Usage
}

/** Counts other than tokens have the names that prices use. */
type Usage = NonNullable<OtherAnswer['usage']> & Readonly<Record<string, number>>
type Fields = Readonly<Record<string, unknown>>

/** A format for answers other than text. */
export function otherFormat(
  operation: NonNullable<Format['operation']>,
  { type, asked, counted }: Reading = {},
): Format {
  return {
    operation,
    request: (options) => ({
      other: { ...(type && outputType(type)), ...choiceCount(options['n']) },
      ...(asked && { usage: asked(options) }),
    }),
    answer(result) {
      const fields = isObject(result) ? result : {}
      const { response, responses } = fields
      const first: unknown = response ?? (Array.isArray(responses) ? responses[0] : undefined)
      const { id, modelId } = isObject(first) ? first : {}
      const usage = counted?.(fields)
      return {
        other: {
          id: asString(id) ?? '',
          model: asString(modelId) ?? '',
          ...(usage && Object.keys(usage).length > 0 && { usage }),
        },
      }
    },
  }
}

function choiceCount(n: unknown): Attributes {
  const wanted = asNumber(n)
  return wanted === undefined || wanted === 1 ? {} : { [semconv.REQUEST_CHOICE_COUNT]: wanted }
}

/** For `generateImage` and image models. From 6 on, some have token counts. */
export const imageFormat = otherFormat('generate_content', {
  type: 'image',
  counted({ images, usage }) {
    const { inputTokens, outputTokens, totalTokens } = isObject(usage) ? usage : {}
    const [input, output] = [asNumber(inputTokens), asNumber(outputTokens)]
    const tokens = input !== undefined || output !== undefined
    return {
      ...(Array.isArray(images) && images.length > 0 && { generated_images: images.length }),
      ...(tokens && {
        prompt_tokens: input ?? 0,
        completion_tokens: output ?? 0,
        total_tokens: asNumber(totalTokens) ?? (input ?? 0) + (output ?? 0),
      }),
    }
  },
})

/** For `generateSpeech` and speech models, which are billed by the text that they read aloud. */
export const speechFormat = otherFormat('generate_content', {
  type: 'speech',
  asked: ({ text }) => (typeof text === 'string' && text !== '' ? { input_characters: text.length } : {}),
})

/** For `transcribe` and transcription models. */
export const transcriptFormat = otherFormat('generate_content', {
  type: 'text',
  counted({ durationInSeconds }) {
    const seconds = asNumber(durationInSeconds)
    return seconds === undefined || seconds <= 0 ? {} : { input_seconds: seconds }
  },
})
