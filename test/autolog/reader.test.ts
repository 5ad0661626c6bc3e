/** What an SDK got, told to the call: its answer, its events, its headers, and how it ended. */
import { describe, expect, test } from 'vitest'
import { AnswerReader, type ReaderOptions } from '../../src/autolog/calls/reader.js'
import type { CallDeclaration } from '../../src/autolog/contract.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import type { Call } from '../../src/telemetry/spans/call.js'

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const ANSWER = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
  usage,
}
const piece = (delta: object, finish_reason: string | null, more: object = {}): object => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
})
const FIRST = piece({ role: 'assistant', content: 'hi' }, null)
const LAST = piece({}, 'stop', { usage })
const REFUSAL = { error: { message: 'no', type: 'server_error', code: 'c' } }

/** A reader, and what its call is told. */
function setUp(declared: Partial<CallDeclaration> = {}, options: ReaderOptions = {}, recording = true) {
  const told: [what: string, ...of: unknown[]][] = []
  const hears = (what: string) => (value: unknown) => void told.push(value === undefined ? [what] : [what, value])
  const call = {
    recording,
    content: false,
    chunk: hears('chunk'),
    headers: hears('headers'),
    response: hears('response'),
    set: hears('set'),
    end: hears('end'),
  } as unknown as Call
  const reader = new AnswerReader(
    call,
    { protocol: 'openai-chat', provider: 'p', ...declared },
    {
      report: hears('report'),
      ...options,
    },
  )
  return { reader, told, names: () => told.map(([what]) => what) }
}

const readUsage = (told: readonly (readonly unknown[])[]): unknown =>
  told.flatMap(([what, value]) => (what === 'response' ? [(value as { chat?: { usage?: unknown } }).chat?.usage] : []))

describe('a whole answer', () => {
  test('is read, and ends the call', () => {
    const { reader, told, names } = setUp()
    reader.whole(ANSWER)
    expect(names()).toEqual(['response', 'end'])
    expect(readUsage(told)).toMatchObject([usage])
  })

  test('that is an error of the provider ends the call with that error', () => {
    const { reader, told } = setUp()
    reader.whole(REFUSAL)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject(['end', { error: expect.any(ProviderError) as unknown }])
  })

  test.each([
    ['a whole answer', (reader: AnswerReader, failed: object) => reader.whole(failed)],
    [
      'a stream',
      (reader: AnswerReader, failed: object) => {
        reader.event({ type: 'response.created', response: { ...failed, status: 'in_progress', error: null } })
        reader.event({ type: 'response.failed', response: failed })
        reader.close({ closed: false })
      },
    ],
  ])('that failed is billed for what it says it took: %s', (_, read) => {
    const { reader, told } = setUp({ protocol: 'openai-responses' })
    const error = { code: 'server_error', message: 'broken' }
    const counted = { input_tokens: 11, output_tokens: 7, total_tokens: 18 }
    read(reader, { id: 'r', object: 'response', model: 'm', status: 'failed', output: [], error, usage: counted })
    expect(told).toContainEqual([
      'response',
      {
        other: expect.objectContaining({ usage: expect.objectContaining({ prompt_tokens: 11, completion_tokens: 7 }) }),
      },
    ])
    expect(told.at(-1)).toMatchObject(['end', { error: expect.any(ProviderError) as unknown }])
  })

  test('of an unknown shape is reported', () => {
    const { reader, told } = setUp({
      answer: () => {
        throw new TypeError('x')
      },
    })
    reader.whole(ANSWER)
    expect(told).toEqual([['set', { 'tracestitch.unread': 'answer' }], ['report', 'answer'], ['end']])
  })

  test('is found where the declaration says, or there is none', () => {
    const within = setUp({ answer: (result) => (result as { data?: unknown }).data })
    within.reader.whole({ data: ANSWER })
    expect(readUsage(within.told)).toMatchObject([usage])
    const none = setUp({ answer: () => undefined })
    none.reader.whole(ANSWER)
    expect(none.told).toEqual([['end']])
  })

  test('may have its usage and attributes from the declaration', () => {
    const { reader, told } = setUp({
      answer: () => undefined,
      usage: () => usage,
      responseAttributes: () => ({ x: 1 }),
    })
    reader.whole(ANSWER)
    expect(told).toEqual([['response', { other: { id: '', model: '', usage } }], ['set', { x: 1 }], ['end']])
  })

  test('is not read when no span records it', () => {
    const { reader, told } = setUp({ usage: () => usage }, {}, false)
    reader.whole(ANSWER)
    expect(told).toEqual([['end']])
  })
})

