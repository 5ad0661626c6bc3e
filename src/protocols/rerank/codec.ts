/** Rerank formats differ in a few names: each is a row of {@link RerankDialect} for one codec. */
import { StreamError } from '../../kernel/errors.js'
import type { RerankRequest, RerankResponse, RerankResult } from '../../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../../kernel/json.js'
import { limitsOf } from '../../kernel/limits.js'
import type {
  DecodeOptions,
  EncodeContext,
  EncodedRequest,
  FieldTable,
  JsonObject,
  ProtocolId,
  RerankProtocol,
  WireError,
} from '../../kernel/protocol.js'
import { decodeError, providerErrorOf } from '../openai-chat/error.js'
import { rawOf, rawReader } from '../shared/raw.js'
import { answerObject, badRequest, requestObject } from '../shared/malformed.js'
import { wireCount } from '../shared/count.js'

export interface RerankDialect {
  readonly id: ProtocolId
  readonly path: string
  /** Field for the number of results. */
  readonly topField: 'top_n' | 'top_k'
  /** Field of the answer that lists the results. */
  readonly resultsField: 'results' | 'data'
  /** Takes `return_documents`. */
  readonly returnsDocuments: boolean
  /** Takes documents that are objects, such as images; the others take texts. */
  readonly takesObjects: boolean
  /** A result's document is a text, not an object with a `text`. */
  readonly plainDocuments: boolean
  /** Counts are in `meta`, not in `usage`. */
  readonly countsInMeta: boolean
  /** Names of several words, for an SDK that writes them in camelCase. */
  readonly fields?: FieldTable
  /** Field of an error body that holds the message. */
  readonly errorField: 'message' | 'detail'
}

type RerankDocument = RerankRequest['documents'][number]

export function createRerankCodec(dialect: RerankDialect): RerankProtocol {
  const { id, path, topField, resultsField } = dialect
  const ownRaw = rawReader(id)

  function encodeDocument(document: RerankDocument, context: EncodeContext): RerankDocument {
    if (typeof document === 'string' || dialect.takesObjects) return document
    const isText = typeof document.text === 'string' && Object.keys(document).length === 1
    if (!isText)
      limitsOf(context).unsupported('documents with more than a text', 'give texts; YAML keeps the names of fields')
    return asString(document.text) ?? ''
  }

  function encodeRequest(request: RerankRequest, context: EncodeContext): EncodedRequest {
    const { query, documents, top_n: top, return_documents: returns, extra_body: extra, raw } = request
    if (returns && !dialect.returnsDocuments) {
      limitsOf(context).unsupported('return_documents', 'results name documents by their place')
    }
    const body = compact({
      model: context.model,
      query,
      documents: documents.map((document) => encodeDocument(document, context)),
      [topField]: top,
      return_documents: dialect.returnsDocuments ? returns : undefined,
      ...ownRaw(raw),
      ...extra,
    })
    return { path, body }
  }

  function decodeRequest(wire: unknown, options: DecodeOptions = {}): RerankRequest {
    const { model, query, documents, [topField]: top, return_documents: returns, ...extra } = requestObject(wire)
    const count = asNumber(top)
    const head = {
      model: asString(model) ?? '',
      ...(count !== undefined && { top_n: count }),
      ...(typeof returns === 'boolean' && { return_documents: returns }),
    }
    if (options.content === false) return { ...head, query: '', documents: [] }
    if (!Array.isArray(documents)) throw badRequest('it has no `documents`')
    return {
      ...head,
      query: asString(query) ?? '',
      documents: (documents as unknown[]).filter(
        (document): document is RerankDocument => typeof document === 'string' || isObject(document),
      ),
      ...rawOf(id, extra),
    }
  }

  function decodeResponse(body: unknown, options: DecodeOptions = {}): RerankResponse {
    const wire = answerObject(body, providerErrorOf)
    const list = wire[resultsField] ?? wire['results'] ?? wire['data']
    if (!Array.isArray(list)) throw providerErrorOf(wire) ?? new StreamError(`the answer has no \`${resultsField}\``)
    const meta = isObject(wire['meta']) ? wire['meta'] : undefined
    const usage = decodeUsage(wire['usage'] ?? wire['tokens'], meta)
    return {
      id: asString(wire['id']) ?? '',
      model: asString(wire['model']) ?? '',
      results: options.content === false ? [] : (list as unknown[]).map(decodeResult),
      ...(usage && { usage }),
      ...(meta && { meta }),
    }
  }

  function encodeResponse({ id: answerId, model, results, usage, meta }: RerankResponse): JsonObject {
    return {
      ...(dialect.resultsField === 'data' && { object: 'list' }),
      ...(answerId !== '' && { id: answerId }),
      ...(model !== '' && { model }),
      [resultsField]: results.map(({ document, ...result }) => ({
        ...result,
        ...(document && { document: dialect.plainDocuments ? document.text : document }),
      })),
      ...(usage && !dialect.countsInMeta && { usage }),
      ...((meta ?? (usage && dialect.countsInMeta)) && { meta: meta ?? encodeMeta(usage) }),
    }
  }

  function encodeError(error: WireError): JsonObject {
    return { [dialect.errorField]: error.message }
  }

  return {
    id,
    kind: 'rerank',
    operation: 'rerank',
    path,
    ...(dialect.fields && { fields: dialect.fields }),
    encodeRequest,
    decodeRequest,
    decodeResponse,
    encodeResponse,
    decodeError,
    encodeError,
  }
}

