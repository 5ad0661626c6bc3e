/** While a stream opens it touches its own attempt only; what it came to reaches the call when it is committed. */
import { expect, test } from 'vitest'
import { Abortable } from '../../src/client/call/abortable.js'
import type { PieceReader } from '../../src/client/transport/body.js'
import { StreamAttempt, type StreamParts, type StreamReading } from '../../src/client/streams/stream-attempt.js'
import { StreamError } from '../../src/kernel/errors.js'
import { ProviderError } from '../../src/kernel/provider-error.js'

type Item = { readonly word: string; readonly _meta?: unknown }

type Batch = readonly string[]

/**
 * Words are content, `-` is a sign of life, `.` the end, `!` an error of the provider, `~` a piece that takes until `slow` is
 * resolved.
 */
function parts(batches: readonly (Batch | Promise<Batch>)[], slow?: Promise<void>) {
  const log: string[] = []
  const said: string[] = []
  const pieces: PieceReader<string> = {
    next: (last) => {
      log.push(last ? 'read the rest' : 'read')
      const batch = batches[log.filter((line) => line.startsWith('read')).length - 1]
      return Promise.resolve(batch)
    },
    drain: () => void log.push('drain'),
    cancel: () => void log.push('cancel'),
  }
  const reading: StreamReading<string, Item> = {
    get hasContent() {
      return said.length > 0
    },
    get mayBeLast() {
      return said.at(-1) === 'last'
    },
    isComplete: false,
    read(piece, give) {
      if (piece === '.') return true
      if (piece === '!') throw new ProviderError('no room', { status: 529 })
      if (piece === '-') return false
      if (piece === '~') return Promise.resolve(slow).then(() => false)
      said.push(piece)
      give({ word: piece })
      return false
    },
    end() {
      if (said.length === 0) throw new StreamError('nothing came')
    },
    answer: () => ({ other: { id: '', model: '' } }),
    withMeta: (item, meta) => ({ ...item, _meta: meta }),
  }
  const call = {
    claim: () => {},
    limits: { unref: () => log.push('call: unref'), abortedByCaller: false },
    telemetry: { chunk: (at: unknown) => log.push(`call: first chunk ${typeof at}`) },
    succeed: () => (log.push('call: succeeded'), 'meta'),
    fail: (error: unknown) => (log.push('call: failed'), error),
  }
  const run = {
    limits: Object.assign(new Abortable(), { stop: (limit: string) => log.push(`attempt: stop ${limit}`) }),
    contentBegan: () => log.push('attempt: content began'),
    locate: (error: unknown) => error,
    finish: (error: unknown) => log.push(error ? 'attempt: failed' : 'attempt: finished'),
  }
  const wire = { fields: {} }
  const stream = new StreamAttempt({ call, run, wire, pieces, reading } as unknown as StreamParts<string, Item>)
  const ofCall = (): string[] => log.filter((line) => line.startsWith('call'))
  return { stream, log, ofCall, limits: run.limits }
}

const COMMITTED = ['call: unref', 'call: first chunk number']

async function rest(stream: StreamAttempt<string, Item>): Promise<unknown[]> {
  const items: unknown[] = []
  try {
    for (let next = await stream.next(); !next.done; next = await stream.next()) items.push(next.value)
  } catch (error) {
    items.push(error)
  }
  return items
}

test('keep-alives are no content: the stream opens with the first content, and commits only when asked', async () => {
  const { stream, log, ofCall } = parts([['-'], ['-', '-'], ['one', 'two'], ['three', '.']])
  await stream.open()
  expect(log).toEqual(['read', 'read', 'read'])
  stream.commit()
  expect(ofCall()).toEqual(COMMITTED)
  // What follows may take longer than the limits of the first content.
  expect(log.slice(3, 6)).toEqual(['attempt: content began', 'attempt: stop firstChunk', 'attempt: stop attempt'])
  expect(await rest(stream)).toEqual([{ word: 'one' }, { word: 'two' }, { word: 'three', _meta: 'meta' }])
  expect(log.slice(-2)).toEqual(['attempt: finished', 'call: succeeded'])
  expect(log.filter((line) => line === 'drain')).toHaveLength(1)
  expect(stream.meta).toBe('meta')
})

