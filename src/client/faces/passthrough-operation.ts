/** Operations in OpenAI's own shape, passed on as they are, except for the model's name and the key. */
import { missingFormat } from '../../kernel/catalogue.js'
import { StreamError } from '../../kernel/errors.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { JsonObject, PassthroughId } from '../../kernel/protocol.js'
import { providerErrorOf } from '../../protocols/openai-chat/error.js'
import { factsOf } from '../../protocols/shared/passthrough-facts.js'
import { outputType } from '../../telemetry/spans/attributes.js'
import type { Replacement } from '../call/answer.js'
import { splitArguments } from '../call/call-arguments.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { LogicalCall } from '../call/logical-call.js'
import type { AskedCall, Operation } from '../call/operation.js'
import type { ClientContext } from '../context.js'
import { deliverBytes, NO_COUNTS, openBytes } from '../streams/passthrough-bytes.js'
import { openPassthroughEvents } from '../streams/passthrough-events.js'
import { readJson, readText, type WireAnswer } from '../transport/body.js'
import { readFields } from '../transport/multipart.js'
import type { StreamItem } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import { sendTo, type PassthroughRequest } from './passthrough-request.js'

/** An operation that answers with JSON, or with events when `stream` is set. */
export function passthroughJson(id: PassthroughId): Operation<PassthroughRequest, StreamItem<JsonObject>> {
  return {
    read(client, given, options) {
      const asked = read(client, id, given, options)
      return { ...asked, stream: asked.request.body['stream'] === true }
    },
    prepare,
    replace,
    async attempt(run, request) {
      const wire = await readAnswer(request, run, await sendTo(run, request))
      return { other: factsOf(wire), body: wire }
    },
    body: ({ body }) => body ?? {},
    async open(run, request) {
      return openPassthroughEvents(run, request.format, await sendTo(run, request))
    },
    // A server that does not stream this operation answers so.
    pieces: ({ body }) => (body ? [body as JsonObject] : []),
  }
}

/** An operation that answers with bytes. */
export function passthroughBytes(id: PassthroughId): Operation<PassthroughRequest, Uint8Array> {
  return {
    read: (client, given, options) => ({ ...read(client, id, given, options), stream: true }),
    prepare,
    replace,
    // It is always a stream.
    attempt: () => Promise.resolve({ other: NO_COUNTS }),
    body: () => ({}),
    open: async (run, request) => openBytes(run, await sendTo(run, request)),
    pieces: ({ body }) => (body instanceof Uint8Array ? [body] : []),
    deliver: deliverBytes,
  }
}

function read(
  client: ClientContext,
  id: PassthroughId,
  given: object,
  options: CallOptions | undefined,
): Omit<AskedCall<PassthroughRequest>, 'stream'> {
  const { body, options: own } = splitArguments(given, options)
  const format = client.catalogue.passthroughs.get(id)
  if (!format) throw missingFormat(client.catalogue, id, 'protocols')
  const { model } = body as { model: string }
  const attributes = format.outputType && outputType(format.outputType)
  return {
    input: {
      operation: format.operation,
      model,
      options: own,
      request: undefined,
      body: { request: body, made: format.outputType },
      ...(attributes && { attributes }),
    },
    request: { format, body: body as JsonObject, fields: [] },
  }
}

const replace = (request: PassthroughRequest, { body }: Replacement): PassthroughRequest =>
  body ? { ...request, body: body.request as JsonObject } : request

/** An uploaded stream may never end. @throws the reason of the call's abort. */
async function prepare(call: LogicalCall, request: PassthroughRequest): Promise<PassthroughRequest> {
  const { format, body } = request
  if (format.request !== 'multipart') return request
  const fields = await call.limits.race(readFields(body))
  call.demand.uploads(fields.flatMap(([, value]) => (typeof value === 'string' ? [] : [value.size])))
  return { ...request, fields }
}

async function readAnswer(
  { format, body }: PassthroughRequest,
  run: AttemptRun,
  answer: WireAnswer,
): Promise<JsonObject> {
  const type = answer.response.headers.get('content-type')
  if (format.textFormats?.includes(asString(body['response_format']) ?? '') && !/json|html/i.test(type ?? '')) {
    return { text: await readText(answer, run.limits) }
  }
  const wire = await readJson(answer, run.limits)
  if (!isObject(wire))
    throw new StreamError(`expected an object from ${answer.host}, got ${typeName(wire)}`, answer.fields)
  // Only this key: an answer may have a `message` of its own.
  const failure = wire['error'] == null ? undefined : providerErrorOf(wire)
  if (failure) throw failure
  return wire
}