function decodeResult(wire: unknown, place: number): RerankResult {
  const index = isObject(wire) ? asNumber(wire['index']) : undefined
  const score = isObject(wire) ? (asNumber(wire['relevance_score']) ?? asNumber(wire['score'])) : undefined
  if (!isObject(wire) || index === undefined || score === undefined) {
    throw new StreamError(`results[${place}] of the answer has no index or no score`)
  }
  const document = decodeDocument(wire['document'])
  return { index, relevance_score: score, ...(document && { document }) }
}

/** Some servers give an empty object for a document that was not asked for. */
function decodeDocument(wire: unknown): RerankResult['document'] {
  if (typeof wire === 'string') return { text: wire }
  if (!isObject(wire) || Object.keys(wire).length === 0) return undefined
  return { ...wire, text: asString(wire['text']) ?? '' }
}

/** Tokens from OpenAI's `usage`, or as SiliconFlow counts them, and what Cohere bills from its `meta`. */
function decodeUsage(wire: unknown, meta: JsonObject | undefined): RerankResponse['usage'] {
  const usage = isObject(wire) ? wire : {}
  const billed = isObject(meta?.['billed_units']) ? meta['billed_units'] : {}
  const tokens = isObject(meta?.['tokens']) ? meta['tokens'] : {}
  const prompt =
    wireCount(usage['prompt_tokens']) ?? wireCount(usage['input_tokens']) ?? wireCount(tokens['input_tokens'])
  const total = wireCount(usage['total_tokens']) ?? wireCount(billed['total_tokens']) ?? prompt
  const units = asNumber(usage['search_units']) ?? asNumber(billed['search_units'])
  const cost = wireCount(usage['cost'])
  if (prompt === undefined && total === undefined && units === undefined && cost === undefined) return undefined
  return {
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(total !== undefined && { total_tokens: total }),
    ...(units !== undefined && { search_units: units }),
    ...(cost !== undefined && { cost }),
  }
}

function encodeMeta(usage: RerankResponse['usage']): JsonObject {
  const { prompt_tokens: prompt, total_tokens: total, search_units: units } = usage ?? {}
  return compact({
    billed_units: compact({ search_units: units, total_tokens: total }),
    tokens: prompt === undefined ? undefined : { input_tokens: prompt },
  })
}
