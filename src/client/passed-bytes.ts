/** An answer of bytes, such as speech: a `Response` whose body is read under the limits of the call, and ends it. */
import { StreamError } from '../kernel/errors.js'
import { providerErrorOf } from '../protocols/openai-chat/error.js'
import { BodyReader, readJson, type WireAnswer } from './body.js'
import type { AttemptRun, LogicalCall, OtherAnswer } from './call.js'
import { committedFailure } from './failure.js'
import type { WithMeta } from './types.js'

/** Nothing is counted in bytes of audio. */
const NO_COUNTS: OtherAnswer = { id: '', model: '' }

/** A body that nobody reads must not keep its socket and its span open. */
const unread = new FinalizationRegistry<ByteSource>((source) => source.stop())

/** Reads the first bytes. Until then every failure is the attempt's, and may fall back. */
export async function openBytes(call: LogicalCall, run: AttemptRun, answer: WireAnswer): Promise<WithMeta<Response>> {
  const { response, host, fields } = answer
  const type = response.headers.get('content-type') ?? ''
  if (/\bjson\b/i.test(type))
    throw (
      providerErrorOf(await readJson(answer, run.limits)) ??
      new StreamError(`expected bytes from ${host}, got JSON`, fields)
    )
  if (/^text\/html/i.test(type)) throw new StreamError(`expected bytes from ${host}, got text/html`, fields)
  const source = new ByteSource(call, run, answer)
  const first = await source.read()
  if (!first) throw new StreamError(`expected bytes from ${host}, got an empty body`, fields)
  call.telemetry.chunk()
  run.limits.stop('firstChunk')
  call.limits.unref()
  const body = streamOf(source, first)
  unread.register(body, source)
  const headers = new Headers(response.headers)
  // The bytes are unpacked by now.
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name)
  const own = new Response(body, { status: response.status, headers })
  return Object.defineProperty(own, '_meta', {
    value: call.describe(run, NO_COUNTS),
    enumerable: true,
  }) as WithMeta<Response>
}

/** Apart from {@link openBytes}, whose answer it must not keep alive. */
function streamOf(source: ByteSource, first: Uint8Array): ReadableStream<Uint8Array> {
  let ahead: Uint8Array | undefined = first
  return new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        const piece = ahead ?? (await source.next())
        ahead = undefined
        if (piece) sink.enqueue(piece)
        else sink.close()
      },
      cancel: () => source.stop(),
    },
    { highWaterMark: 0 },
  )
}

class ByteSource {
  private readonly call: LogicalCall
  private readonly run: AttemptRun
  private readonly answer: WireAnswer
  private readonly reader: BodyReader
  private settled = false

  constructor(call: LogicalCall, run: AttemptRun, answer: WireAnswer) {
    this.call = call
    this.run = run
    this.answer = answer
    this.reader = new BodyReader(answer, run.limits.signal)
  }

  async read(): Promise<Uint8Array | undefined> {
    const { limits } = this.run
    limits.start('idle', this.call.timeout.idle)
    try {
      return await this.reader.read()
    } finally {
      limits.stop('idle')
    }
  }

  /** @throws the error that ends the call. */
  async next(): Promise<Uint8Array | undefined> {
    const { call, run, answer } = this
    let piece: Uint8Array | undefined
    try {
      piece = await this.read()
    } catch (thrown) {
      if (this.settled) return undefined
      this.settled = true
      const error = call.limits.abortedByCaller
        ? call.limits.signal.reason
        : committedFailure(run.locate(thrown), undefined, answer.fields)
      run.finish(error)
      throw call.fail(error)
    }
    if (!piece) this.succeed()
    return piece
  }

  /** The reader wants no more. */
  stop(): void {
    if (this.settled) return
    this.reader.cancel()
    this.succeed()
  }

  private succeed(): void {
    if (this.settled) return
    this.settled = true
    this.run.finish()
    this.call.succeed(this.run, { other: NO_COUNTS })
  }
}
