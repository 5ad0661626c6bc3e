/** Identical calls at the same time: one goes to a provider, and nobody waits for nothing. */
import { describe, expect, test } from 'vitest'
import { cacheClient, hitOf, messages, said, streamOf, wire, type Provider } from './cache-support.js'
import { read } from './stages-support.js'
import { eventually } from '../support/eventually.js'

const base = { model: 'a/m', messages }

/** A provider whose answers the test gives, one by one. */
function held() {
  const waiting: ((response: Response) => void)[] = []
  const provider: Provider = ({ signal }) =>
    new Promise((resolve, reject) => {
      waiting.push(resolve)
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
    })
  return { provider, waiting }
}

describe('identical calls at once', () => {
  test('200 callers are one request, and each has an answer of its own', async () => {
    const { provider, waiting } = held()
    const { client, sent, events } = cacheClient({}, provider)
    const calls = Array.from({ length: 200 }, () => client.chat.completions.create(base))
    await eventually(() => waiting.length === 1, 'requests')
    waiting[0]?.(Response.json(said(0)))
    const answers = await Promise.all(calls)
    expect(sent).toHaveLength(1)
    expect(answers.map(hitOf).sort()).toEqual([...Array.from({ length: 199 }, () => 'joined'), 'miss'])
    expect(new Set(answers.map(({ choices }) => choices[0])).size).toBe(200)
    expect(answers.every(({ choices }) => choices[0]?.message.content === 'answer 0')).toBe(true)
    expect(answers.filter(({ _meta }) => _meta.cost.usd === 0)).toHaveLength(199)
    expect(answers.find((answer) => hitOf(answer) === 'joined')?._meta.cache).toMatchObject({
      ageMs: 0,
      savedUsd: 15e-6,
    })
    expect(client.spend().total.usd).toBe(15e-6)
    expect(events.filter(({ outcome }) => outcome === 'joined')).toHaveLength(199)
    await client.close()
  })

  test('a leader who gives up does not take the others with it', async () => {
    const { provider, waiting } = held()
    const { client, sent } = cacheClient({}, provider)
    const leader = new AbortController()
    const first = client.chat.completions.create(base, { signal: leader.signal })
    await eventually(() => waiting.length === 1, 'requests')
    const others = [1, 2, 3].map(() => client.chat.completions.create(base))
    leader.abort(new Error('no longer needed'))
    await expect(first).rejects.toThrow('no longer needed')
    await eventually(() => waiting.length === 2, 'requests')
    waiting[1]?.(Response.json(said(1)))
    expect((await Promise.all(others)).map(hitOf)).toEqual(['miss', 'joined', 'joined'])
    expect(sent).toHaveLength(2)
    await client.close()
  })

  test('a follower who gives up leaves the others and the leader alone', async () => {
    const { provider, waiting } = held()
    const { client } = cacheClient({}, provider)
    const [leader, follower] = [client.chat.completions.create(base), new AbortController()]
    await eventually(() => waiting.length === 1, 'requests')
    const left = client.chat.completions.create(base, { signal: follower.signal })
    const stays = client.chat.completions.create(base)
    follower.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    waiting[0]?.(Response.json(said(0)))
    expect([hitOf(await leader), hitOf(await stays)]).toEqual(['miss', 'joined'])
    await client.close()
  })

  test('after a failure one of them tries, then two, then as many as have failed', async () => {
    const { provider, waiting } = held()
    const { client } = cacheClient({}, provider)
    const calls = Array.from({ length: 9 }, () =>
      client.chat.completions.create(base).then(hitOf, (error: { status?: number }) => error.status),
    )
    let before = 0
    for (const width of [1, 1, 2]) {
      await eventually(() => waiting.length === before + width, 'requests')
      for (const fail of waiting.slice(before)) fail(Response.json({ error: { message: 'x' } }, { status: 400 }))
      before += width
    }
    await eventually(() => waiting.length === 8, 'requests')
    for (const answer of waiting.slice(4)) answer(Response.json(said(9)))
    const outcomes = (await Promise.all(calls)).map(String).sort()
    expect(outcomes).toEqual(['400', '400', '400', '400', 'joined', 'miss', 'miss', 'miss', 'miss'])
    await client.close()
  })

  test('an answer that is not kept is not shared', async () => {
    const { client, sent } = cacheClient({}, () => Response.json(said(0, 'content_filter')))
    const answers = await Promise.all([1, 2, 3].map(() => client.chat.completions.create(base)))
    expect([sent.length, ...answers.map(hitOf)]).toEqual([3, 'miss', 'miss', 'miss'])
    await client.close()
  })

  test('calls of two users, and those that refresh, go alone', async () => {
    const { client, sent } = cacheClient()
    const ask = (user: string, refresh = false) =>
      client.chat.completions.create(base, { metadata: { user }, cache: { refresh } })
    await Promise.all([ask('ann'), ask('bob'), ask('ann', true)])
    expect(sent).toHaveLength(3)
    await client.close()
  })

  test('a plain call waits for a stream, until its caller has read it', async () => {
    let release: () => void = () => undefined
    const { client, sent } = cacheClient({}, async () => {
      const text = await wire(streamOf(0)).text()
      const half = text.indexOf(' 0')
      const body = new ReadableStream<Uint8Array>({
        start(sink) {
          sink.enqueue(new TextEncoder().encode(text.slice(0, half)))
          release = () => {
            sink.enqueue(new TextEncoder().encode(text.slice(half)))
            sink.close()
          }
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const stream = await client.chat.completions.create({ ...base, stream: true })
    const plain = client.chat.completions.create(base)
    // It has joined: all that comes before is done by now.
    await new Promise(setImmediate)
    release()
    const { text } = await read(stream)
    expect([text, hitOf(await plain), sent.length]).toEqual(['answer 0', 'joined', 1])
    await client.close()
  })

  test('each goes alone, if so set', async () => {
    const { client, sent } = cacheClient({ cache: { singleFlight: false } })
    await Promise.all([1, 2, 3].map(() => client.chat.completions.create(base)))
    expect(sent).toHaveLength(3)
    await client.close()
  })
})
