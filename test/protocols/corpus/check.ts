/** Checks one recording against its codec, and says in words without content what did not hold. */
import { createFrameParser } from '../../../src/kernel/frames.js'
import { isObject, parseJson } from '../../../src/kernel/json.js'
import type {
  ChatProtocol,
  DecodeOptions,
  EmbeddingsProtocol,
  EncodeContext,
  EncodedRequest,
  JsonObject,
  Protocol,
  ProtocolId,
  RerankProtocol,
  StreamDecoder,
} from '../../../src/kernel/protocol.js'
import { TracestitchError } from '../../../src/kernel/errors.js'
import { bytesOf, eventsOf, readStream } from '../../contracts/chunks.js'
import { completionMeaning } from '../../contracts/meaning.js'
import { differences } from './equivalent.js'
import type { Recording } from './files.js'
import { protoNames } from './proto-json.js'
import { lost, saidBy, saidByHub } from './said.js'

const SLICE = 700

function slices(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / SLICE) }, (_, at) =>
    bytes.subarray(at * SLICE, (at + 1) * SLICE),
  )
}

/** The error's class and our own words; a provider's message may quote content. */
function described(error: unknown): string {
  if (!(error instanceof Error)) return 'threw no error'
  if (error.name === 'ProviderError') return 'ProviderError'
  return TracestitchError.isInstance(error) ? `${error.name}: ${error.message}` : `${error.name} (a defect)`
}

export interface Findings {
  readonly kinds: ReadonlySet<Kind>
  readonly problems: readonly string[]
}

type Problems = string[]

/** Formats whose fields may be spelled in two ways. */
const PROTO_JSON: ReadonlySet<ProtocolId> = new Set(['gemini-generate', 'gemini-embeddings', 'vertex-embeddings'])

function checkRequest(protocol: Protocol, wire: unknown, path: string | undefined, problems: Problems): void {
  const options = path === undefined ? {} : { path }
  const inBody = isObject(wire) && typeof wire.model === 'string' ? wire.model : ''
  const model = protocol.decodeRequest(wire, options).model || inBody
  const context: EncodeContext = {
    provider: 'a-provider',
    model,
    // Bodies were recorded from servers of every dialect.
    quirks: { cacheControl: true, reasoningContent: true, thinkingBlocks: true },
    dropUnsupported: false,
    warn: () => undefined,
  }
  const { body } = rewritten(protocol, wire, options, context)
  const written = JSON.parse(JSON.stringify(body)) as unknown
  const pair = PROTO_JSON.has(protocol.id) ? [protoNames(wire), protoNames(written)] : [wire, written]
  problems.push(...differences(pair[0], pair[1]).map((difference) => `request ${difference}`))
}

function rewritten(protocol: Protocol, wire: unknown, options: DecodeOptions, context: EncodeContext): EncodedRequest {
  if (protocol.kind === 'chat') return protocol.encodeRequest(protocol.decodeRequest(wire, options), context)
  if (protocol.kind === 'rerank') return protocol.encodeRequest(protocol.decodeRequest(wire, options), context)
  if (protocol.kind === 'decisions') return protocol.encodeRequest(protocol.decodeRequest(wire, options), context)
  return protocol.encodeRequest(protocol.decodeRequest(wire, options), context)
}

function checkChatAnswer(protocol: ChatProtocol, wire: JsonObject, problems: Problems): void {
  const completion = protocol.decodeResponse(wire)
  problems.push(...lost(saidBy(protocol.id, [wire], false), saidByHub(completion)).map((field) => `answer: ${field}`))
  const again = protocol.decodeResponse(JSON.parse(JSON.stringify(protocol.encodeResponse(completion))))
  problems.push(
    ...differences(completionMeaning(completion), completionMeaning(again)).map(
      (path) => `answer written again ${path}`,
    ),
  )
}

/** The vectors of an answer, from wherever a format puts them. */
function recordedVectors(wire: JsonObject): readonly unknown[] {
  if (Array.isArray(wire.data)) return (wire.data as JsonObject[]).map(({ embedding }) => embedding)
  if (Array.isArray(wire.embedding)) return [wire.embedding]
  const { embeddings = isObject(wire.embedding) ? [wire.embedding] : undefined, predictions } = wire
  if (Array.isArray(predictions))
    return (predictions as { embeddings: { values: unknown } }[]).map(({ embeddings: { values } }) => values)
  if (isObject(embeddings))
    return (Object.values(embeddings).find((list) => Array.isArray(list)) as unknown[] | undefined) ?? []
  return Array.isArray(embeddings)
    ? (embeddings as unknown[]).map((vector) => (isObject(vector) ? (vector.values ?? vector.embedding) : vector))
    : []
}

function recordedTokens(wire: JsonObject): unknown {
  if (wire.inputTextTokenCount !== undefined) return wire.inputTextTokenCount
  if (isObject(wire.usageMetadata)) return wire.usageMetadata.promptTokenCount
  if (Array.isArray(wire.predictions)) {
    const predictions = wire.predictions as { embeddings: { statistics: { token_count: number } } }[]
    return predictions.reduce((sum, { embeddings: { statistics } }) => sum + statistics.token_count, 0)
  }
  const billed =
    isObject(wire.meta) && isObject(wire.meta.billed_units) ? wire.meta.billed_units.input_tokens : undefined
  return isObject(wire.usage) ? wire.usage.total_tokens : (billed ?? wire.prompt_eval_count)
}

