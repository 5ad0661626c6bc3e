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

/** Blocks of headers that are kept: a stream has few kinds of messages, and those of a kind have the same headers. */
const MAX_KNOWN_HEADERS = 8

/**
 * A message's bytes may be a view of those that were pushed.
 *
 * @param options.maxBytes - Longest message that is read into memory. Default: the format's own limit.
 */
export function createEventStreamParser(options: { readonly maxBytes?: number } = {}): EventStreamParser {
  const maxBytes = options.maxBytes ?? MAX_MESSAGE_BYTES
  const readHeaders = createHeaderReader()
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

  /** The bytes of the message that begins at `from`, when all of them are there. */
  function wholeMessage(bytes: Uint8Array, from: number): Uint8Array | undefined {
    if (filled > 0 || bytes.length - from < PRELUDE) return undefined
    const end = from + readPrelude(bytes.subarray(from, from + PRELUDE), maxBytes)
    return end <= bytes.length ? bytes.subarray(from, end) : undefined
  }

  /** The message that bytes from several reads complete. */
  function gatheredMessage(bytes: Uint8Array, from: number): { taken: number; message?: Uint8Array } {
    let taken = 0
    if (total === 0) {
      taken += fill(bytes, from, PRELUDE)
      if (filled < PRELUDE) return { taken }
      total = readPrelude(buffer, maxBytes)
      const whole = new Uint8Array(total)
      whole.set(buffer)
      buffer = whole
    }
    taken += fill(bytes, from + taken, total)
    if (filled < total) return { taken }
    const message = buffer
    buffer = new Uint8Array(PRELUDE)
    filled = 0
    total = 0
    return { taken, message }
  }

  function read(bytes: Uint8Array): EventStreamMessage[] {
    const messages: EventStreamMessage[] = []
    let at = 0
    try {
      while (at < bytes.length) {
        const whole = wholeMessage(bytes, at)
        const { taken, message } = whole ? { taken: whole.length, message: whole } : gatheredMessage(bytes, at)
        at += taken
        if (message) messages.push(readMessage(message, readHeaders))
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

type HeaderReader = (bytes: Uint8Array) => EventStreamHeaders

function createHeaderReader(): HeaderReader {
  const known: { readonly bytes: Uint8Array; readonly headers: EventStreamHeaders }[] = []
  return (bytes) => {
    for (const one of known) if (isSame(one.bytes, bytes)) return one.headers
    const own = bytes.slice()
    const headers = decodeHeaders(own)
    if (known.length < MAX_KNOWN_HEADERS) known.push({ bytes: own, headers })
    return headers
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}

function uint32(bytes: Uint8Array, at: number): number {
  const [first, second, third, fourth] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [
    number,
    number,
    number,
    number,
  ]
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0
}

function readPrelude(bytes: Uint8Array, maxBytes: number): number {
  if (uint32(bytes, 8) !== crc32(bytes.subarray(0, 8))) {
    throw new StreamError('the checksum of an event-stream prelude is wrong')
  }
  const total = uint32(bytes, 0)
  if (total < PRELUDE + uint32(bytes, 4) + CHECKSUM)
    throw new StreamError('the lengths of an event-stream message are wrong')
  if (total > maxBytes) {
    throw new StreamError(`an event-stream message is larger than ${maxBytes} bytes`, { isRetryable: false })
  }
  return total
}

function readMessage(bytes: Uint8Array, readHeaders: HeaderReader): EventStreamMessage {
  const end = bytes.length - CHECKSUM
  if (uint32(bytes, end) !== crc32(bytes.subarray(0, end))) {
    throw new StreamError('the checksum of an event-stream message is wrong')
  }
  const payloadStart = PRELUDE + uint32(bytes, 4)
  return { headers: readHeaders(bytes.subarray(PRELUDE, payloadStart)), payload: bytes.subarray(payloadStart, end) }
}

export function encodeEventStreamMessage({ headers, payload }: EventStreamMessage): Uint8Array {
  const head = encodeHeaders(headers)
  const total = PRELUDE + head.length + payload.length + CHECKSUM
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, total)
  view.setUint32(4, head.length)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  bytes.set(head, PRELUDE)
  bytes.set(payload, PRELUDE + head.length)
  view.setUint32(total - CHECKSUM, crc32(bytes.subarray(0, total - CHECKSUM)))
  return bytes
}
