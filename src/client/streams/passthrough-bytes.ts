/** An answer of bytes, such as speech: a `Response` whose body is read under the limits of the call, and ends it. */
import { StreamError } from '../../kernel/errors.js'
import { providerErrorOf } from '../../protocols/openai-chat/error.js'
import { readBytes, readJson, refusePage, type WireAnswer } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { Answer } from '../call/answer.js'
import type { OtherAnswer } from '../../telemetry/spans/call.js'
import type { StreamSource } from './model-stream.js'
import type { OpenStream, StreamReading } from './stream-attempt.js'
import type { CallMeta, WithMeta } from '../types/meta.js'

/** Bytes of audio have no usage. */
export const NO_COUNTS: OtherAnswer = { id: '', model: '' }

/** A body that nobody reads must not keep its socket and its span open. */
const unread = new FinalizationRegistry<StreamSource<Uint8Array>>((source) => source.stop())

/** @throws the provider's error, if it came in place of bytes. */
export async function openBytes(run: AttemptRun, wire: WireAnswer): Promise<OpenStream<Uint8Array, Uint8Array>> {
  const { response, host, fields } = wire
  if (/\bjson\b/i.test(response.headers.get('content-type') ?? ''))
    throw (
      providerErrorOf(await readJson(wire, run.limits)) ??
      new StreamError(`expected bytes from ${host}, got JSON`, fields)
    )
  refusePage(wire, 'bytes')
  return { wire, pieces: readBytes(wire, run.limits, run.timeout.idle), reading: new ByteReading(wire) }
}

/** @param wire - The response; absent if no provider was called. */
export function deliverBytes(
  source: StreamSource<Uint8Array>,
  meta: CallMeta,
  wire: WireAnswer | undefined,
): WithMeta<Response> {
  const body = streamOf(source)
  unread.register(body, source)
  const headers = new Headers(wire?.response.headers)
  // The bytes are decompressed already.
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name)
  const own = new Response(body, { status: wire?.response.status ?? 200, headers })
  return Object.defineProperty(own, '_meta', { value: meta, enumerable: true }) as WithMeta<Response>
}

/** Apart from {@link deliverBytes}, whose answer it must not keep alive. */
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
