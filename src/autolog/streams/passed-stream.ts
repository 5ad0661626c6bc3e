/** A stream in between: it asks another for a chunk when it is asked for one. */

/**
 * @param type - `bytes`: all chunks are bytes, and a reader may bring its own buffer.
 * @throws {TypeError} if somebody reads `stream`.
 */
export function passedOn<Chunk>(stream: ReadableStream<Chunk>, type?: 'bytes'): ReadableStream<Chunk> {
  const reader = stream.getReader()
  const source = {
    ...(type && { type }),
    async pull(controller: ReadableStreamDefaultController<Chunk> & { readonly byobRequest?: ByobRequest | null }) {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) {
          controller.close()
          // A reader with a buffer of its own waits for it.
          controller.byobRequest?.respond(0)
          return
        }
        // A stream of bytes refuses an empty chunk.
        if (type && (value as Uint8Array).byteLength === 0) continue
        controller.enqueue(value)
        return
      }
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  return new ReadableStream(source as object, { highWaterMark: 0 })
}

interface ByobRequest {
  respond(bytes: number): void
}
