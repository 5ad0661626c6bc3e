/** Cohere's embeddings, second version: https://docs.cohere.com/reference/embed */
import { StreamError } from '../kernel/errors.js'
import { asArray, asNumber, asString, compact, isObject } from '../kernel/json.js'
import { META } from './cohere-chat/fields.js'
import { decodeError, providerErrorOf } from './openai-chat/error.js'
import { vectorsOf } from './shared/cohere-vectors.js'
import { embeddingsCodec } from './shared/embeddings-codec.js'
import { unknownFields } from './shared/raw.js'
import { wireCount } from './shared/count.js'
import { COHERE_INPUT_TYPES, DEFAULT_INPUT_TYPE } from './shared/cohere-input-types.js'

const PATH = '/v2/embed'

/** Texts a call (https://docs.cohere.com/reference/embed#request.body.texts). */
const MAX_TEXTS = 96

const KNOWN: ReadonlySet<string> = new Set(['id', 'model', 'embeddings'])

/** Cohere's embeddings API, version 2 (https://docs.cohere.com/reference/embed). */
export const cohereEmbeddings = embeddingsCodec({
  id: 'cohere-embeddings',
  path: PATH,
  fields: { embedding_types: true, input_type: true, output_dimension: true, ...META },
  maxInputs: () => MAX_TEXTS,
  inputTypes: COHERE_INPUT_TYPES,
  native: ['images', 'inputs', 'embedding_types', 'output_dimension', 'truncate', 'max_tokens', 'priority'],
  /** `input_type`, `images`, `truncate` and the like come in `extra_body`, or from the wire in `raw`. */
  encodeRequest({ texts, dimensions, encoding_format: format, extra }, context) {
    if (extra['input_type'] === undefined) context.warn(`\`input_type\` is not given: ${DEFAULT_INPUT_TYPE} is sent`)
    const isOther = texts.length === 0 && (extra['images'] !== undefined || extra['inputs'] !== undefined)
    const body = compact({
      model: context.model,
      texts: isOther ? undefined : texts,
      input_type: DEFAULT_INPUT_TYPE,
      embedding_types: [format === 'base64' ? 'base64' : 'float'],
      output_dimension: dimensions,
      ...extra,
    })
    return { path: PATH, body }
  },
  readRequest({ model, texts, output_dimension: dimensions, embedding_types: types, ...extra }) {
    const [type, ...others] = asArray(types)
    const format = others.length === 0 && (type === 'float' || type === 'base64') ? type : undefined
    return {
      model,
      dimensions,
      ...(format && { format }),
      content: () => ({
        input: asArray(texts).filter((text) => typeof text === 'string'),
        rest: { ...extra, ...(types !== undefined && !format && { embedding_types: types }) },
      }),
    }
  },
  providerErrorOf,
  readAnswer(wire) {
    const { embeddings } = wire
    if (embeddings == null) return undefined
    const meta = isObject(wire['meta']) ? wire['meta'] : {}
    const tokens = isObject(meta['tokens']) ? meta['tokens'] : {}
    const billed = isObject(meta['billed_units']) ? meta['billed_units'] : {}
    const counts = [wireCount(billed['input_tokens']), asNumber(billed['image_tokens'])].filter(
      (count) => count !== undefined,
    )
    const units = counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : undefined
    return {
      model: wire['model'],
      id: wire['id'],
      tokens: wireCount(tokens['input_tokens']) ?? units,
      content() {
        const found = vectorsOf(embeddings)
        if (!found) throw new StreamError('the answer has no vectors of numbers')
        const { type, vectors } = found
        const others = isObject(embeddings) ? unknownFields(embeddings, new Set([type])) : undefined
        const rest = {
          ...unknownFields(wire, KNOWN),
          ...(others && { embeddings: others }),
          ...(type !== 'float' && type !== 'base64' && { embedding_type: type }),
        }
        return { vectors, rest }
      },
    }
  },
  encodeResponse({ id, model, data, usage }, { embeddings: others, embedding_type: type, ...rest }) {
    return {
      id: id ?? '',
      ...(model !== '' && { model }),
      embeddings: {
        [asString(type) ?? 'float']: data.map(({ embedding }) => embedding),
        ...(isObject(others) && others),
      },
      texts: [],
      meta: { api_version: { version: '2' }, ...(usage && { billed_units: { input_tokens: usage.prompt_tokens } }) },
      response_type: 'embeddings_by_type',
      ...rest,
    }
  },
  decodeError,
  /** The format's errors have only a message; the status says the rest. */
  encodeError: ({ message }) => ({ message }),
})