test('a stream that ended while it opened ends its attempt, and the call at the commitment', async () => {
  const { stream, ofCall, log } = parts([['one', 'last', '.']])
  await stream.open()
  expect(log.slice(-2)).toEqual(['attempt: content began', 'attempt: finished'])
  expect(ofCall()).toEqual([])
  stream.commit()
  expect(ofCall()).toEqual([...COMMITTED, 'call: succeeded'])
  expect(await rest(stream)).toEqual([{ word: 'one' }, { word: 'last', _meta: 'meta' }])
})

test('content and a fault in one read: the content commits, and the fault follows it', async () => {
  const { stream, ofCall, log } = parts([['one', '!']])
  await stream.open()
  expect(log.slice(-3)).toEqual(['cancel', 'attempt: content began', 'attempt: failed'])
  expect(ofCall()).toEqual([])
  stream.commit()
  const [one, error, ...more] = await rest(stream)
  expect([one, more]).toEqual([{ word: 'one' }, []])
  expect(error).toMatchObject({ name: 'StreamError', status: 529, cause: { name: 'ProviderError' } })
  expect(ofCall()).toEqual([...COMMITTED, 'call: failed'])
  expect(stream.meta).toBeUndefined()
})

test.each([[[['-'], ['!']]], [[['-', '!']]], [[['-'], ['.']]], [[['-']]]])(
  'a fault before content, or no content at all, is the attempt’s: %j',
  async (batches) => {
    const { stream, ofCall } = parts(batches)
    await expect(stream.open()).rejects.toMatchObject({
      name: expect.stringMatching(/^(Provider|Stream)Error$/) as string,
    })
    expect(ofCall()).toEqual([])
  },
)

test('closed before its end: the socket closes, the call succeeds with what came, once', async () => {
  const { stream, ofCall, log } = parts([['one'], ['two'], ['three', '.']])
  await stream.open()
  stream.commit()
  stream.stop()
  stream.stop()
  expect(await rest(stream)).toEqual([])
  expect(ofCall()).toEqual([...COMMITTED, 'call: succeeded'])
  expect(log.filter((line) => line === 'cancel')).toHaveLength(1)
  expect(stream.meta).toBe('meta')
})

test('reads that do not wait for each other share one read of the body', async () => {
  const { stream, log } = parts([['one'], ['two'], ['three', '.']])
  await stream.open()
  stream.commit()
  const results = await Promise.all(Array.from({ length: 4 }, () => stream.next()))
  expect(results.map(({ value }) => (value as Item | undefined)?.word)).toEqual(['one', 'two', 'three', undefined])
  expect(log.filter((line) => line === 'read')).toHaveLength(3)
})

test('an item that may be the last is given once another follows', async () => {
  const { stream } = parts([
    ['one', 'last'],
    ['two', '.'],
  ])
  await stream.open()
  stream.commit()
  expect(await rest(stream)).toEqual([{ word: 'one' }, { word: 'last' }, { word: 'two', _meta: 'meta' }])
})

test('a limit that runs out while nobody reads ends the call', async () => {
  const { stream, log, limits } = parts([['one'], ['two', '.']])
  await stream.open()
  stream.commit()
  limits.abort(new Error('the time is up'))
  expect(log.slice(-4)).toEqual(['cancel', 'attempt: content began', 'attempt: failed', 'call: failed'])
  expect(await rest(stream)).toMatchObject([{ word: 'one' }, { name: 'StreamError' }])
})

test.each(['a read', 'a failing read', 'a piece'] as const)(
  '%s that ends after the reader has closed it changes nothing',
  async (kind) => {
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const late: Batch = ['~', 'two', '.']
    const reads = { 'a read': () => late, 'a failing read': () => Promise.reject(new Error('reset')) }
    const read = kind === 'a piece' ? undefined : reads[kind]
    const { stream, log, ofCall } = parts([['one'], read ? gate.then(read) : late], read ? undefined : gate)
    await stream.open()
    stream.commit()
    await stream.next()
    const next = stream.next()
    await Promise.resolve()
    stream.stop()
    open()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(log.filter((line) => line === 'drain' || line.startsWith('attempt: f'))).toEqual(['attempt: finished'])
    expect(ofCall()).toEqual([...COMMITTED, 'call: succeeded'])
    expect(await rest(stream)).toEqual([])
  },
)
