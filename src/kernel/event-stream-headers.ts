/** Headers of AWS event-stream messages: a name, a type, and a value of that type. */
import { StreamError } from './errors.js'

export type EventStreamHeaderValue =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte' | 'short' | 'integer'; readonly value: number }
  /** A timestamp is in milliseconds since 1970. */
  | { readonly type: 'long' | 'timestamp'; readonly value: bigint }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'string'; readonly value: string }
  /** As 32 hexadecimal digits with four dashes. */
  | { readonly type: 'uuid'; readonly value: string }

/** Names are strings of the sender's choice, so this is a map. */
export type EventStreamHeaders = ReadonlyMap<string, EventStreamHeaderValue>

const TRUE = 0
const FALSE = 1
const BYTE = 2
const SHORT = 3
const INTEGER = 4
const LONG = 5
const BINARY = 6
const STRING = 7
const TIMESTAMP = 8
const UUID = 9

const UUID_BYTES = 16

const decoder = new TextDecoder()

export function decodeHeaders(bytes: Uint8Array): EventStreamHeaders {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headers = new Map<string, EventStreamHeaderValue>()
  let at = 0
  function take(length: number): number {
    if (at + length > bytes.length) throw new StreamError('the headers of an event-stream message are cut')
    const from = at
    at += length
    return from
  }
  function takeBytes(length: number): Uint8Array {
    const from = take(length)
    return bytes.subarray(from, from + length)
  }
  function value(): EventStreamHeaderValue {
    const type = view.getUint8(take(1))
    switch (type) {
      case TRUE:
      case FALSE:
        return { type: 'boolean', value: type === TRUE }
      case BYTE:
        return { type: 'byte', value: view.getInt8(take(1)) }
      case SHORT:
        return { type: 'short', value: view.getInt16(take(2)) }
      case INTEGER:
        return { type: 'integer', value: view.getInt32(take(4)) }
      case LONG:
        return { type: 'long', value: view.getBigInt64(take(8)) }
      case BINARY:
        return { type: 'binary', value: takeBytes(view.getUint16(take(2))) }
      case STRING:
        return { type: 'string', value: decoder.decode(takeBytes(view.getUint16(take(2)))) }
      case TIMESTAMP:
        return { type: 'timestamp', value: view.getBigInt64(take(8)) }
      case UUID:
        return { type: 'uuid', value: uuidOf(takeBytes(UUID_BYTES)) }
      default:
        throw new StreamError(`a header of an event-stream message has the unknown type ${type}`)
    }
  }
  while (at < bytes.length) {
    const name = decoder.decode(takeBytes(view.getUint8(take(1))))
    headers.set(name, value())
  }
  return headers
}

function uuidOf(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

export function encodeHeaders(headers: EventStreamHeaders): Uint8Array {
  const pieces: Uint8Array[] = []
  const encoder = new TextEncoder()
  for (const [name, header] of headers) {
    const nameBytes = encoder.encode(name)
    pieces.push(integer(1, nameBytes.length), nameBytes, ...valueBytes(header, encoder))
  }
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

function integer(width: 1 | 2 | 4, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(width))
  if (width === 1) view.setUint8(0, value)
  else if (width === 2) view.setUint16(0, value)
  else view.setUint32(0, value)
  return new Uint8Array(view.buffer)
}

function long(value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigInt64(0, value)
  return new Uint8Array(view.buffer)
}

function valueBytes(header: EventStreamHeaderValue, encoder: TextEncoder): Uint8Array[] {
  switch (header.type) {
    case 'boolean':
      return [integer(1, header.value ? TRUE : FALSE)]
    case 'byte':
      return [integer(1, BYTE), integer(1, header.value)]
    case 'short':
      return [integer(1, SHORT), integer(2, header.value)]
    case 'integer':
      return [integer(1, INTEGER), integer(4, header.value)]
    case 'long':
      return [integer(1, LONG), long(header.value)]
    case 'timestamp':
      return [integer(1, TIMESTAMP), long(header.value)]
    case 'binary':
      return [integer(1, BINARY), integer(2, header.value.length), header.value]
    case 'string': {
      const bytes = encoder.encode(header.value)
      return [integer(1, STRING), integer(2, bytes.length), bytes]
    }
    case 'uuid': {
      const digits = header.value.replaceAll('-', '')
      const bytes = Uint8Array.from({ length: UUID_BYTES }, (_, at) =>
        Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
      )
      return [integer(1, UUID), bytes]
    }
  }
}
