/** `ai.spend()`: what calls came to. */
import { expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { faultPair, messages } from './fault-pair.js'
import { answers, sendJson } from './fault-server.js'

const pair = faultPair()
const clientWith = (options: ClientOptions = {}) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    // 1 000 tokens in, 100 out.
    prices: { overrides: { 'good/m': { input: 0.1, output: 2 } } },
    retries: 0,
    ...options,
  })

test('counts calls, tokens and cost by model, provider, alias, tag, user and day', async () => {
  pair.bad.behave = answers('ok')
  const ai = clientWith({ models: { smart: ['good/m'] } })
  await ai.chat.completions.create({ model: 'smart', messages }, { metadata: { user: 'ann', tags: ['a', 'b', 'a'] } })
  await ai.chat.completions.create({ model: 'good/m', messages }, { metadata: { user: 'bob', tags: ['b'] } })
  await ai.chat.completions.create({ model: 'bad/m', messages })
  const call = { calls: 1, inputTokens: 1000, outputTokens: 100, usd: 0.0003, unpriced: 0 }
  const two = { calls: 2, inputTokens: 2000, outputTokens: 200, usd: 0.0006, unpriced: 0 }
  // What has no price is not free.
  const unknown = { ...call, usd: null, unpriced: 1 }
  expect(ai.spend()).toEqual({
    total: { name: 'total', calls: 3, inputTokens: 3000, outputTokens: 300, usd: 0.0006, unpriced: 1 },
    rows: [
      { name: 'good/m', ...two },
      { name: 'bad/m', ...unknown },
    ],
  })
  expect(ai.spend({ by: 'provider' }).rows).toMatchObject([{ name: 'good', calls: 2 }, { name: 'bad' }])
  expect(ai.spend({ by: 'alias' }).rows).toMatchObject([
    { name: null, calls: 2, usd: 0.0003, unpriced: 1 },
    { name: 'smart', ...call },
  ])
  expect(ai.spend({ by: 'tag' }).rows).toMatchObject([
    { name: 'b', ...two },
    { name: 'a', ...call },
    { name: null, ...unknown },
  ])
  expect(ai.spend({ by: 'user' }).rows.map(({ name }) => name)).toEqual(['ann', 'bob', null])
  expect(ai.spend({ by: 'day' }).rows).toMatchObject([{ name: new Date().toISOString().slice(0, 10), calls: 3 }])
})

test('streams and embeddings count; failures do not', async () => {
  const ai = clientWith()
  for await (const _ of await ai.chat.completions.create({ model: 'good/m', messages, stream: true }));
  pair.good.behave = (_, response) =>
    sendJson(response, 200, {
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', index: 0, embedding: [1] }],
      usage: { prompt_tokens: 10, total_tokens: 10 },
    })
  await ai.embeddings.create({ model: 'good/m', input: 'a' })
  pair.good.behave = (_, response) => sendJson(response, 500, {})
  await expect(ai.chat.completions.create({ model: 'good/m', messages })).rejects.toMatchObject({ status: 500 })
  expect(ai.spend().total).toEqual({
    name: 'total',
    calls: 2,
    inputTokens: 1010,
    outputTokens: 100,
    usd: 0.000301,
    unpriced: 0,
  })
})

test('a million times a tenth of a cent is a thousand dollars, whatever doubles say', async () => {
  const { Ledger } = await import('../../src/client/facts/spend.js')
  const ledger = new Ledger()
  const meta = { provider: 'p', model: 'm', cost: { usd: 0.001 } } as never
  for (let i = 0; i < 1_000_000; i += 1) {
    ledger.add({
      meta,
      usage: { prompt_tokens: 1 },
      alias: undefined,
      metadata: { user: `user ${i % 20_000}` },
      date: 0,
    })
  }
  const { total, rows } = ledger.spend('user')
  expect(total).toMatchObject({ calls: 1_000_000, usd: 1000, inputTokens: 1_000_000 })
  // Names beyond the first ten thousand are one row.
  expect(rows).toHaveLength(10_001)
  expect(rows[0]).toMatchObject({ name: '(others)', calls: 500_000, usd: 500 })
})
