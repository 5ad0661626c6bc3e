/** What a method gave goes to what can watch it: the whole answer, a stream of any kind, a raw response. */
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { deliver } from '../../src/autolog/calls/deliver.js'
import type { AnswerReader } from '../../src/autolog/calls/reader.js'
import type { CallDeclaration } from '../../src/autolog/contract.js'

/** What the reader is told of `result`. */
function delivered(result: unknown, declaration: Partial<CallDeclaration> = {}) {
  const told: unknown[] = []
  const hears = (what: string) => (value: unknown) => void told.push([what, value])
  deliver(result, {
    declaration: { protocol: 'openai-chat', provider: 'p', ...declaration },
    format: {},
    headers: hears('headers'),
    whole: hears('whole'),
    event: hears('event'),
    close: hears('close'),
    unread: hears('unread'),
  } as unknown as AnswerReader)
  return told
}

const none = (): undefined => undefined

describe('an answer that is whole', () => {
  test.each<[string, unknown]>([
    ['an object', { choices: [] }],
    ['a list', [1]],
    ['text', 'text'],
    ['nothing', null],
    ['an emitter that is no stream', { on: none, emit: none }],
    ['what only listens', { on: none, read: none, readable: true }],
    ['an emitter that cannot be read', { on: none, emit: none, readable: true }],
    ['what has a reader and no second one', { getReader: none }],
    ['what has a body and headers', { body: {}, headers: {} }],
    ['what has bytes and no headers', { arrayBuffer: none, body: {} }],
    ['what has bytes and no body', { arrayBuffer: none, headers: {} }],
  ])('%s', (_what, result) => {
    expect(delivered(result)).toEqual([['whole', result]])
    // What nobody said would emit is not listened to.
    expect(delivered(result, { stream: none })).toEqual([['whole', result]])
  })

  test('has its headers where the SDK says', () => {
    const result = { choices: [] }
    expect(delivered(result, { headers: () => 'of it' })).toEqual([
      ['headers', 'of it'],
      ['whole', result],
    ])
  })

  test('may have headers that cannot be read', () => {
    const result = { choices: [] }
    const headers = (): never => {
      throw new Error('x')
    }
    expect(delivered(result, { headers })).toEqual([['whole', result]])
  })
})

test('a raw response is read with its body, or what is within it if the declaration says so', async () => {
  const response = () => new Response('{"id":"a"}', { headers: { 'content-type': 'application/json' } })
  const raw = response()
  const told = delivered(raw)
  expect(told).toEqual([])
  expect(await raw.text()).toBe('{"id":"a"}')
  expect(told).toEqual([['whole', { id: 'a' }]])
  const inner = Readable.from(['a'])
  const within = delivered(response(), { stream: () => inner })
  for await (const _ of inner);
  // What it tells of its end after that is no news to a reader.
  expect(within.slice(0, 2)).toEqual([
    ['event', 'a'],
    ['close', { closed: false }],
  ])
})

test('a value that is no stream is reported, and so is a declaration that throws', () => {
  expect(delivered({}, { stream: () => ({}) })).toEqual([['unread', 'stream']])
  const fails = (): never => {
    throw new Error('x')
  }
  expect(delivered({}, { stream: fails })).toEqual([['unread', 'answer']])
})

describe('a stream', () => {
  class Pieces {
    async *[Symbol.asyncIterator]() {
      yield* ['a', 'b']
    }
  }
  const whole = [
    ['event', 'a'],
    ['event', 'b'],
    ['close', { closed: false }],
  ]

  test('that is its own iterator is watched however it is read', async () => {
    const pieces = new Pieces()[Symbol.asyncIterator]()
    const told = delivered(pieces)
    while (!(await pieces.next()).done);
    expect(told).toEqual(whole)
  })

  test('that makes iterators counts for the first of them', async () => {
    const pieces = new Pieces()
    const told = delivered(pieces)
    const [first, second] = [pieces[Symbol.asyncIterator](), pieces[Symbol.asyncIterator]()]
    await second.next()
    expect(told).toEqual([])
    while (!(await first.next()).done);
    await second.return()
    expect(told).toEqual(whole)
  })

  test('that cannot be changed is reported', async () => {
    const frozen = Object.freeze(new Pieces())
    expect(delivered(frozen)).toEqual([['unread', 'stream']])
    const hidden = { [Symbol.asyncIterator]: () => Object.freeze({ next: async () => ({ done: true, value: 1 }) }) }
    const later = delivered(hidden)
    expect(await hidden[Symbol.asyncIterator]().next()).toEqual({ done: true, value: 1 })
    expect(later).toEqual([['unread', 'stream']])
  })

  test('of Node ends, fails or is closed early', async () => {
    const error = new Error('x')
    const ways: [(stream: Readable) => void, unknown][] = [
      [(stream) => stream.push(null), { closed: false }],
      [(stream) => stream.destroy(error), { error, closed: false }],
      [(stream) => stream.destroy(), { closed: true }],
    ]
    for (const [end, outcome] of ways) {
      const stream = new Readable({ objectMode: true, read: none })
      const told = delivered(stream)
      stream.on('error', none)
      stream.on('data', () => end(stream))
      stream.push('a')
      await new Promise((resolve) => stream.once('close', resolve))
      expect(told.slice(0, 2)).toEqual([
        ['event', 'a'],
        ['close', outcome],
      ])
    }
  })

  test('of the web', async () => {
    const stream = new ReadableStream({
      start(sink) {
        for (const one of ['a', 'b']) sink.enqueue(one)
        sink.close()
      },
    })
    const told = delivered(stream)
    for await (const _ of stream);
    expect(told).toEqual(whole)
  })

  test('of events is read by the names that the declaration gives', () => {
    const error = new Error('x')
    const emits = { piece: 'text', end: 'done', error: 'fault' }
    const heard = (event: string): unknown[] => {
      const emitter = new EventEmitter()
      const told = delivered(emitter, { emits })
      const seen: unknown[] = []
      for (const name of ['text', 'done', 'fault', 'other']) emitter.on(name, (value) => seen.push(value))
      emitter.emit('other', 1)
      emitter.emit('text', 'a')
      emitter.emit(event, error)
      expect(seen).toEqual([1, 'a', error])
      return told
    }
    expect(heard('done')).toEqual([
      ['event', 'a'],
      ['close', { closed: false }],
    ])
    expect(heard('fault')).toEqual([
      ['event', 'a'],
      ['close', { error, closed: false }],
    ])
  })
})
