/** Answers of the AI SDK that are no text: vectors, orders of documents, sounds, pictures. */
import { isObject, asString, outputType, type Format } from '../../src/autolog/contract.js'

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** Of models (`doEmbed`), and of `embed` and `embedMany`, which add up the tokens of all their calls. */
export const embeddingFormat: Format = {
  operation: 'embeddings',
  request(options) {
    const { value, values = value } = options
    const dimensions = count(options['dimensions'])
    const input = (Array.isArray(values) ? values : [values]).filter((text) => typeof text === 'string')
    const model = asString(options['model']) ?? ''
    return { embeddings: { model, input, ...(dimensions !== undefined && { dimensions }) } }
  },
  answer(result) {
    if (!isObject(result)) throw new TypeError('no answer of an embedding model')
    const tokens = count(isObject(result['usage']) ? result['usage']['tokens'] : undefined)
    const usage = tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens }
    return { embeddings: { object: 'list', data: [], model: '', ...(usage && { usage }) } }
  },
}

/** Of what has no tokens, or none that are told. */
export function otherFormat(
  operation: NonNullable<Format['operation']>,
  type?: Parameters<typeof outputType>[0],
): Format {
  return {
    operation,
    request: () => ({ other: type ? outputType(type) : {} }),
    answer(result) {
      const { response, responses } = isObject(result) ? result : {}
      const first: unknown = response ?? (Array.isArray(responses) ? responses[0] : undefined)
      const { id, modelId } = isObject(first) ? first : {}
      return { other: { id: asString(id) ?? '', model: asString(modelId) ?? '' } }
    },
  }
}
