/** A stage answers from memory: no attempt is made, nothing is paid, and all that tells of the call says so. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Answer } from '../../src/client/call/answer.js'
import type { Settled, Stage } from '../../src/client/call/stage.js'
import * as semconv from '../../src/telemetry/semconv.js'
import type { ClientOptions } from '../../src/index.js'
import {
  clientOf,
  completion,
  exporter,
  forgetSpans,
  keepSpans,
  messages,
  read,
  usage,
  vectors,
} from './stages-support.js'

beforeEach(keepSpans)
afterEach(forgetSpans)

describe('an answer from memory', () => {
  const remembers = (answer: Answer, seen: Settled[] = []): Stage => ({
    id: 'memory',
    before: () => Promise.resolve(answer),
    done: (_, settled) => void seen.push(settled),
  })
  const chat: Answer = { chat: completion('from memory') }
  const META = {
    provider: 'a',
    model: 'm',
    attempts: [],
    cost: { usd: 0, parts: {}, confidence: 'exact', missing: [] },
    cache: { by: 'memory', savedUsd: 15e-6 },
    rateLimit: null,
  }

  /** Nobody was asked, nothing was paid, and the span says who answered. */
  async function nobodyAsked({ client, asked, attempts }: ReturnType<typeof clientOf>) {
    expect([asked, attempts]).toEqual([[], []])
    expect(client.spend().total).toMatchObject({ calls: 1, usd: 0, inputTokens: 0, outputTokens: 0 })
    const spans = exporter.getFinishedSpans()
    expect(spans).toHaveLength(1)
    const [span] = spans
    expect(span?.attributes).toMatchObject({ [semconv.ANSWERED_BY]: 'memory', [semconv.USAGE_COST]: 0 })
    // Tokens were counted when the answer was made.
    expect(Object.keys(span?.attributes ?? {}).filter((name) => name.includes('tokens'))).toEqual([])
    expect(span?.status.code).toBe(0)
    expect(client.health().targets.every(({ requests, inFlight }) => requests === 0 && inFlight === 0)).toBe(true)
    await client.close()
    return span
  }

  test('chat', async () => {
    const seen: Settled[] = []
    const all = clientOf([remembers(chat, seen)])
    const answer = await all.client.chat.completions.create({ model: 'a/m', messages })
    expect(answer.choices[0]?.message.content).toBe('from memory')
    expect(answer.usage).toEqual(usage)
    expect(answer._meta).toMatchObject({ ...META, usage })
    const span = await nobodyAsked(all)
    expect(answer._meta.traceId).toBe(span?.spanContext().traceId)
    expect(seen).toEqual([{ answer: chat, meta: answer._meta, partial: false }])
  })

  test('a stream of chat', async () => {
    const all = clientOf([remembers(chat)])
    const stream = await all.client.chat.completions.create({ model: 'a/m', messages, stream: true })
    expect(stream._meta).toBeUndefined()
    const { items, text } = await read(stream)
    expect(text).toBe('from memory')
    expect(items.at(-1)?._meta).toBe(stream._meta)
    expect(stream._meta).toMatchObject(META)
    await nobodyAsked(all)
  })

  test('responses, plain and as a stream', async () => {
    const all = clientOf([remembers(chat)])
    const answer = await all.client.responses.create({ model: 'a/m', input: 'hi' })
    expect(answer).toMatchObject({ object: 'response', output_text: 'from memory', _meta: META })
    await nobodyAsked(all)
    exporter.reset()
    const again = clientOf([remembers(chat)])
    const stream = await again.client.responses.create({ model: 'a/m', input: 'hi', stream: true })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed'])
    expect(stream._meta).toMatchObject(META)
    await nobodyAsked(again)
  })

  test('embeddings, and rerank', async () => {
    const all = clientOf([remembers({ embeddings: vectors })])
    const answer = await all.client.embeddings.create({ model: 'a/m', input: 'hi' })
    expect(answer.data[0]?.embedding).toEqual([1, 2])
    expect(answer._meta).toMatchObject({ ...META, cache: { by: 'memory', savedUsd: null } })
    await nobodyAsked(all)
    exporter.reset()
    const results = [{ index: 0, relevance_score: 1 }]
    const ranks = clientOf([remembers({ other: { id: '', model: 'm' }, body: { id: '', model: 'm', results } })])
    const ranked = await ranks.client.rerank.create({ model: 'a/m', query: 'q', documents: ['d'] })
    expect(ranked).toMatchObject({ results, _meta: { attempts: [], cost: { usd: 0 } } })
    await nobodyAsked(ranks)
  })

  test('uses nothing of limits and budgets', async () => {
    const options: ClientOptions = { limits: [{ rpm: 1 }], budgets: [{ tokens: 1, per: 'day' }] }
    const { client } = clientOf([remembers(chat)], options)
    for (const _ of [1, 2, 3]) await client.chat.completions.create({ model: 'a/m', messages, max_tokens: 5 })
    await client.close()
  })

  test('a stage that never answers ends with the call', async () => {
    const { client, asked } = clientOf([{ id: 'slow', before: () => new Promise(() => {}) }])
    await expect(client.chat.completions.create({ model: 'a/m', messages, timeout: 20 })).rejects.toMatchObject({
      name: 'TimeoutError',
      limit: 'total',
    })
    expect(asked).toEqual([])
    expect(exporter.getFinishedSpans()).toHaveLength(1)
  })
})
