/** Streams that call listeners: what they call is seen, and what the program set is called as before. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Sink } from '../../src/autolog/streams/body-sink.js'
import type { EmittedEvents } from '../../src/autolog/contract.js'
import { listenedOf, tapEmitter } from '../../src/autolog/streams/emitter-tap.js'

const names: EmittedEvents = { piece: ['chunk', 'note'], end: 'done', error: 'fault' }
const through: EmittedEvents = {
  piece: 'onchunk',
  end: 'onclose',
  error: 'onerror',
  through: (stream) => (stream as { inner: unknown }).inner,
}

function sinkTo(told: unknown[]): Sink {
  return {
    push: (piece) => void told.push(['piece', piece]),
    end: () => void told.push(['end']),
    fail: (error) => void told.push(['error', error]),
    cancel: () => void told.push(['cancel']),
    reading: () => void told.push('reading'),
  }
}

test.each<[string, EmittedEvents, unknown, boolean]>([
  ['an emitter', names, new EventEmitter(), true],
  ['an object with `on` alone', names, { on: () => undefined }, false],
  ['an object with `emit` alone', names, { emit: () => undefined }, false],
  ['a text', names, 'text', false],
  ['nothing', names, undefined, false],
  ['an object behind the stream', through, { inner: { onclose: () => undefined } }, true],
  ['an object behind the stream without an end', through, { inner: { onchunk: () => undefined } }, false],
  ['nothing behind the stream', through, { inner: null }, false],
])('whether %s calls listeners', (_name, events, stream, can) => {
  expect(listenedOf(stream, events) !== undefined).toBe(can)
})

const failure = new Error('broken')
test.each<[string, unknown, unknown]>([
  ['an error', failure, failure],
  ['an event that has the error', { error: failure }, failure],
  ['an event with something else', { error: 'text' }, { error: 'text' }],
  ['a text', 'broken', 'broken'],
  ['nothing', undefined, new Error('the connection failed')],
])('a stream that fails with %s', (_name, given, expected) => {
  const told: unknown[] = []
  const emitter = new EventEmitter()
  const heard: unknown[] = []
  emitter.on('fault', (value) => heard.push(value))
  tapEmitter(listenedOf(emitter, names) ?? {}, names, sinkTo(told))
  emitter.emit('fault', given)
  expect(told).toEqual(['reading', ['error', expected]])
  expect(heard).toEqual([given])
})

test('the pieces of an emitter are seen in order, and no other event', () => {
  const told: unknown[] = []
  const emitter = new EventEmitter()
  tapEmitter(listenedOf(emitter, names) ?? {}, { ...names, last: (piece) => piece === 3 }, sinkTo(told))
  for (const [event, value] of [
    ['chunk', 1],
    ['other', 9],
    ['note', 2],
    ['chunk', 3],
  ] as const)
    emitter.emit(event, value)
  expect(told).toEqual(['reading', ['piece', 1], 'reading', ['piece', 2], 'reading', ['piece', 3], ['end']])
})

test('listener properties that have a setter are assigned, and the others are defined', () => {
  const assigned: string[] = []
  class Socket {
    private handler: ((event: unknown) => unknown) | null = null
    get onchunk() {
      return this.handler
    }
    set onchunk(handler: ((event: unknown) => unknown) | null) {
      assigned.push('onchunk')
      this.handler = handler
    }
    onclose(): string {
      return 'closed'
    }
  }
  const inner = new Socket()
  const heard: unknown[] = []
  inner.onchunk = (event) => heard.push(event)
  const told: unknown[] = []
  tapEmitter(listenedOf({ inner }, through) ?? {}, through, sinkTo(told))
  inner.onchunk?.(1)
  expect(inner.onclose()).toBe('closed')
  expect([heard, told]).toEqual([[1], ['reading', ['piece', 1], 'reading', ['end']]])
  expect(assigned).toEqual(['onchunk', 'onchunk'])
  // A listener that the program has not set stays unset.
  expect([Object.keys(inner), 'onerror' in inner]).toEqual([['handler'], false])
})
