/** A wire format as what callers write and read. A target that speaks it gets the body as it is. */
import { missingFormat } from '../../kernel/catalogue.js'
import type { ChatChunk, ChatRequest } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { withJsonSchemas } from '../answers/schema.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { ClientContext } from '../context.js'
import { withToldUsage } from '../facts/told-usage.js'
import type { ItemWriter } from '../streams/chat-reading.js'
import { encoding, encodingFor } from '../transport/failure.js'
import type { CallerFormat, Exchange } from './exchange.js'

/** What a format's own servers do beyond its codec. */
export interface FormatDetails {
  /** Fields that the codec leaves to servers. @throws UnsupportedParameterError unless `dropUnsupported`. */
  check?(body: JsonObject, context: EncodeContext): void
  /** The body for a server of the format, with what differs at the target of `run`, as such a server is known to take it. */
  fit?(body: JsonObject, run: AttemptRun, request: ChatRequest, context: EncodeContext): JsonObject
  /** Undoes in answers what `fit` does to schemas. */
  readonly restore?: {
    whole(answer: JsonObject, request: ChatRequest): JsonObject
    events(request: ChatRequest, wrapped: boolean): (event: JsonObject) => readonly JsonObject[]
  }
  /** What answers repeat of their request. */
  echo?(body: JsonObject): JsonObject
  /** The field of events that holds the answer, with its echo. */
  readonly echoIn?: string
  finish?(body: object): object
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
    write: (chat, exchange) => ({ ...codecIn(exchange).encodeResponse(withToldUsage(chat)), ...echoOf(exchange) }),
    ...(details.finish && { finish: details.finish }),
    writer(exchange, native) {
      const restoring = (wrapped: boolean) => restore?.events(exchange.request, wrapped) ?? asItIs
      const translating = new Translator(codecIn(exchange), echoOf(exchange), details.echoIn, restoring(false))
      if (!native) return translating
      const restored = restoring(true)
      return {
        event: (wire) => (isObject(wire) ? restored(wire) : []),
        end: () => [],
        whole: (chunks) => translating.whole(chunks),
      }
    },
  }
}

const asItIs = (event: JsonObject): readonly JsonObject[] => [event]

/** @throws ConfigError when this client was not given it. */
function codecOf({ catalogue }: ClientContext, id: ProtocolId): ChatProtocol {
  const format = catalogue.protocols.get(id)
  if (format?.kind === 'chat') return format
  throw missingFormat(catalogue, id, 'protocols')
}

/** Where the format says model and streaming in the path, a caller of this client says them in the body. */
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

/** Writes events of the caller's format from what any other format meant. */
class Translator implements ItemWriter<JsonObject> {
  private readonly encoder: ReturnType<ChatProtocol['createStreamEncoder']>
  private readonly echo: JsonObject
  private readonly echoIn: string | undefined

  private readonly restore: (event: JsonObject) => readonly JsonObject[]

  constructor(codec: ChatProtocol, echo: JsonObject, echoIn: string | undefined, restore: Translator['restore']) {
    this.encoder = codec.createStreamEncoder()
    this.echo = echo
    this.echoIn = echoIn
    this.restore = restore
  }

  event(_wire: unknown, chunks: readonly ChatChunk[]): readonly JsonObject[] {
    const items: JsonObject[] = []
    for (const chunk of chunks) this.add(items, this.encoder.push(withToldUsage(chunk)))
    return items
  }

  end(chunks: readonly ChatChunk[]): readonly JsonObject[] {
    const items = [...this.event(undefined, chunks)]
    this.add(items, this.encoder.end())
    return items
  }

  whole(chunks: readonly ChatChunk[]): readonly JsonObject[] {
    return this.end(chunks)
  }

  private add(items: JsonObject[], events: readonly { readonly data: unknown }[]): void {
    for (const { data } of events) {
      if (!isObject(data)) continue
      const held = this.echoIn === undefined ? undefined : data[this.echoIn]
      const whole = isObject(held) ? { ...data, [this.echoIn as string]: { ...held, ...this.echo } } : data
      items.push(...this.restore(whole))
    }
  }
}
