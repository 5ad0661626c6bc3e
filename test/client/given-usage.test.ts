/** Usage and cost that cannot be true: counted as estimated, told in `missing`, and never an exact price. */
import { describe, expect, test } from 'vitest'
import { costOf } from '../../src/index.js'
import { createClient, type Client, type ClientOptions } from '../../src/index.js'
import { messages, outcome } from './abuse-support.js'

const TEXT = 'x'.repeat(400)
/** A hundred tokens of output and one of input, of a dollar for a million. */
const ROOM = 100
const BUDGETS = {
  usd: { budgets: [{ usd: 0.001, per: 'day' }] },
  tokens: { budgets: [{ tokens: 1_000, per: 'day' }] },
} as const
/** Calls that the budget is worth. */
const WORTH = 10

interface Served {
  /** JSON, as a provider may write it. */
  readonly usage?: string
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

type Format = (served: Served, stream: boolean) => Response

const json = (text: string, headers = {}): Response =>
  new Response(text, { headers: { 'content-type': 'application/json', ...headers } })
const events = (data: readonly string[]): Response =>
  new Response(data.map((one) => `data: ${one}\n\n`).join(''), { headers: { 'content-type': 'text/event-stream' } })

const chunk = (choices: string, rest = ''): string =>
  `{"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":${choices}${rest}}`

const openai: Format = ({ usage, text = TEXT, headers }, stream) => {
  const told = usage === undefined ? '' : `,"usage":${usage}`
  if (!stream)
    return json(
      `{"id":"a","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"${text}"},"finish_reason":"stop"}]${told}}`,
      headers,
    )
  return events([
    chunk(`[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]`),
    chunk('[{"index":0,"delta":{},"finish_reason":"stop"}]'),
    ...(usage === undefined ? [] : [chunk('[]', told)]),
    '[DONE]',
  ])
}

function clientOf(answer: (stream: boolean) => Response, options: ClientOptions = {}): Client {
  return createClient({
    fetch: (async (_: unknown, { body }: RequestInit) =>
      answer((JSON.parse(body as string) as { stream?: boolean }).stream === true)) as typeof fetch,
    providers: {
      m: { baseURL: 'http://m/v1', apiKey: 'k' },
      litellm: { baseURL: 'http://l/v1', apiKey: 'k' },
      claude: { baseURL: 'http://c', apiKey: 'k', protocol: 'anthropic-messages' },
      google: { baseURL: 'http://g', apiKey: 'k', protocol: 'gemini-generate' },
      converse: { baseURL: 'http://b', apiKey: 'k', protocol: 'bedrock-converse' },
    },
    prices: {
      overrides: Object.fromEntries(
        ['m', 'litellm', 'claude', 'google', 'converse'].map((id) => [`${id}/*`, { input: 1, output: 1 }]),
      ),
    },
    retries: 0,
    ...options,
  })
}

type Meta = {
  readonly cost: { readonly usd: number | null; readonly confidence: string; readonly missing: readonly string[] }
}

async function ask(ai: Client, model: string, stream: boolean): Promise<Meta> {
  const body = { model, messages, max_tokens: ROOM }
  if (!stream) return (await ai.chat.completions.create(body))._meta
  const answer = await ai.chat.completions.create({ ...body, stream: true })
  for await (const _ of answer);
  return answer._meta as Meta
}

/** How many of fifty calls a budget lets through. */
async function letThrough(
  answer: (stream: boolean) => Response,
  stream: boolean,
  unit: keyof typeof BUDGETS,
  model = 'm/x',
) {
  let made = 0
  const ai = clientOf((streams) => {
    made += 1
    return answer(streams)
  }, BUDGETS[unit])
  let meta: Meta | undefined
  for (let i = 0; i < 50; i += 1) {
    const one = await ask(ai, model, stream).catch((error: unknown) => error)
    if (!(one instanceof Error)) meta ??= one as Meta
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { made, meta: meta as Meta }
}

const BAD = ['-5', '-1', '1.5', '"100"', '"NaN"', 'true', '{}', '[7]', '1e300', '-1e300', '1e12']
const USAGES: readonly string[] = [
  ...BAD.map((bad) => `{"prompt_tokens":${bad},"completion_tokens":${bad},"total_tokens":${bad}}`),
  ...BAD.map((bad) => `{"prompt_tokens":1,"completion_tokens":${bad}}`),
  '{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}',
  '{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}',
  '{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}',
  '{"total_tokens":-1}',
  '{"total_tokens":0}',
  '{"prompt_tokens":5000000,"completion_tokens":100,"total_tokens":5000100}',
  '{"prompt_tokens":1,"completion_tokens":900000,"total_tokens":900001}',
  '{}',
  'null',
]

describe.each(['usd', 'tokens'] as const)('a budget in %s', (unit) => {
  for (const stream of [false, true]) {
    test.each(USAGES)(
      `allows as many calls, whatever usage they report${stream ? ' (stream)' : ''}: %s`,
      async (usage) => {
        const { made, meta } = await letThrough((streams) => openai({ usage }, streams), stream, unit)
        // No call is free, and none takes it all.
        expect(made).toBeLessThanOrEqual(WORTH)
        expect(made).toBeGreaterThanOrEqual(WORTH - 1)
        expect(meta.cost).toMatchObject({ usd: null, confidence: 'none' })
        expect(meta.cost.missing.join()).not.toBe('')
      },
    )
  }
})

const CLAUDE = (input: string, output: string): string =>
  `{"id":"a","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"${TEXT}"}],"stop_reason":"end_turn","usage":{"input_tokens":${input},"output_tokens":${output}}}`
const GEMINI = (input: string, output: string): string =>
  `{"candidates":[{"content":{"role":"model","parts":[{"text":"${TEXT}"}]},"finishReason":"STOP"}],"modelVersion":"m","usageMetadata":{"promptTokenCount":${input},"candidatesTokenCount":${output},"totalTokenCount":1}}`
const CONVERSE = (input: string, output: string): string =>
  `{"output":{"message":{"role":"assistant","content":[{"text":"${TEXT}"}]}},"stopReason":"end_turn","usage":{"inputTokens":${input},"outputTokens":${output},"totalTokens":1}}`

describe.each([
  ['claude', CLAUDE],
  ['google', GEMINI],
  ['converse', CONVERSE],
] as const)('the words of another format: %s', (id, answer) => {
  test.each(['-5', '"12"', '1.5', '{}', '0', '1e300'])('no count: %s', async (bad) => {
    for (const text of [answer(bad, bad), answer('1', bad)]) {
      const { made, meta } = await letThrough(() => json(text), false, 'usd', `${id}/x`)
      expect([made, meta.cost.usd]).toEqual([9, null])
    }
    const { meta } = await letThrough(() => json(answer(bad, '100')), false, 'usd', `${id}/x`)
    if (bad !== '0') expect(meta.cost).toMatchObject({ usd: null, confidence: 'none' })
  })
})

describe('a stream with usage in several chunks', () => {
  const parts = (...usages: readonly string[]): Response =>
    events([
      ...usages.map((usage, at) =>
        chunk(
          `[{"index":0,"delta":{"content":"${at === 0 ? TEXT : ''}"},"finish_reason":${at === usages.length - 1 ? '"stop"' : 'null'}}]`,
          `,"usage":${usage}`,
        ),
      ),
      '[DONE]',
    ])
  const count = (prompt: number, completion: number): string =>
    `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${prompt + completion}}`
  test.each([
    ['the count so far', [count(7, 1), count(7, 40), count(7, 80)], 87],
    ['the prompt first, the answer last', [count(7, 0), count(0, 80)], 87],
    ['all of it, and then nothing', [count(7, 80), 'null'], 87],
    ['all of it, and then 0', [count(7, 80), count(0, 0)], 87],
    [
      'nonsense, and then all of it',
      ['{"prompt_tokens":-1,"completion_tokens":-1,"total_tokens":-2}', count(7, 80)],
      87,
    ],
  ] as const)('%s', async (_, usages, tokens) => {
    const ai = clientOf(() => parts(...usages))
    const { cost } = await ask(ai, 'm/x', true)
    expect(cost).toMatchObject({ usd: tokens / 1e6, confidence: 'exact' })
  })

  test('only what was known when it began is no usage of the whole', async () => {
    const { made, meta } = await letThrough(() => parts(count(7, 1), 'null'), true, 'usd')
    expect([made, meta.cost.usd]).toEqual([9, null])
  })
})

describe('cost', () => {
  const USED = '{"prompt_tokens":1,"completion_tokens":100,"total_tokens":101'
  const WRONG = ['-1', '"0.5"', '1e300', '20000', 'true', '[1]', '-0.0001', '{"total_cost":-3}', '0', '5000']
  for (const stream of [false, true]) {
    test.each(WRONG)(
      `of a body that cannot be is told, and the price counts${stream ? ' (stream)' : ''}: %s`,
      async (cost) => {
        const { made, meta } = await letThrough(
          (streams) => openai({ usage: `${USED},"cost":${cost}}` }, streams),
          stream,
          'usd',
        )
        expect(made).toBe(9)
        expect(meta.cost.usd).toBe(0.000101)
        expect(meta.cost.confidence).toBe('matched')
        expect(meta.cost.missing.join()).toMatch(/^cost: the provider says /)
      },
    )

    test.each(['-1', 'NaN', 'free', '1e300', 'Infinity', '0'])(
      `of a header that cannot be${stream ? ' (stream)' : ''}: %s`,
      async (value) => {
        const answer = (streams: boolean): Response => {
          const response = openai({ usage: `${USED}}` }, streams)
          response.headers.set('x-litellm-response-cost', value)
          return response
        }
        const { made, meta } = await letThrough(answer, stream, 'usd', 'litellm/x')
        expect([made, meta.cost.usd, meta.cost.confidence]).toEqual([9, 0.000101, 'matched'])
      },
    )
  }

  test('of nothing that was counted is not 0', () => {
    const usage = { prompt_tokens: 0, completion_tokens: 0, cost: 0 }
    expect(costOf({ provider: 'm', model: 'x', usage })).toMatchObject({ usd: null, confidence: 'none' })
  })

  test('of 0 is believed where nobody knows a price, and any other figure where it may be', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 10 }
    expect(costOf({ provider: 'mine', model: 'x', usage: { ...usage, cost: 0 } })).toMatchObject({
      usd: 0,
      source: 'provider',
    })
    for (const cost of [0.000_001, 0.5, 9.99])
      expect(costOf({ provider: 'openai', model: 'gpt-5', usage: { ...usage, cost } })).toMatchObject({
        usd: cost,
        confidence: 'reported',
        missing: [],
      })
  })

  test('more output than the limit counts as reported, with a warning', async () => {
    const ai = clientOf((stream) =>
      openai({ usage: '{"prompt_tokens":1,"completion_tokens":500,"total_tokens":501}' }, stream),
    )
    const { cost } = await ask(ai, 'm/x', false)
    expect(cost.usd).toBe(0.000501)
    expect(cost.missing).toEqual(['usage: 500 output tokens, but the request allows 100'])
  })

  test.each([
    { prompt_tokens: -1e9, completion_tokens: Infinity },
    { prompt_tokens: Number.NaN },
    { input_tokens: '7' },
    { inputTokens: 1.5, outputTokens: 2 },
  ])('costOf prices no count that is none: %o', (usage) => {
    const cost = costOf({ provider: 'openai', model: 'gpt-5', usage })
    expect(cost).toMatchObject({ usd: null, confidence: 'none' })
    expect(cost.missing[0]).toMatch(/^usage: .* cannot be the count of a call$/)
  })
})

test('sums say that the calls have no price, and stay what they were', async () => {
  const ai = clientOf((stream) =>
    openai({ usage: '{"prompt_tokens":-5,"completion_tokens":-5,"total_tokens":-10}' }, stream),
  )
  for (let i = 0; i < 3; i += 1) await outcome(ask(ai, 'm/x', i === 1))
  expect(ai.spend().total).toMatchObject({ calls: 3, inputTokens: 0, outputTokens: 0, usd: null, unpriced: 3 })
})