function checkEmbeddings(protocol: EmbeddingsProtocol, wire: JsonObject, problems: Problems): void {
  const answer = protocol.decodeResponse(wire)
  const recorded = recordedVectors(wire)
  if (answer.data.length !== recorded.length) problems.push('answer: number of embeddings')
  answer.data.forEach(({ embedding }, at) => {
    const source = recorded[at]
    const length =
      typeof source === 'string' ? Buffer.from(source, 'base64').length / 4 : Array.isArray(source) ? source.length : -1
    if (embedding.length !== length || !embedding.every(Number.isFinite)) problems.push('answer: embedding')
  })
  if (answer.usage?.total_tokens !== recordedTokens(wire)) problems.push('answer: usage')
  if (answer.model !== (wire.model ?? '')) problems.push('answer: model')
}

function checkRanking(protocol: RerankProtocol, wire: JsonObject, problems: Problems): void {
  const answer = protocol.decodeResponse(wire)
  const recorded = [wire.results, wire.data].find((list) => Array.isArray(list)) as JsonObject[]
  const ranks = (list: readonly { index?: unknown; relevance_score?: unknown }[]): unknown[] =>
    list.map(({ index, relevance_score: score }) => [index, score])
  problems.push(...differences(ranks(recorded), ranks(answer.results)).map((path) => `answer results ${path}`))
  const again = protocol.decodeResponse(JSON.parse(JSON.stringify(protocol.encodeResponse(answer))))
  problems.push(...differences(answer, again).map((path) => `answer written again ${path}`))
}

/** The events of a stream, read by the frame reader alone. */
function payloads(protocol: ChatProtocol, bytes: Uint8Array): JsonObject[] {
  const parser = createFrameParser(protocol.framing)
  return [...parser.push(bytes), ...parser.end()].map(({ data }) => parseJson(data)).filter(isObject)
}

function checkStream(protocol: ChatProtocol, bytes: Uint8Array, problems: Problems): void {
  const { completion, chunks, done } = readStream(protocol, slices(bytes))
  if (!done) problems.push('stream: its end was not seen')
  problems.push(
    ...lost(saidBy(protocol.id, payloads(protocol, bytes), true), saidByHub(completion)).map(
      (field) => `stream: ${field}`,
    ),
  )
  const again = readStream(protocol, [bytesOf(protocol, eventsOf(protocol, chunks))])
  problems.push(
    ...differences(completionMeaning(completion), completionMeaning(again.completion)).map(
      (path) => `stream written again ${path}`,
    ),
  )
}

function isError(wire: unknown): boolean {
  return isObject(wire) && (isObject(wire.error) || typeof wire.error === 'string')
}

function expectsError(run: () => unknown, problems: Problems): void {
  try {
    run()
    problems.push('error: was read as an answer')
  } catch (error) {
    if (described(error) !== 'ProviderError') problems.push(`error: ${described(error)}`)
  }
}

function pushAll(decoder: StreamDecoder, events: readonly JsonObject[]): void {
  for (const event of events) decoder.push(event, typeof event.type === 'string' ? event.type : undefined)
}

type Kind = 'request' | 'answer' | 'stream' | 'error'
type Attempt = (kind: Kind, run: () => void) => void

function checkOneStream(protocol: ChatProtocol, stream: Uint8Array, attempt: Attempt, problems: Problems): void {
  const events = payloads(protocol, stream)
  if (events.some((event) => isError(event) || event.type === 'error')) {
    attempt('error', () => expectsError(() => pushAll(protocol.createStreamDecoder(), events), problems))
  } else attempt('stream', () => checkStream(protocol, stream, problems))
}

export function check(protocol: Protocol, recording: Recording): Findings {
  const problems: Problems = []
  const kinds = new Set<Kind>()
  const attempt: Attempt = (kind, run) => {
    kinds.add(kind)
    try {
      run()
    } catch (error) {
      problems.push(`${kind}: ${described(error)}`)
    }
  }
  const { request, answer, streams = [], status, path } = recording
  // A request that the provider itself refused as malformed proves nothing about the codec.
  if (request !== undefined && status < 400) attempt('request', () => checkRequest(protocol, request, path, problems))
  if (status >= 400) {
    attempt('error', () => {
      if (!protocol.decodeError(answer)?.message) problems.push('error: was not understood')
    })
  } else if (answer !== undefined) {
    // The Responses API carries `error: null` in every answer, and a failed one is an answer too.
    if (isError(answer) && !(isObject(answer) && Array.isArray(answer.output)))
      attempt('error', () => expectsError(() => protocol.decodeResponse(answer), problems))
    // A stream of `generateContent` that is not asked for as events is a list.
    else if (protocol.kind === 'chat' && Array.isArray(answer))
      attempt('stream', () => checkChatAnswer(protocol, answer as unknown as JsonObject, problems))
    else if (!isObject(answer)) problems.push('answer: is no object')
    else if (protocol.kind === 'chat') attempt('answer', () => checkChatAnswer(protocol, answer, problems))
    else if (protocol.kind === 'rerank') attempt('answer', () => checkRanking(protocol, answer, problems))
    else if (protocol.kind === 'decisions') attempt('answer', () => void protocol.decodeResponse(answer))
    else attempt('answer', () => checkEmbeddings(protocol, answer, problems))
  }
  for (const stream of protocol.kind === 'chat' ? streams : [])
    checkOneStream(protocol as ChatProtocol, stream, attempt, problems)
  return { kinds, problems: [...new Set(problems)] }
}
