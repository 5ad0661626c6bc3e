/** Bodies that are compressed on the wire. They are gathered, and read once they have ended: what decompresses piece by piece is asynchronous, and the span would end after the call. */
import { builtin } from '../../kernel/builtin.js'
import { asString } from '../../kernel/json.js'
import type { Sink } from '../streams/body-sink.js'

/** Compressed bytes that are kept, and what may come of them. */
const MOST = 8 * 1024 * 1024
const MOST_READ = 32 * 1024 * 1024

type Unzip = (bytes: Buffer) => Buffer

/** `undefined` for a body that is not compressed; what gives nothing for an encoding that this runtime cannot read. */
export function unzipOf(contentEncoding: unknown): Unzip | undefined {
  const [encoding, ...more] = (asString(contentEncoding) ?? '').toLowerCase().split(/\s*,\s*/)
  if (encoding === undefined || encoding === '' || encoding === 'identity') return undefined
  const zlib = builtin('node:zlib')
  // A body that was cut still gives what came.
  const options = { maxOutputLength: MOST_READ, finishFlush: zlib.constants.Z_SYNC_FLUSH }
  const nothing: Unzip = () => Buffer.alloc(0)
  if (more.length > 0) return nothing
  if (encoding === 'gzip' || encoding === 'x-gzip') return (bytes) => zlib.gunzipSync(bytes, options)
  if (encoding === 'deflate') return (bytes) => zlib.unzipSync(bytes, options)
  if (encoding === 'br') {
    const flush = zlib.constants.BROTLI_OPERATION_FLUSH
    return (bytes) => zlib.brotliDecompressSync(bytes, { maxOutputLength: MOST_READ, finishFlush: flush })
  }
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer, options: object) => Buffer }
  if (encoding === 'zstd' && zstdDecompressSync)
    return (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MOST_READ })
  return nothing
}

/** @param isWanted - Otherwise nothing is kept. */
export function unzipped(sink: Sink<Uint8Array>, unzip: Unzip, isWanted: boolean): Sink<Uint8Array> {
  let pieces: Uint8Array[] = []
  let size = 0
  function pass(): void {
    if (!isWanted || size === 0 || size > MOST) return
    let bytes: Buffer
    try {
      bytes = unzip(Buffer.concat(pieces))
    } catch {
      // Badly compressed, or too large: the program meets that itself, and the span says that the answer was not read.
      return
    } finally {
      pieces = []
    }
    if (bytes.byteLength > 0) sink.push(bytes)
  }
  return {
    push(bytes) {
      size += bytes.byteLength
      if (size > MOST) pieces = []
      else if (isWanted) pieces.push(Buffer.from(bytes))
    },
    end: () => (pass(), sink.end()),
    fail: (error) => (pass(), sink.fail(error)),
    cancel: () => (pass(), sink.cancel()),
  }
}
