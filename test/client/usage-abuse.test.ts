/** Usage that a provider makes up: no call fails of it, and neither limits, budgets nor sums are lost to it. */
import { expect, test } from 'vitest'
import { answerWith, clientOf, messages, OpenStore, outcome, using } from './abuse-support.js'

/** What may stand where a count belongs. */
const VALUES = [
  '-5',
  '-1e300',
  '1e300',
  '1e999',
  '-1e999',
  '9007199254740993',
  '"12"',
  '"NaN"',
  '1.5',
  'null',
  'true',
  '{}',
  '[7]',
  '""',
]
const USAGES = VALUES.flatMap((value) => [
  `{"prompt_tokens":${value},"completion_tokens":${value},"total_tokens":${value}}`,
  `{"prompt_tokens":0,"completion_tokens":3,"total_tokens":${value}}`,
  `{"completion_tokens":${value}}`,
  `{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cost":${value}}`,
  `{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":${value},"completion_tokens_details":{"reasoning_tokens":${value}}}`,
  value,
])
const CASES = USAGES.flatMap((usage) => [
  { usage, stream: false },
  { usage, stream: true },
])

test.each(CASES)('sums and budgets stay finite, and nothing stays reserved: $usage, stream $stream', async (one) => {
  const store = new OpenStore()
  const ai = clientOf(({ stream }) => (stream === true ? streamOf(one.usage) : answerWith(one.usage)), {
    store,
    budgets: [
      { usd: 1e6, per: 'day' },
      { tokens: 1e9, per: 'day' },
    ],
    limits: [{ tpm: 1e6 }, { scope: { provider: 'a' }, tpm: 1e6 }],
  })
  const body = { model: 'a/m', messages, max_tokens: 10 }
  if (one.stream) for await (const _ of await ai.chat.completions.create({ ...body, stream: true }));
  else expect((await ai.chat.completions.create(body)).choices[0]?.message.content).toBe('ok')
  await ai.close()
  expect(store.reserved).toBe(0)
  expect(store.corrections.every(({ units }) => Number.isSafeInteger(units))).toBe(true)
  const { inputTokens, outputTokens, usd } = ai.spend().total
  for (const sum of [inputTokens, outputTokens, usd ?? 0]) {
    expect(typeof sum).toBe('number')
    expect(sum).toBeGreaterThanOrEqual(0)
    expect(sum).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
  }
  // The day is not over for the others.
  expect(await outcome(ai.chat.completions.create(body))).toMatchObject({ name: 'answered' })
})

test.each(USAGES)('a rate after a usage of %s still limits, and is not used up for ever', async (usage) => {
  const ai = clientOf(() => answerWith(usage), { limits: [{ tpm: 1000, onLimit: 'reject' }] })
  const ask = () => outcome(ai.chat.completions.create({ model: 'a/m', messages, max_tokens: 400 }))
  let last = await ask()
  for (let i = 0; i < 1100 && last.name !== 'LimitError'; i += 1) last = await ask()
  expect(last).toMatchObject({ name: 'LimitError', limit: 'tokens' })
  expect(last['retryAfterMs']).toBeLessThanOrEqual(20 * 60_000)
})

test('a call that asks for more tokens than there are a minute gives back no more than it took', async () => {
  const ai = clientOf(() => using(600), { limits: [{ tpm: 1000, onLimit: 'reject' }] })
  const ask = (max_tokens: number) => outcome(ai.chat.completions.create({ model: 'a/m', messages, max_tokens }))
  // It takes all there is, and uses 600.
  expect(await ask(50_000)).toMatchObject({ name: 'answered' })
  expect(await ask(500)).toMatchObject({ name: 'LimitError', limit: 'tokens' })
  expect(await ask(300)).toMatchObject({ name: 'answered' })
})

