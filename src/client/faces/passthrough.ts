/** Operations in OpenAI's own shape, passed on as they are: the model's name and the key change, and telemetry looks on. */
import { missingFormat } from '../../kernel/catalogue.js'
import { ConfigError, StreamError } from '../../kernel/errors.js'
import { asString, isObject, typeName } from '../../kernel/json.js'
import type { JsonObject, PassthroughFormat, PassthroughId } from '../../kernel/protocol.js'
import { providerErrorOf } from '../../protocols/openai-chat/error.js'
import type { Target } from '../../router/target.js'
import { outputType } from '../../telemetry/attributes.js'
import { splitArguments } from '../call/arguments.js'
import { readJson, readText, type WireAnswer } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { LogicalCall, type ClientContext } from '../call/logical-call.js'
import { execute } from '../call/execute.js'
import { ModelStream } from '../streams/model-stream.js'
import { readFields, writeMultipart, type Fields } from '../transport/multipart.js'
import { openBytes } from '../streams/passed-bytes.js'
import { openPassedEvents } from '../streams/passed-events.js'
import { factsOf } from '../../protocols/shared/passed-facts.js'
import type { EncodedBytes } from '../transport/send.js'
import type { StreamItem, WithMeta } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'

/** One operation, called with its body and options. */
interface Passed {
  readonly call: LogicalCall
  readonly format: PassthroughFormat
  readonly body: JsonObject
  /** Of a multipart body. */
  readonly fields: Fields
}

function formatOf({ provider, model }: Target, id: PassthroughId): PassthroughFormat {
  const format = provider.passes(id)
  if (format) return format
  throw new ConfigError(
    'model',
    `the provider \`${provider.id}\` does not take ${id} in this version; add it to providers.${provider.id}.protocol if it does${provider.unspoken}`,
    {
      provider: provider.id,
      model,
    },
  )
}

function begin(
  client: ClientContext,
  id: PassthroughId,
  given: object,
  options: CallOptions | undefined,
): Omit<Passed, 'fields'> {
  const { body, options: callOptions } = splitArguments(given, options)
  const format = client.catalogue.passthroughs.get(id)
  if (!format) throw missingFormat(client.catalogue, id, 'protocols')
  const { model } = body as { model: string }
  const attributes = format.outputType && outputType(format.outputType)
  const call = new LogicalCall(client, {
    operation: format.operation,
    model,
    options: callOptions,
    request: undefined,
    body: { request: body, made: format.outputType },
    ...(attributes && { attributes }),
  })
  return { call, format, body: body as JsonObject }
}

/** A stream that the caller uploads may never end. @throws the reason of the call's abort. */
async function withFields(begun: Omit<Passed, 'fields'>): Promise<Passed> {
  const { call, format, body } = begun
  const fields = format.request === 'multipart' ? await call.limits.race(readFields(body)) : []
  call.demand.uploads(fields.flatMap(([, value]) => (typeof value === 'string' ? [] : [value.size])))
  return { ...begun, fields }
}

/** Sends the call to the target of `run`. */
async function sendTo(run: AttemptRun, { format, body, fields }: Passed): Promise<WireAnswer> {
  const { path, decodeError } = formatOf(run.target, format.id)
  const own = { ...run.params, model: run.target.model, ...run.extraBody }
  const codec = { decodeError }
  if (format.request === 'json') return run.send({ path, body: { ...body, ...own } }, codec, body['stream'] === true)
  const changed = await readFields(own)
  const names = new Set(changed.map(([name]) => name))
  const written = await writeMultipart([...fields.filter(([name]) => !names.has(name)), ...changed])
  const encoded: EncodedBytes = { path, body: written.body, headers: { 'content-type': written.contentType } }
  return run.send(encoded, codec, body['stream'] === true)
}

/** An operation that answers with JSON, or with events when `stream` is set. */
export async function passJson(
  client: ClientContext,
  id: PassthroughId,
  given: object,
  options?: CallOptions,
): Promise<WithMeta<JsonObject> | ModelStream<StreamItem<JsonObject>>> {
  const begun = begin(client, id, given, options)
  const { call, body } = begun
  try {
    const passed = await withFields(begun)
    if (body['stream'] === true) {
      const source = await execute(call, async (run) => {
        run.limits.start('firstChunk', run.timeout.firstChunk)
        const answer = await sendTo(run, passed)
        return openPassedEvents(call, run, passed.format, answer)
      })
      return new ModelStream(source)
    }
    const { run, wire } = await execute(call, async (run) => {
      const answer = await sendTo(run, passed)
      const wire = await readAnswer(passed, run, answer)
      run.finish()
      return { run, wire }
    })
    return { ...wire, _meta: call.succeed(run, { other: factsOf(wire) }) }
  } catch (error) {
    throw call.fail(error)
  }
}

/** An operation that answers with bytes. */
export async function passBytes(
  client: ClientContext,
  id: PassthroughId,
  given: object,
  options?: CallOptions,
): Promise<WithMeta<Response>> {
  const begun = begin(client, id, given, options)
  const { call } = begun
  try {
    const passed = await withFields(begun)
    return await execute(call, async (run) => {
      run.limits.start('firstChunk', run.timeout.firstChunk)
      return openBytes(call, run, await sendTo(run, passed))
    })
  } catch (error) {
    throw call.fail(error)
  }
}

async function readAnswer({ format, body }: Passed, run: AttemptRun, answer: WireAnswer): Promise<JsonObject> {
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
