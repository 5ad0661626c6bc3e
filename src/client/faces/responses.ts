/**
 * `responses`: OpenAI's Responses shape in and out. A target that speaks it gets the body as it is; for
 * any other the hub stands in between.
 */
import { missingFormat } from '../../kernel/catalogue.js'
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { ChatProtocol, EncodedRequest, JsonObject } from '../../kernel/protocol.js'
import { splitArguments } from '../call/arguments.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { LogicalCall, type ClientContext } from '../call/logical-call.js'
import { chatCodec, requestFor } from './chat.js'
import { completed } from '../answers/fill-in.js'
import { execute } from '../call/execute.js'
import { decoding, encoding, encodingFor } from '../transport/failure.js'
import { sendStream, sendWhole } from '../transport/pending.js'
import { ModelStream } from '../streams/model-stream.js'
import { restoredEvents, restoredResponse } from '../answers/restored-responses.js'
import { restored } from '../answers/restored.js'
import { hasTools, withoutIdleToolChoice } from './idle-tool-choice.js'
import { echoOf, refuseKeptThere } from './responses-echo.js'
import { withJsonSchemas } from '../answers/schema.js'
import { withFittedSchemas, withoutRefused } from './responses-native.js'
import { withToldUsage } from '../facts/told-usage.js'
import { openStream, type StreamFace } from '../streams/chat-reading.js'
import { refuseUnfit, tellUnchecked } from '../answers/unfit.js'
import type { StreamItem, WithMeta } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import type { ResponseObject } from '../types/response-object.js'
import type { Responses, ResponsesBody } from '../types/responses.js'

const FORMAT = 'openai-responses'

interface Exchange {
  readonly format: ChatProtocol
  readonly body: JsonObject
  readonly request: ChatRequest
}

export function createResponses(client: ClientContext): Responses {
  async function create(
    given: ResponsesBody,
    options?: CallOptions,
  ): Promise<WithMeta<JsonObject> | ModelStream<StreamItem<JsonObject>>> {
    const { body: written, options: callOptions } = splitArguments(given, options)
    const body = withJsonSchemas(written)
    const format = codecOf(client)
    const request = encoding(FORMAT, () => format.decodeRequest(body))
    const exchange: Exchange = { format, body: body as JsonObject, request }
    const call = new LogicalCall(client, {
      operation: format.operation,
      model: request.model,
      options: callOptions,
      request: { chat: request },
      body: { request: body },
    })
    try {
      if (request.stream === true) return new ModelStream(await execute(call, (run) => stream(call, run, exchange)))
      const { run, chat, wire } = await execute(call, (run) => whole(run, exchange))
      return { ...withText(wire), _meta: call.succeed(run, { chat }) }
    } catch (error) {
      throw call.fail(error)
    }
  }
  return { create: create as Responses['create'] }
}

/** @throws ConfigError when this client was not given it. */
function codecOf({ catalogue }: ClientContext): ChatProtocol {
  const format = catalogue.protocols.get(FORMAT)
  if (format?.kind === 'chat') return format
  throw missingFormat(catalogue, FORMAT, 'protocols')
}

/** The format of the target itself when it speaks the caller's, otherwise its format for chat. */
function encode(
  run: AttemptRun,
  { body, request }: Exchange,
): { codec: ChatProtocol; encoded: EncodedRequest; native: boolean } {
  const { target, extraBody, params } = run
  const own = target.provider.speaks(FORMAT, target.base ?? target.model)
  if (own) {
    const encoded = encodingFor(run.encodeContext, (context) => {
      const fitting = withFittedSchemas(body, request, context)
      // `extra_body` is the caller's own word to the provider.
      const asked: JsonObject = { ...fitting, ...params }
      const taken = withoutRefused(hasTools(extraBody) ? asked : withoutIdleToolChoice(asked, context), context)
      return { path: own.path, body: { ...taken, model: target.model, ...extraBody } }
    })
    return { codec: own, encoded, native: true }
  }
  const codec = chatCodec(target)
  const encoded = encodingFor(run.encodeContext, (context) => {
    refuseKeptThere(body, context)
    return codec.encodeRequest(withoutIdleToolChoice(requestFor(request, run), context), context)
  })
  return { codec, encoded, native: false }
}

async function whole(
  run: AttemptRun,
  exchange: Exchange,
): Promise<{ run: AttemptRun; chat: ChatCompletion; wire: JsonObject }> {
  const { codec, encoded, native } = encode(run, exchange)
  const { answer, wire: body } = await sendWhole(run, codec, encoded)
  const reader = restored(completed(codec, run.target, answer, encoded), exchange.request)
  const chat = decoding(() => reader.decodeResponse(body))
  await refuseUnfit(run, chat, { request: { ...exchange.request, ...run.params } })
  const wire =
    native && isObject(body)
      ? restoredResponse(body, exchange.request)
      : decoding(() => ({ ...exchange.format.encodeResponse(withToldUsage(chat)), ...echoOf(exchange.body) }))
  run.finish()
  return { run, chat, wire }
}

async function stream(call: LogicalCall, run: AttemptRun, exchange: Exchange) {
  const { codec: written, encoded, native } = encode(run, exchange)
  tellUnchecked(run)
  run.limits.start('firstChunk', run.timeout.firstChunk)
  const answer = await sendStream(run, written, encoded)
  const codec = restored(completed(written, run.target, answer, encoded), exchange.request)
  const face = native ? nativeFace(codec, exchange) : translatingFace(codec, exchange)
  const encodeWhole = translatingFace(codec, exchange)
  const all = (chunks: readonly ChatChunk[]): readonly JsonObject[] => [
    ...encodeWhole.event(undefined, chunks),
    ...encodeWhole.end([]),
  ]
  return openStream<JsonObject>({ call, run, answer, face, whole: all, choices: 1 })
}

function nativeFace(codec: ChatProtocol, { request }: Exchange): StreamFace<JsonObject> {
  const restore = restoredEvents(request)
  return { codec, event: (wire) => (isObject(wire) ? restore(wire) : []), end: () => [] }
}

function translatingFace(codec: ChatProtocol, { format, body }: Exchange): StreamFace<JsonObject> {
  const encoder = format.createStreamEncoder()
  const echo = echoOf(body)
  const withEcho = (event: JsonObject): JsonObject =>
    isObject(event['response']) ? { ...event, response: { ...event['response'], ...echo } } : event
  const data = (events: readonly { readonly data: unknown }[]): JsonObject[] =>
    events.flatMap((event) => (isObject(event.data) ? [withEcho(event.data)] : []))
  const event = (_wire: unknown, chunks: readonly ChatChunk[]): JsonObject[] =>
    chunks.flatMap((chunk) => data(encoder.push(withToldUsage(chunk))))
  return { codec, event, end: (chunks) => [...event(undefined, chunks), ...data(encoder.end())] }
}

/** The `openai` package adds `output_text` to what comes over the wire, and its users expect it. */
function withText(wire: JsonObject): ResponseObject {
  const text = asArray(wire['output'])
    .flatMap((item) => (isObject(item) && item['type'] === 'message' ? asArray(item['content']) : []))
    .map((part) =>
      isObject(part) && part['type'] === 'output_text' && typeof part['text'] === 'string' ? part['text'] : '',
    )
    .join('')
  return { output_text: text, ...wire } as ResponseObject
}