test('requests that ask for nonsense break neither limits nor budgets', async () => {
  for (const wrong of [Number.NaN, 'many', -5, 1e300, Infinity, null, {}]) {
    const store = new OpenStore()
    const ai = clientOf(() => using(3), {
      store,
      limits: [{ tpm: 5000 }],
      budgets: [
        { tokens: 1e6, per: 'day' },
        { usd: 1e6, per: 'day', hard: false },
      ],
    })
    for (const field of ['max_tokens', 'n']) {
      const body = { model: 'a/m', messages, [field]: wrong } as never
      const result = await outcome(ai.chat.completions.create(body))
      expect(result.name).toMatch(/^(answered|LimitError|UnsupportedParameterError)$/)
    }
    await ai.close()
    expect(store.reserved).toBe(0)
    // Nobody is left out because of it.
    expect(await outcome(ai.chat.completions.create({ model: 'a/m', messages, max_tokens: 1 }))).toMatchObject({
      name: expect.stringMatching(/answered|LimitError/) as string,
    })
    const result = store.take([{ key: 'tpm calls', limit: 5000, windowMs: 60_000, units: 1 }])
    expect(result.ok ? result.remaining.every(Number.isFinite) : Number.isFinite(result.retryAfterMs)).toBe(true)
  }
})

test('more than a thousand answers with impossible costs: sums and calls go on', async () => {
  const ai = clientOf(() => answerWith('{"prompt_tokens":1,"completion_tokens":1e300,"cost":1e308}'))
  for (let i = 0; i < 1100; i += 1) await ai.chat.completions.create({ model: 'a/m', messages })
  const { total, rows } = ai.spend({ by: 'user' })
  expect(total.calls).toBe(1100)
  expect(Number.isFinite(total.usd ?? 0)).toBe(true)
  expect(rows).toHaveLength(1)
})

function streamOf(usage: string): Response {
  const chunk = (choices: string, rest = ''): string =>
    `data: {"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":${choices}${rest}}\n\n`
  const text =
    chunk('[{"index":0,"delta":{"role":"assistant","content":"ok"},"finish_reason":null}]') +
    chunk('[{"index":0,"delta":{},"finish_reason":"stop"}]') +
    chunk('[]', `,"usage":${usage}`) +
    'data: [DONE]\n\n'
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

test('made-up counts of tokens do not make a target look fast, or its speed unknown', async () => {
  for (const tokens of ['"many"', '1e300', '{}']) {
    const ai = clientOf(() => answerWith(`{"prompt_tokens":0,"completion_tokens":${tokens},"total_tokens":1}`), {
      models: { m: ['a/m'] },
    })
    await ai.chat.completions.create({ model: 'm', messages })
    expect(ai.health().targets[0]?.msPerToken ?? 1).toBeGreaterThan(0.001)
  }
})

const long = [{ role: 'user' as const, content: 'word '.repeat(400) }]

test.each([
  ['no input of a long request', '{"prompt_tokens":0,"completion_tokens":3,"total_tokens":3}'],
  ['only output', '{"completion_tokens":3}'],
  ['more input than a thousand times the request', '{"prompt_tokens":900000000,"completion_tokens":3}'],
  ['more output than any answer has', '{"prompt_tokens":500,"completion_tokens":900000000}'],
])('%s is not believed: neither priced nor summed, and charged as estimated', async (_, usage) => {
  const store = new OpenStore()
  const ai = clientOf(() => answerWith(usage), {
    store,
    budgets: [{ tokens: 1e6, per: 'day' }],
    prices: { overrides: { 'a/*': { input: 1, output: 1 } } },
  })
  const { _meta: meta } = await ai.chat.completions.create({ model: 'a/m', messages: long, max_tokens: 10 })
  expect(meta.cost).toMatchObject({ usd: null, missing: [expect.stringContaining('usage:')] })
  expect(ai.spend().total).toMatchObject({ calls: 1, inputTokens: 0, outputTokens: 0, usd: null, unpriced: 1 })
  expect(store.used).toBeGreaterThan(400)
  expect(store.used).toBeLessThan(1000)
})
