import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrameParser, encodeFrame, type FrameEvent, type Framing } from '../../src/kernel/frames.js'
import { encodeEventStreamMessage } from '../../src/kernel/event-stream.js'
import { createNdjsonParser } from '../../src/kernel/ndjson.js'
import { cutAt } from '../contracts/chunks.js'

function read(framing: Framing | undefined, slices: readonly Uint8Array[]): FrameEvent[] {
  const parser = createFrameParser(framing)
  return [...slices.flatMap((slice) => [...parser.push(slice)]), ...parser.end()]
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 })
const body = fc.record({ text: fc.string({ unit: 'grapheme' }), count: fc.integer() })

describe('framing', () => {
  test.each<Framing>(['sse', 'ndjson', 'aws-eventstream'])(
    '%s: what is written is read, for any cut of the bytes',
    (framing) => {
      const event = fc.record({
        event: fc.stringMatching(/^[a-zA-Z]{1,12}$/).filter((name) => name !== 'exception'),
        data: body,
      })
      fc.assert(
        fc.property(fc.array(event, { maxLength: 5 }), cuts, (events, fractions) => {
          const bytes = new Uint8Array(Buffer.concat(events.map((one) => encodeFrame(one, framing))))
          const found = read(framing, cutAt(bytes, fractions))
          expect(found.map(({ data }) => JSON.parse(data) as unknown)).toEqual(events.map(({ data }) => data))
          if (framing !== 'ndjson')
            expect(found.map(({ event: name }) => name)).toEqual(events.map(({ event: name }) => name))
        }),
      )
    },
  )

  test('without a framing it is server-sent events', () => {
    expect(read(undefined, [encodeFrame({ data: '[DONE]' })])).toEqual([{ data: '[DONE]' }])
  })

  test('an exception message is one event that names its type, both ways', () => {
    const event = { event: 'exception', data: { __type: 'throttlingException', message: 'slow down' } }
    const [found] = read('aws-eventstream', [encodeFrame(event, 'aws-eventstream')])
    expect(found?.event).toBe('exception')
    expect(JSON.parse(found?.data ?? '')).toEqual(event.data)
  })

  test('an error message without a payload tells its code and message', () => {
    const headers = new Map(
      Object.entries({ ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'broken' }).map(
        ([name, value]) => [name, { type: 'string' as const, value }] as const,
      ),
    )
    const [found] = read('aws-eventstream', [encodeEventStreamMessage({ headers, payload: new Uint8Array() })])
    expect(found).toEqual({ event: 'exception', data: '{"__type":"InternalError","message":"broken"}' })
  })

  test('JSON lines: carriage returns, empty lines and a last line without an end', () => {
    const parser = createNdjsonParser()
    const bytes = new TextEncoder().encode('{"a":1}\r\n\n  \n{"b":"ü"}\n{"c":3}')
    expect([...parser.push(bytes), ...parser.end()].map(({ data }) => data)).toEqual([
      '{"a":1}',
      '{"b":"ü"}',
      '{"c":3}',
    ])
    expect(parser.end()).toEqual([])
  })
})
