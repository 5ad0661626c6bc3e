/** Our event-stream framing against the one of AWS's own SDK, both ways. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamError } from '../../src/kernel/errors.js'
import type { EventStreamHeaderValue } from '../../src/kernel/event-stream-headers.js'
import {
  createEventStreamParser,
  encodeEventStreamMessage,
  type EventStreamMessage,
} from '../../src/kernel/event-stream.js'
import { cutAt } from '../contracts/chunks.js'

type MessageHeaders = Parameters<EventStreamCodec['encode']>[0]['headers']

const theirs = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
  (text) => new TextEncoder().encode(text),
)

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const header: fc.Arbitrary<EventStreamHeaderValue> = fc.oneof(
  fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ type: fc.constant('byte' as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({ type: fc.constant('short' as const), value: fc.integer({ min: -32_768, max: 32_767 }) }),
  fc.record({ type: fc.constant('integer' as const), value: fc.integer() }),
  fc.record({ type: fc.constant('long' as const), value: int64 }),
  fc.record({ type: fc.constant('timestamp' as const), value: fc.bigInt({ min: 0n, max: 8n * 10n ** 14n }) }),
  fc.record({ type: fc.constant('binary' as const), value: fc.uint8Array() }),
  fc.record({ type: fc.constant('string' as const), value: fc.string({ unit: 'grapheme' }) }),
  fc.record({ type: fc.constant('uuid' as const), value: fc.uuid() }),
)
// The SDK keeps headers in an object, which sorts keys that are numbers.
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((value) => value !== '__proto__' && !/^\d+$/.test(value))
const message: fc.Arbitrary<EventStreamMessage> = fc.record({
  headers: fc.array(fc.tuple(name, header), { maxLength: 5 }).map((entries) => new Map(entries)),
  payload: fc.uint8Array({ maxLength: 300 }),
})

function toTheirs(headers: EventStreamMessage['headers']): MessageHeaders {
  const entries = [...headers].map(([key, { type, value }]) => {
    if (type === 'long') return [key, { type, value: int64Of(value) }]
    if (type === 'timestamp') return [key, { type, value: new Date(Number(value)) }]
    return [key, { type, value }]
  })
  return Object.fromEntries(entries) as MessageHeaders
}

function int64Of(value: bigint): unknown {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value)
  return { bytes, valueOf: () => Number(value), toString: () => String(value) }
}

/** Values as text, since their 64-bit integers are objects of a class. */
function shown(headers: MessageHeaders | EventStreamMessage['headers']): unknown {
  const entries = headers instanceof Map ? [...headers] : Object.entries(headers as MessageHeaders)
  return entries.map(([key, { type, value }]: [string, { type: string; value: unknown }]) => {
    if (value instanceof Date) return [key, type, String(value.getTime())]
    if (value instanceof Uint8Array) return [key, type, Buffer.from(value).toString('hex')]
    if (type === 'long' && typeof value !== 'bigint') {
      const { bytes } = value as { bytes: Uint8Array }
      return [key, type, String(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0))]
    }
    return [key, type, String(value)]
  })
}

function parseAll(slices: readonly Uint8Array[]): EventStreamMessage[] {
  const parser = createEventStreamParser()
  return [...slices.flatMap((slice) => [...parser.push(slice)]), ...parser.end()]
}

function joined(messages: readonly EventStreamMessage[]): Uint8Array {
  return new Uint8Array(Buffer.concat(messages.map(encodeEventStreamMessage)))
}

describe('event-stream messages', () => {
  test('what we write, the SDK reads', () => {
    fc.assert(
      fc.property(message, (one) => {
        const read = theirs.decode(encodeEventStreamMessage(one))
        expect(shown(read.headers)).toEqual(shown(one.headers))
        expect(Buffer.from(read.body)).toEqual(Buffer.from(one.payload))
      }),
    )
  })

  test('what the SDK writes, we read', () => {
    fc.assert(
      fc.property(message, (one) => {
        const bytes = theirs.encode({ headers: toTheirs(one.headers), body: one.payload })
        expect(Buffer.from(bytes)).toEqual(Buffer.from(encodeEventStreamMessage(one)))
        const [read] = parseAll([bytes])
        expect(shown(read?.headers ?? new Map())).toEqual(shown(one.headers))
        expect(Buffer.from(read?.payload ?? [])).toEqual(Buffer.from(one.payload))
      }),
    )
  })

  test('any split of the bytes gives the same messages', () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fractions, (messages, cuts) => {
        const read = parseAll(cutAt(joined(messages), cuts))
        expect(read.map(({ headers }) => shown(headers))).toEqual(messages.map(({ headers }) => shown(headers)))
        expect(read.map(({ payload }) => [...payload])).toEqual(messages.map(({ payload }) => [...payload]))
      }),
    )
    const bytes = joined([{ headers: new Map(), payload: new Uint8Array([1, 2, 3]) }])
    expect(parseAll([...bytes].map((byte) => Uint8Array.of(byte)))).toHaveLength(1)
  })

  test('one wrong bit anywhere is a StreamError', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 0, max: 7 }), (one, place, bit) => {
        const bytes = encodeEventStreamMessage(one)
        const at = place % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        expect(() => parseAll([bytes])).toThrow(StreamError)
      }),
    )
  })

  test('a fault does not take the messages before it along', () => {
    const good = encodeEventStreamMessage({ headers: new Map(), payload: new Uint8Array([1]) })
    const bad = good.slice()
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1
    const parser = createEventStreamParser()
    expect(parser.push(Buffer.concat([good, bad, good]))).toHaveLength(1)
    expect(() => parser.push(good)).toThrow(StreamError)
    expect(() => parser.end()).toThrow(StreamError)
  })

  test('a cut message, a short length and a message beyond the bound are StreamErrors', () => {
    const bytes = encodeEventStreamMessage({ headers: new Map(), payload: new Uint8Array(100) })
    for (let length = 1; length < bytes.length; length += 1) {
      expect(() => parseAll([bytes.subarray(0, length)])).toThrow(StreamError)
    }
    expect(() => createEventStreamParser({ maxBytes: 99 }).push(bytes)).toThrow(
      expect.objectContaining({ isRetryable: false }),
    )
    expect(createEventStreamParser({ maxBytes: bytes.length }).push(bytes)).toHaveLength(1)
    expect(() => createEventStreamParser().push(new TextEncoder().encode('<html>not an event stream</html>'))).toThrow(
      StreamError,
    )
  })
})
