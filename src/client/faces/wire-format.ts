/** A wire format for callers to write and read. A target that speaks it gets the body as it is. */
import { missingFormat } from '../../kernel/catalogue.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { withJsonSchemas } from '../answers/standard-schema.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { ClientContext } from '../context.js'
import { withGivenUsage } from '../facts/given-usage.js'
import { encoding, encodingFor } from '../transport/failure.js'
import type { CallerFormat, Exchange } from './exchange.js'
import { named, Translator } from './translator.js'

/** What servers of a format do beyond its codec. */
export interface FormatDetails {
  /** Checks fields that only servers of the format support. @throws UnsupportedParameterError unless `dropUnsupported`. */
  check?(body: JsonObject, context: EncodeContext): void
  /** The body for a server of the format, with the changes for the target of `run`. */
  fit?(body: JsonObject, run: AttemptRun, request: ChatRequest, context: EncodeContext): JsonObject
  /** Undoes in answers what `fit` does to schemas. */
  readonly restore?: {
    whole(answer: JsonObject, request: ChatRequest): JsonObject
    /** @param wrapped - Whether pieces still have the object around them that `fit` adds. */
    events(request: ChatRequest, wrapped: boolean): (event: JsonObject) => readonly JsonObject[]
  }
  /** Fields of the request that answers repeat. */
  echo?(body: JsonObject): JsonObject
  /** The field of events that holds the answer, with its echo. */
  readonly echoIn?: string
}

export function wireFormat(id: ProtocolId, details: FormatDetails = {}): CallerFormat<JsonObject> {
  const { restore } = details
  const echoOf = ({ body }: Exchange): JsonObject => (body && details.echo?.(body)) ?? {}
  return {
    read(client, written) {
      const body = withJsonSchemas(written) as JsonObject
      const codec = codecOf(client, id)
      const request = encoding(id, () => codec.decodeRequest(body))
      return { request: codec.pathOf ? addressed(request, body) : request, body, codec }
    },
    encodeNative(run, exchange) {
      const { provider, base, model } = run.target
      const own = provider.speaks(id, base ?? model)
      return own && { codec: own, encoded: nativeRequest(run, own, exchange, details), native: true }
    },
    ...(restore && { restoreNative: (answer, { request }) => restore.whole(answer, request) }),
    check: ({ body }, context) => body && details.check?.(body, context),
    write: (chat, exchange) => ({ ...codecIn(exchange).encodeResponse(withGivenUsage(chat)), ...echoOf(exchange) }),
    writer(exchange, native) {
      const codec = codecIn(exchange)
      const restoring = (wrapped: boolean) => restore?.events(exchange.request, wrapped) ?? unchanged
      const translating = new Translator(codec, echoOf(exchange), details.echoIn, restoring(false))
      if (!native) return translating
      const restored = restoring(true)
      return {
        event: (wire, _chunks, name) => (isObject(wire) ? restored(named(codec, wire, name)) : []),
        end: () => [],
        whole: (chunks) => translating.whole(chunks),
      }
    },
  }
}

const unchanged = (event: JsonObject): readonly JsonObject[] => [event]

/** @throws ConfigError when this client does not have the format. */
function codecOf({ catalogue }: ClientContext, id: ProtocolId): ChatProtocol {
  const format = catalogue.protocols.get(id)
  if (format?.kind === 'chat') return format
  throw missingFormat(catalogue, id, 'protocols')
}

/** If the format has model and streaming in the path, callers of this client put them in the body. */
function addressed(request: ChatRequest, { model, stream }: JsonObject): ChatRequest {
  return { ...request, model: model as string, ...(stream === true && { stream }) }
}

function codecIn({ codec }: Exchange): ChatProtocol {
  return codec as ChatProtocol
}

function nativeRequest(
  run: AttemptRun,
  codec: ChatProtocol,
  exchange: Exchange,
  { fit }: FormatDetails,
): EncodedRequest {
  const { target, params, extraBody } = run
  const { body = {}, request } = exchange
  return encodingFor(run.encodeContext, (context) => {
    const fitting = fit ? fit(body, run, request, context) : { ...body, ...params }
    if (!codec.pathOf) return { path: codec.path, body: { ...fitting, model: target.model, ...extraBody } }
    const { model: _model, stream: _stream, ...rest } = fitting
    return { path: codec.pathOf(target.model, request.stream === true), body: { ...rest, ...extraBody } }
  })
}
