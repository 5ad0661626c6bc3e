/**
 * Reads an OTLP ExportTraceServiceRequest from protobuf into the JSON mapping of the same message.
 * Field numbers: https://github.com/open-telemetry/opentelemetry-proto (trace/v1/trace.proto,
 * common/v1/common.proto, resource/v1/resource.proto). Fields not listed are skipped.
 */

import { Buffer } from 'node:buffer'

/** @typedef {readonly [name: string, type: string | Schema, repeated?: boolean]} Field */
/** @typedef {{ readonly [number: number]: Field }} Schema */

/** @type {Record<number, Field>} */
const anyValue = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int64'],
  4: ['doubleValue', 'double'],
}
const keyValue = /** @type {Schema} */ ({ 1: ['key', 'string'], 2: ['value', anyValue] })
anyValue[5] = ['arrayValue', { 1: ['values', anyValue, true] }]
anyValue[6] = ['kvlistValue', { 1: ['values', keyValue, true] }]
anyValue[7] = ['bytesValue', 'bytes']

/** @type {Schema} */
const span = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  3: ['traceState', 'string'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'string'],
  6: ['kind', 'number'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', keyValue, true],
  11: ['events', { 1: ['timeUnixNano', 'fixed64'], 2: ['name', 'string'], 3: ['attributes', keyValue, true] }, true],
  13: ['links', { 1: ['traceId', 'hex'], 2: ['spanId', 'hex'], 4: ['attributes', keyValue, true] }, true],
  15: ['status', { 2: ['message', 'string'], 3: ['code', 'number'] }],
}

/** @type {Schema} */
const scopeSpans = { 1: ['scope', { 1: ['name', 'string'], 2: ['version', 'string'] }], 2: ['spans', span, true] }

/** @type {Schema} */
const traceRequest = {
  1: [
    'resourceSpans',
    { 1: ['resource', { 1: ['attributes', keyValue, true] }], 2: ['scopeSpans', scopeSpans, true] },
    true,
  ],
}

/** @param {Uint8Array} bytes */
export function decodeTraceRequest(bytes) {
  return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), traceRequest)
}

/** @param {Buffer} bytes @param {Schema} schema */
function decode(bytes, schema) {
  /** @type {Record<string, any>} */
  const message = {}
  let at = 0

  function varint() {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('protobuf: cut short')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new Error('protobuf: number too long')
  }

  /** @param {number} length */
  function take(length) {
    if (at + length > bytes.length) throw new Error('protobuf: cut short')
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.length) {
    const tag = Number(varint())
    const wire = tag & 7
    /** A bigint or a Buffer. @type {any} */
    let raw
    if (wire === 0) raw = varint()
    else if (wire === 1) raw = take(8)
    else if (wire === 2) raw = take(Number(varint()))
    else if (wire === 5) raw = take(4)
    else throw new Error(`protobuf: wire type ${wire}`)
    const field = schema[tag >>> 3]
    if (!field) continue
    const [name, type, repeated] = field
    const value = valueOf(raw, type)
    if (repeated) (message[name] ??= []).push(value)
    else message[name] = value
  }
  return message
}

/** @param {any} raw a bigint or a Buffer, @param {string | Schema} type @returns {unknown} */
function valueOf(raw, type) {
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
