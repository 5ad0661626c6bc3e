/**
 * AWS event-stream messages, `application/vnd.amazon.eventstream`
 * (https://smithy.io/2.0/aws/amazon-eventstream.html): total length, length of the headers and a CRC-32 of
 * these two; headers; payload; a CRC-32 of all before it. Integers are big endian.
 */
import { crc32 } from './crc32.js'
import { StreamError } from './errors.js'
import { decodeHeaders, encodeHeaders, type EventStreamHeaders } from './event-stream-headers.js'

export interface EventStreamMessage {
  readonly headers: EventStreamHeaders
  readonly payload: Uint8Array
}

export interface EventStreamParser {
  /**
   * Any split of the bytes. A fault is thrown after the messages before it were given: by the next call.
   *
   * @throws StreamError on a wrong checksum or length, and on a message beyond the bound.
   */
  push(bytes: Uint8Array): readonly EventStreamMessage[]
  /** @throws StreamError when the bytes end inside a message. */
  end(): readonly EventStreamMessage[]
}

const PRELUDE = 12
const CHECKSUM = 4

/** What the format allows: 24 MB of payload and 128 KB of headers. */
const MAX_MESSAGE_BYTES = 24 * 1024 * 1024 + 128 * 1024 + PRELUDE + CHECKSUM

/** @param options.maxBytes - Longest message that is read into memory. Default: the format's own limit. */
export function createEventStreamParser(options: { readonly maxBytes?: number } = {}): EventStreamParser {
  const maxBytes = options.maxBytes ?? MAX_MESSAGE_BYTES
  /** The message that is being read, once its length is known; the prelude before that. */
  let buffer = new Uint8Array(PRELUDE)
  let filled = 0
  let total = 0
  let fault: StreamError | undefined

  function fill(bytes: Uint8Array, from: number, upTo: number): number {
    const piece = bytes.subarray(from, from + upTo - filled)
    buffer.set(piece, filled)
    filled += piece.length
    return piece.length
  }

  function reset(): void {
    buffer = new Uint8Array(PRELUDE)
    filled = 0
    total = 0
  }

  function read(bytes: Uint8Array): EventStreamMessage[] {
    const messages: EventStreamMessage[] = []
    let at = 0
    try {
      while (at < bytes.length) {
        if (total === 0) {
          at += fill(bytes, at, PRELUDE)
          if (filled < PRELUDE) break
          total = readPrelude(buffer, maxBytes)
          const whole = new Uint8Array(total)
          whole.set(buffer)
          buffer = whole
        }
        at += fill(bytes, at, total)
        if (filled < total) break
        const message = readMessage(buffer)
        reset()
        messages.push(message)
      }
    } catch (error) {
      if (messages.length === 0 || !(error instanceof StreamError)) throw error
      fault = error
    }
    return messages
  }

  function failLate(): void {
    if (fault) throw fault
  }

  return {
    push(bytes) {
      failLate()
      return read(bytes)
    },
    end() {
      failLate()
      if (filled > 0) throw new StreamError('the event stream ended inside a message')
      return []
    },
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function readPrelude(bytes: Uint8Array, maxBytes: number): number {
  const view = viewOf(bytes)
  if (view.getUint32(8) !== crc32(bytes.subarray(0, 8))) {
    throw new StreamError('the checksum of an event-stream prelude is wrong')
  }
  const total = view.getUint32(0)
  if (total < PRELUDE + view.getUint32(4) + CHECKSUM)
    throw new StreamError('the lengths of an event-stream message are wrong')
  if (total > maxBytes) {
    throw new StreamError(`an event-stream message is larger than ${maxBytes} bytes`, { isRetryable: false })
  }
  return total
}

function readMessage(bytes: Uint8Array): EventStreamMessage {
  const view = viewOf(bytes)
  const end = bytes.length - CHECKSUM
  if (view.getUint32(end) !== crc32(bytes.subarray(0, end))) {
    throw new StreamError('the checksum of an event-stream message is wrong')
  }
  const payloadStart = PRELUDE + view.getUint32(4)
  return { headers: decodeHeaders(bytes.subarray(PRELUDE, payloadStart)), payload: bytes.subarray(payloadStart, end) }
}

export function encodeEventStreamMessage({ headers, payload }: EventStreamMessage): Uint8Array {
  const head = encodeHeaders(headers)
  const total = PRELUDE + head.length + payload.length + CHECKSUM
  const bytes = new Uint8Array(total)
  const view = viewOf(bytes)
  view.setUint32(0, total)
  view.setUint32(4, head.length)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  bytes.set(head, PRELUDE)
  bytes.set(payload, PRELUDE + head.length)
  view.setUint32(total - CHECKSUM, crc32(bytes.subarray(0, total - CHECKSUM)))
  return bytes
}
