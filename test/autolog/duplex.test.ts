/** Calls over a connection, as far as no SDK of the tests shows it. */
import { SpanStatusCode } from '@opentelemetry/api'
import { EventEmitter } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { DuplexDeclaration } from '../../src/autolog/contract.js'
import { instrumentDuplex } from '../../src/autolog/calls/duplex.js'
import { eventually } from '../support/eventually.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()

const declared: DuplexDeclaration = {
  send: ['send'],
  close: 'close',
  emit: 'emit',
  names: { event: 'message', closed: 'closed' },
  call: () => ({
    protocol: 'openai-chat',
    provider: 'p',
    request: ([message]) => message,
  }),
  last: (event) => event === '[DONE]',
}

const request = { model: 'm', messages: [{ role: 'user', content: 'x' }] }
const chunk = {
  id: 'a',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}

class Connection extends EventEmitter {
  sent: unknown[] = []
  send(message: unknown): string {
    this.sent.push(message)
    return 'sent'
  }
  close(): void {}
}

function connect(more: Partial<DuplexDeclaration> = {}, active = (): boolean => true): Connection {
  const replace = instrumentDuplex({ ...declared, ...more }, () => undefined)
  const connection = new Connection()
  const send = replace(Connection.prototype.send as never, active)
  connection.send = send as never
  return connection
}

describe('a message that is sent', () => {
  test('is sent unchanged, and the last event ends its call', () => {
    const connection = connect()
    const heard: unknown[] = []
    connection.on('message', (event) => heard.push(event))
    expect(connection.send(request)).toBe('sent')
    for (const event of [chunk, '[DONE]']) connection.emit('message', event)
    expect([connection.sent, heard]).toEqual([[request], [chunk, '[DONE]']])
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.response.finish_reasons': ['stop'],
    })
  })

  test('has its answer read even after off()', () => {
    let active = true
    const connection = connect({}, () => active)
    connection.send(request)
    active = false
    connection.send(request)
    for (const event of [chunk, '[DONE]', chunk, '[DONE]']) connection.emit('message', event)
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 3 })
  })

  test('that cannot be sent is the error of its call', () => {
    const connection = connect()
    connection.sent = undefined as never
    expect(() => connection.send(request)).toThrow(TypeError)
    expect(harness.only().attributes['error.type']).toBe('TypeError')
  })

  test('is sent even if its declaration throws', () => {
    const connection = connect({
      call: () => {
        throw new Error('no')
      },
    })
    expect(connection.send(request)).toBe('sent')
    expect(harness.faults()).toBe(1)
    expect(harness.spans()).toEqual([])
  })

  test('ends when its connection is garbage', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    connect().send(request)
    await eventually(() => (collect(), harness.spans().length > 0), 'its span has ended')
    expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
  })
})

describe('the end of a connection', () => {
  test('ends open calls: with an error, unless the program closed it', () => {
    const cut = connect()
    cut.send(request)
    cut.emit('closed')
    const closed = connect()
    closed.send(request)
    closed.close()
    closed.emit('closed')
    expect(harness.spans().map(({ attributes }) => attributes['error.type'])).toEqual(['stream_truncated', undefined])
  })

  test('has the error that came before it', () => {
    const connection = connect({ fault: { method: 'report', error: ([error]) => error } })
    Object.assign(connection, { report: () => undefined })
    connection.send(request)
    ;(connection as unknown as { report(error: Error): void }).report(new RangeError('reset'))
    connection.emit('closed')
    expect(harness.only().attributes['error.type']).toBe('RangeError')
  })
})

describe('a connection that reconnects', () => {
  test('ends calls that were sent, and answers those that waited', () => {
    let opened = (): void => undefined
    let waits = true
    const connection = connect({
      names: { event: 'message', closed: 'closed', lost: 'lost', resumed: 'resumed' },
      waits: (_, open) => {
        opened = open
        return waits
      },
    })
    connection.send(request)
    opened()
    connection.emit('lost')
    connection.send({ ...request, model: 'waits' })
    connection.emit('lost')
    connection.emit('resumed')
    waits = false
    for (const event of [chunk, '[DONE]']) connection.emit('message', event)
    expect(harness.spans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['chat m', 'stream_truncated'],
      ['chat waits', undefined],
    ])
  })
})
