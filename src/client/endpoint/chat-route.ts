/** Routes of chat: one for each wire format, whatever the target speaks. */
import { encodeFrame, FRAMING_MEDIA_TYPES, type Framing } from '../../kernel/frames.js'
import type { JsonObject, ProtocolId, WireEvent } from '../../kernel/protocol.js'
import type { Operation } from '../call/operation.js'
import { perform } from '../call/perform.js'
import { face } from '../faces/face.js'
import type { CallerFormat } from '../faces/exchange.js'
import { ModelStream } from '../streams/model-stream.js'
import type { CallMeta, StreamItem, WithMeta } from '../types/meta.js'
import { askedOf } from './asked.js'
import { errorBody, failureOf, type Failure } from './error-answer.js'
import type { Incoming } from './incoming.js'
import { bytesOf, metaHeaders, type StreamWriter } from './outgoing.js'
import type { EndpointContext, PathParts, Route } from './route-table.js'

/** How a format of chat is served. */
export interface ChatRow {
  readonly format: ProtocolId
  readonly paths: readonly (string | RegExp)[]
  readonly caller: CallerFormat<JsonObject>
  readonly framing?: Framing
  /** The name of an event, where its framing has names. */
  readonly eventName?: (item: JsonObject) => string | undefined
  /** Ends a stream. */
  readonly last?: '[DONE]'
  /** Headers of the caller that go to a target of the same format. */
  readonly forward?: readonly string[]
  /** The caller's body with `model` and `stream` in it, for a format that has them elsewhere. */
  readonly complete?: (body: JsonObject, parts: PathParts) => JsonObject
  /** A failure within a stream. Default: the format's error body. */
  readonly failed?: (body: JsonObject, failure: Failure) => WireEvent
  /** Whether a stream is written as one list of JSON. */
  readonly asList?: (incoming: Incoming) => boolean
}

/** An answer that comes as a stream, with what is known of it at its beginning. */
class Opened {
  readonly stream: ModelStream<JsonObject>
  readonly meta: CallMeta

  constructor(stream: ModelStream<JsonObject>, meta: CallMeta) {
    this.stream = stream
    this.meta = meta
  }
}

export function chatRoute(row: ChatRow): Route {
  const operation = face(row.caller)
  const plain = opening(operation)
  return {
    method: 'POST',
    paths: row.paths,
    errors: row.format,
    async answer(endpoint, incoming, parts) {
      const given = await incoming.json()
      const { body, options } = askedOf(endpoint, incoming, row.complete?.(given, parts) ?? given)
      const headers = forwarded(row, incoming.headers)
      const own = headers ? opening(face(withHeaders(row.caller, headers))) : plain
      const result = await perform(endpoint.client, own, body, options)
      if (result instanceof Opened) return streamed(endpoint, row, incoming, result)
      const { _meta, ...answer } = result as WithMeta<object>
      return Response.json(answer, { headers: metaHeaders(_meta, true) })
    },
  }
}

/** The operation, whose streams say at their beginning what is known of them. */
function opening<Request>(
  operation: Operation<Request, StreamItem<JsonObject>>,
): Operation<Request, StreamItem<JsonObject>> {
  return { ...operation, deliver: (source, meta) => new Opened(new ModelStream(source), meta) }
}

function forwarded({ forward = [] }: ChatRow, headers: Headers): Record<string, string> | undefined {
  const found = forward.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

/** The format, whose requests to a target that speaks it have the caller's own headers too. */
function withHeaders(
  format: CallerFormat<JsonObject>,
  headers: Readonly<Record<string, string>>,
): CallerFormat<JsonObject> {
  return {
    ...format,
    encodeNative(run, exchange) {
      const sent = format.encodeNative?.(run, exchange)
      return sent && { ...sent, encoded: { ...sent.encoded, headers: { ...sent.encoded.headers, ...headers } } }
    },
  }
}

function streamed(endpoint: EndpointContext, row: ChatRow, incoming: Incoming, { stream, meta }: Opened): Response {
  const isList = row.asList?.(incoming) ?? false
  const type = isList ? 'application/json' : FRAMING_MEDIA_TYPES[row.framing ?? 'sse']
  const body = bytesOf(stream, isList ? listWriter(endpoint, row) : frameWriter(endpoint, row), incoming.caller)
  const headers = { 'content-type': type, 'cache-control': 'no-cache', ...metaHeaders(meta, false) }
  return new Response(body, { headers })
}

/** An item without what is for callers in this process. */
function wireOf(item: StreamItem<JsonObject>): JsonObject {
  if (!('_meta' in item)) return item
  const { _meta, ...wire } = item
  return wire
}

function failedBody(endpoint: EndpointContext, row: ChatRow, failure: Failure): WireEvent {
  const body = errorBody(endpoint.client, row.format, failure)
  return row.failed?.(body, failure) ?? { data: body }
}

function frameWriter(endpoint: EndpointContext, row: ChatRow): StreamWriter<StreamItem<JsonObject>> {
  const { framing, eventName, last } = row
  const isKeyed = framing === 'aws-eventstream'
  return {
    item(item) {
      const wire = wireOf(item)
      if (isKeyed) {
        const [event, data] = Object.entries(wire)[0] ?? []
        return event === undefined ? undefined : encodeFrame({ event, data }, framing)
      }
      const event = eventName?.(wire)
      return encodeFrame({ ...(event !== undefined && { event }), data: wire }, framing)
    },
    end: () => (last === undefined ? undefined : encodeFrame({ data: last }, framing)),
    failed: (error) => encodeFrame(failedBody(endpoint, row, failureOf(error)), framing),
  }
}

function listWriter(endpoint: EndpointContext, row: ChatRow): StreamWriter<StreamItem<JsonObject>> {
  const encoder = new TextEncoder()
  let first = true
  const entry = (value: unknown): Uint8Array => {
    const text = `${first ? '[' : ',\r\n'}${JSON.stringify(value)}`
    first = false
    return encoder.encode(text)
  }
  return {
    item: (item) => entry(wireOf(item)),
    end: () => encoder.encode(first ? '[]' : ']'),
    failed(error) {
      const { data } = failedBody(endpoint, row, failureOf(error))
      return encoder.encode(`${new TextDecoder().decode(entry(data))}]`)
    },
  }
}
