/**
 * Reads an OTLP ExportTraceServiceRequest from protobuf into the JSON mapping of the same message.
 * Field numbers: https://github.com/open-telemetry/opentelemetry-proto (trace/v1/trace.proto,
 * common/v1/common.proto, resource/v1/resource.proto). Fields not listed are skipped.
 */
import { Buffer } from 'node:buffer'

type Scalar = 'string' | 'bool' | 'int64' | 'number' | 'double' | 'fixed64' | 'hex' | 'bytes'
type Field = readonly [name: string, type: Scalar | Schema, repeated?: boolean]
interface Schema {
  readonly [number: number]: Field
}
type Message = Record<string, unknown>

const anyValue: Record<number, Field> = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int64'],
  4: ['doubleValue', 'double'],
}
const keyValue: Schema = { 1: ['key', 'string'], 2: ['value', anyValue] }
anyValue[5] = ['arrayValue', { 1: ['values', anyValue, true] }]
anyValue[6] = ['kvlistValue', { 1: ['values', keyValue, true] }]
anyValue[7] = ['bytesValue', 'bytes']

const event: Schema = { 1: ['timeUnixNano', 'fixed64'], 2: ['name', 'string'], 3: ['attributes', keyValue, true] }
const status: Schema = { 2: ['message', 'string'], 3: ['code', 'number'] }
const span: Schema = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'string'],
  6: ['kind', 'number'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', keyValue, true],
  11: ['events', event, true],
  15: ['status', status],
}
const scopeSpans: Schema = { 1: ['scope', { 1: ['name', 'string'] }], 2: ['spans', span, true] }
const resourceSpans: Schema = {
  1: ['resource', { 1: ['attributes', keyValue, true] }],
  2: ['scopeSpans', scopeSpans, true],
}
const traceRequest: Schema = { 1: ['resourceSpans', resourceSpans, true] }

/**
 * @returns The request as OTLP/HTTP would carry it in JSON: ids as hex, 64-bit integers as text.
 * @throws {Error} The bytes are cut short or are not this message.
 */
export function decodeTraceRequest(bytes: Uint8Array): unknown {
  return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), traceRequest)
}

function decode(bytes: Buffer, schema: Schema): Message {
  const message: Message = {}
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('protobuf: cut short')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new Error('protobuf: number too long')
  }

  function take(length: number): Buffer {
    if (at + length > bytes.length) throw new Error('protobuf: cut short')
    at += length
    return bytes.subarray(at - length, at)
  }

  function rawValue(wireType: number): bigint | Buffer {
    if (wireType === 0) return varint()
    if (wireType === 1) return take(8)
    if (wireType === 2) return take(Number(varint()))
    if (wireType === 5) return take(4)
    throw new Error(`protobuf: wire type ${wireType}`)
  }

  while (at < bytes.length) {
    const tag = Number(varint())
    const raw = rawValue(tag & 7)
    const field = schema[tag >>> 3]
    if (!field) continue
    const [name, type, repeated] = field
    const value = valueOf(raw, type)
    if (!repeated) {
      message[name] = value
      continue
    }
    const list = message[name]
    if (Array.isArray(list)) list.push(value)
    else message[name] = [value]
  }
  return message
}

function valueOf(raw: bigint | Buffer, type: Scalar | Schema): unknown {
  if (typeof raw === 'bigint') {
    if (type === 'bool') return raw !== 0n
    if (type === 'number') return Number(raw)
    if (type === 'int64') return String(BigInt.asIntN(64, raw))
  } else if (typeof type === 'object') {
    return decode(raw, type)
  } else if (type === 'string') {
    return raw.toString('utf8')
  } else if (type === 'hex') {
    return raw.toString('hex')
  } else if (type === 'bytes') {
    return raw.toString('base64')
  } else if (type === 'fixed64' && raw.length === 8) {
    return String(raw.readBigUInt64LE())
  } else if (type === 'double' && raw.length === 8) {
    return raw.readDoubleLE()
  }
  throw new Error('protobuf: unexpected wire type of a field')
}
