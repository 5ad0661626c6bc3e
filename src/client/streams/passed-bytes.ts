/** An answer of bytes, such as speech: a `Response` whose body is read under the limits of the call, and ends it. */
import { StreamError } from '../../kernel/errors.js'
import { providerErrorOf } from '../../protocols/openai-chat/error.js'
import { readBytes, readJson, refusePage, type WireAnswer } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { Answer, LogicalCall, OtherAnswer } from '../call/logical-call.js'
import type { StreamSource } from './model-stream.js'
import { openCommitted, type StreamReading } from './stream-attempt.js'
import type { WithMeta } from '../types/meta.js'

/** Nothing is counted in bytes of audio. */
const NO_COUNTS: OtherAnswer = { id: '', model: '' }

/** A body that nobody reads must not keep its socket and its span open. */
const unread = new FinalizationRegistry<StreamSource<Uint8Array>>((source) => source.stop())

/** Reads the first bytes. Until then every failure is the attempt's, and may fall back. */
export async function openBytes(call: LogicalCall, run: AttemptRun, answer: WireAnswer): Promise<WithMeta<Response>> {
  const { response, host, fields } = answer
  if (/\bjson\b/i.test(response.headers.get('content-type') ?? ''))
    throw (
      providerErrorOf(await readJson(answer, run.limits)) ??
      new StreamError(`expected bytes from ${host}, got JSON`, fields)
    )
  refusePage(answer, 'bytes')
  const pieces = readBytes(answer, run.limits, run.timeout.idle)
  const source = await openCommitted({ call, run, wire: answer, pieces, reading: new ByteReading(answer) })
  const body = streamOf(source)
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
function streamOf(source: StreamSource<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        const { done, value } = await source.next()
        if (done) sink.close()
        else sink.enqueue(value)
      },
      cancel: () => source.stop(),
    },
    { highWaterMark: 0 },
  )
}

class ByteReading implements StreamReading<Uint8Array, Uint8Array> {
  hasContent = false
  readonly mayBeLast = false
  readonly isComplete = false
  private readonly wire: WireAnswer

  constructor(wire: WireAnswer) {
    this.wire = wire
  }

  read(piece: Uint8Array, give: (item: Uint8Array) => void): boolean {
    this.hasContent = true
    give(piece)
    return false
  }

  end(): void {
    const { host, fields } = this.wire
    if (!this.hasContent) throw new StreamError(`expected bytes from ${host}, got an empty body`, fields)
  }

  answer(): Answer {
    return { other: NO_COUNTS }
  }

  withMeta(item: Uint8Array): Uint8Array {
    return item
  }
}