describe('a stream', () => {
  test('reports its first event, and the answer once at its end', () => {
    const { reader, told, names } = setUp()
    for (const event of [FIRST, LAST, '[DONE]']) reader.event(event)
    reader.close({ closed: false })
    reader.close({ closed: true })
    reader.event(FIRST)
    expect(names()).toEqual(['chunk', 'response', 'end'])
    expect(readUsage(told)).toMatchObject([usage])
  })

  test('without its last event was cut, unless the program closed it', () => {
    for (const closed of [false, true]) {
      const { reader, told, names } = setUp()
      reader.event(FIRST)
      reader.close({ closed })
      expect(names()).toEqual(['chunk', 'response', 'end'])
      expect(told[2]).toEqual(
        closed ? ['end'] : ['end', { error: expect.objectContaining({ code: 'stream_truncated' }) as unknown }],
      )
    }
  })

  test('without any event was cut too, and one that nobody read is no error', () => {
    const cut = setUp()
    cut.reader.close({ closed: false })
    expect(cut.told.at(-1)).toMatchObject(['end', { error: { code: 'stream_truncated' } }])
    const left = setUp()
    left.reader.close({ closed: true })
    expect(left.told).toEqual([['end']])
  })

  test('has a finish reason only if it came to its end', () => {
    for (const error of [undefined, new Error('x')]) {
      const { reader, told } = setUp()
      for (const event of [FIRST, LAST, '[DONE]']) reader.event(event)
      reader.close({ error, closed: false })
      const [response] = told.flatMap(([what, value]) => (what === 'response' ? [value] : []))
      expect(response).toMatchObject({ chat: { usage } })
      expect(told.at(-1)).toEqual(error ? ['end', { error }] : ['end'])
    }
  })

  test('of a format without streams reports its first chunk and its end', () => {
    const { reader, told } = setUp({ protocol: 'openai-embeddings' })
    reader.event(FIRST)
    reader.close({ closed: false })
    expect(told).toEqual([['chunk'], ['end']])
  })

  test('that fails has its own error, unless the program has aborted it', () => {
    const error = new Error('x')
    for (const aborted of [false, true]) {
      const { reader, told } = setUp({}, { signal: { aborted } })
      reader.event(FIRST)
      reader.close({ error, closed: false })
      expect(told.at(-1)).toEqual(aborted ? ['end'] : ['end', { error }])
    }
  })

  test('with an error of the provider ends with that error, and no more of it is read', () => {
    const { reader, told, names } = setUp()
    for (const event of [FIRST, REFUSAL, LAST]) reader.event(event)
    reader.close({ closed: false })
    expect(names()).toEqual(['chunk', 'response', 'end'])
    expect(told[2]).toMatchObject(['end', { error: expect.any(ProviderError) as unknown }])
  })

  test('with an event that cannot be read is reported, and keeps what came before it', () => {
    let events = 0
    const { reader, told, names } = setUp({
      event: (data) => {
        events += 1
        if (events === 2) throw new TypeError('x')
        return { data }
      },
    })
    for (const event of [FIRST, LAST, LAST]) reader.event(event)
    expect(events).toBe(2)
    reader.close({ closed: false })
    expect(names()).toEqual(['chunk', 'response', 'set', 'report', 'end'])
    expect(told.slice(2)).toEqual([['set', { 'tracestitch.unread': 'stream' }], ['report', 'stream'], ['end']])
  })

  test('whose pieces the SDK wraps is read from their content', () => {
    const { reader, told } = setUp({
      event: (wrapped) => (wrapped === 'nothing' ? undefined : { data: (wrapped as { data: unknown }).data }),
    })
    for (const event of ['nothing', { data: FIRST }, { data: undefined }, { data: LAST }]) reader.event(event)
    reader.close({ closed: false })
    expect(readUsage(told)).toMatchObject([usage])
    expect(told.at(-1)).toEqual(['end'])
  })

  test('is not read when no span records it', () => {
    let read = false
    const { reader, told } = setUp({ event: (data) => ((read = true), { data }) }, {}, false)
    reader.event(FIRST)
    reader.close({ closed: false })
    expect(told).toEqual([['chunk'], ['end']])
    expect(read).toBe(false)
  })
})

describe('headers', () => {
  const headers = new Headers({ 'x-request-id': 'r' })

  test('of an answer, in any form', () => {
    const { reader, told } = setUp()
    reader.headers(headers)
    reader.headers({ 'X-Request-Id': 'r', ':status': '200', 'x-list': ['a'], 'x-number': 7 })
    for (const none of [undefined, null, 'x-request-id: r']) reader.headers(none)
    const fieldsOf = (view: Pick<Headers, 'forEach'>): object => {
      const fields: Record<string, string> = {}
      view.forEach((value, name) => (fields[name] = value))
      return fields
    }
    expect(told.map(([, value]) => fieldsOf(value as Headers))).toEqual([
      { 'x-request-id': 'r' },
      { 'x-request-id': 'r' },
    ])
  })

  test.each([
    ['on it', { headers }],
    ['on its response', { response: { headers } }],
    ['on its raw response', { rawResponse: { headers }, response: { headers: new Headers() } }],
  ])('of an error, %s', (_where, error) => {
    const { reader, told } = setUp()
    reader.fail(error)
    expect(told).toEqual([
      ['headers', headers],
      ['end', { error }],
    ])
  })

  test('of an error that has none', () => {
    for (const error of [new Error('x'), 'x', { response: null, headers: {} }]) {
      const { reader, told } = setUp()
      reader.fail(error)
      expect(told.filter(([what, value]) => what === 'headers' && value !== undefined)).toEqual([])
      expect(told.at(-1)).toEqual(['end', { error }])
    }
  })
})

test('an answer that cannot be watched is reported, and ends the call', () => {
  const { reader, told } = setUp()
  reader.unread('stream')
  expect(told).toEqual([['set', { 'tracestitch.unread': 'stream' }], ['report', 'stream'], ['end']])
})
