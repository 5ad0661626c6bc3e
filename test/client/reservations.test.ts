/** A reservation counts what is sent, wherever it was said: fifty callers at once on a budget that is worth ten. */
import { describe, expect, test } from 'vitest'
import { createClient, type Client, type ClientOptions } from '../../src/index.js'
import { eventually } from '../support/eventually.js'
import { clientOf, messages, outcome, using } from './abuse-support.js'

type Body = Record<string, unknown>

/** A client whose attempts all hang until a test lets them go, so that only reservations decide. */
function held(options: ClientOptions): { ai: Client; sent: Body[]; release: () => void } {
  const sent: Body[] = []
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const answer = async (body: Body): Promise<Response> => {
    sent.push(body)
    await gate
    return using(1)
  }
  const ai = clientOf(answer, {
    prices: {},
    providers: {
      m: { baseURL: 'http://m/v1', apiKey: 'k' },
      anthropic: { baseURL: 'http://c', apiKey: 'k' },
      gemini: { baseURL: 'http://g', apiKey: 'k' },
      bedrock: { baseURL: 'http://b', apiKey: 'k' },
      ollama: { baseURL: 'http://o', apiKey: 'k' },
      cohere: { baseURL: 'http://co', apiKey: 'k' },
      own: { baseURL: 'http://r/v1', apiKey: 'k', protocol: 'openai-responses' },
    },
    ...options,
  })
  return { ai, sent, release }
}

const CALLERS = 50

/** Calls at once, of which `release` lets those go on that were sent. Each of the others ended as `refusal` says. */
async function admittedOf(
  ask: () => Promise<unknown>,
  { sent, release }: { readonly sent: () => number; readonly release: () => void },
  refusal = 'LimitError',
): Promise<number> {
  let ended = 0
  const calls = Array.from({ length: CALLERS }, async () => {
    const { name } = await outcome(ask())
    ended += 1
    return name
  })
  await eventually(() => sent() + ended >= CALLERS, 'each call is sent or refused')
  release()
  expect((await Promise.all(calls)).filter((name) => name === refusal)).toHaveLength(CALLERS - sent())
  return sent()
}

/** How many of fifty calls at once are sent. */
function admitted(options: ClientOptions, ask: (ai: Client) => Promise<unknown>): Promise<number> {
  const { ai, sent, release } = held(options)
  return admittedOf(() => ask(ai), { sent: () => sent.length, release })
}

const TOKENS: ClientOptions = { budgets: [{ tokens: 10_500, per: 'day' }] }
const asks =
  (body: Body, model = 'm/x', options: Body = {}) =>
  (ai: Client): Promise<unknown> =>
    ai.chat.completions.create({ model, messages, ...body } as never, options)

describe('a thousand tokens of output', () => {
  test.each([
    ['max_tokens', { max_tokens: 1000 }],
    ['max_completion_tokens', { max_completion_tokens: 1000 }],
    ['the greater of both', { max_completion_tokens: 1, max_tokens: 1000 }],
    ['a text', { max_tokens: '1000' }],
    ['n', { max_tokens: 100, n: 10 }],
    ['extra_body', { max_tokens: 1, extra_body: { max_tokens: 1000 } }],
    ['extra_body, which does not make it less', { max_tokens: 1000, extra_body: { max_tokens: 1 } }],
    ['another word in extra_body', { max_tokens: 1, extra_body: { max_completion_tokens: 1000 } }],
    ['n in extra_body', { max_tokens: 100, extra_body: { n: 10 } }],
    ['best_of in extra_body', { max_tokens: 100, extra_body: { best_of: 10 } }],
    ['deeper in extra_body', { max_tokens: 1, extra_body: { parameters: { max_new_tokens: 1000 } } }],
    ['provider_options', { max_tokens: 1, provider_options: { m: { max_tokens: 1000 } } }],
    ['thinking in extra_body', { max_tokens: 1, extra_body: { thinking: { type: 'enabled', budget_tokens: 1000 } } }],
    ['thinking of OpenRouter', { max_tokens: 1, extra_body: { reasoning: { max_tokens: 1000 } } }],
    ['nothing, which is as much by itself', {}],
  ])('%s', async (_, body) => {
    expect(await admitted(TOKENS, asks(body))).toBe(10)
  })

  test('what is for another provider does not count', async () => {
    const body = { max_tokens: 1, provider_options: { other: { max_tokens: 1000 } } }
    expect(await admitted(TOKENS, asks(body))).toBe(50)
  })

  test.each([
    ['gemini', { generationConfig: { maxOutputTokens: 1000 } }],
    ['gemini', { generationConfig: { maxOutputTokens: 100, candidateCount: 10 } }],
    ['gemini', { generationConfig: { thinkingConfig: { thinkingBudget: 1000 } } }],
    ['bedrock', { inferenceConfig: { maxTokens: 1000 } }],
    ['bedrock', { additionalModelRequestFields: { max_tokens: 1000 } }],
    ['anthropic', { max_tokens: 1000 }],
    ['anthropic', { thinking: { type: 'enabled', budget_tokens: 1000 } }],
    ['ollama', { options: { num_predict: 1000 } }],
    ['cohere', { max_tokens: 1000 }],
    ['cohere', { thinking: { type: 'enabled', token_budget: 1000 } }],
  ])('%s in its own words: %o', async (provider, extra) => {
    const ask = asks({ max_tokens: 1, provider_options: { [provider]: extra } }, `${provider}/x`)
    expect(await admitted(TOKENS, ask)).toBe(10)
  })

  test.each([
    ['params of the target', { a: [{ model: 'm/x', params: { max_tokens: 1000 } }] }],
    ['extra_body in params of the target', { a: [{ model: 'm/x', params: { extra_body: { max_tokens: 1000 } } }] }],
    ['n in params of the target', { a: [{ model: 'm/x', params: { n: 1000 } }] }],
  ] as const)('%s', async (_, models) => {
    expect(await admitted({ ...TOKENS, models } as ClientOptions, asks({ max_tokens: 1 }, 'a'))).toBe(10)
  })

  test('params of a fallback, where the first target failed', async () => {
    let sent = 0
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    const ai = createClient({
      ...TOKENS,
      fetch: (async (url: string) => {
        if (url.includes('//b/')) return new Response('{}', { status: 500 })
        sent += 1
        await gate
        return using(1)
      }) as typeof fetch,
      providers: { m: { baseURL: 'http://m/v1' }, b: { baseURL: 'http://b/v1' } },
      models: { a: { targets: ['b/x'], fallbacks: [{ model: 'm/x', params: { max_tokens: 1000 } }] } },
      retries: 0,
      cooldown: false,
    })
    const ask = () => asks({ max_tokens: 1 }, 'a')(ai)
    // The failure that was met says more than that there was no money for another try.
    expect(await admittedOf(ask, { sent: () => sent, release }, 'ProviderError')).toBe(10)
  })

  test.each([
    ['Responses, passed on', { max_output_tokens: 1000 }, 'own/x'],
    ['Responses, translated', { max_output_tokens: 1000 }, 'm/x'],
    ['Responses with extra_body', { max_output_tokens: 1, extra_body: { max_output_tokens: 1000 } }, 'own/x'],
  ])('%s', async (_, body, model) => {
    expect(await admitted(TOKENS, (ai) => ai.responses.create({ model, input: 'hi', ...body }))).toBe(10)
  })
})

test('text that a target or a call adds to the body counts as input', async () => {
  const long = 'word '.repeat(800)
  const added = { documents: [{ text: long }] }
  for (const [body, models] of [
    [{ extra_body: added }, { a: ['m/x'] }],
    [{}, { a: [{ model: 'm/x', params: { extra_body: added } }] }],
    [{ extra_body: { messages: [{ role: 'user', content: long }] } }, { a: ['m/x'] }],
  ] as const)
    expect(await admitted({ ...TOKENS, models } as ClientOptions, asks({ ...body, max_tokens: 1 }, 'a'))).toBe(10)
})

describe('operations that are not chat', () => {
  const usd = (price: object): ClientOptions => ({
    budgets: [{ usd: 1.05, per: 'day' }],
    prices: { overrides: { 'm/*': price as never } },
  })
  const images = { output_cost_per_image: 0.01 }
  test.each<[string, ClientOptions, (ai: Client) => Promise<unknown>]>([
    ['images by the piece', usd(images), (ai) => ai.images.generate({ model: 'm/x', prompt: 'a cat', n: 10 })],
    [
      'images, n in extra_body',
      usd(images),
      (ai) => ai.images.generate({ model: 'm/x', prompt: 'a cat', extra_body: { n: 10 } }),
    ],
    [
      'images by their tokens, as large and as good as they may be',
      usd({ input: 0, output: 16, output_image: 16 }),
      (ai) => ai.images.generate({ model: 'm/x', prompt: 'a cat' }),
    ],
    [
      'speech by its characters',
      usd({ input_cost_per_character: 0.0001 }),
      (ai) => ai.audio.speech.create({ model: 'm/x', input: 'x'.repeat(1000), voice: 'v' }),
    ],
    [
      'a transcript by its seconds',
      usd({ input_cost_per_second: 0.001 }),
      (ai) => ai.audio.transcriptions.create({ model: 'm/x', file: new File([new Uint8Array(400_000)], 'a.mp3') }),
    ],
    [
      'documents by search units',
      usd({ input_cost_per_query: 0.05 }),
      (ai) => ai.rerank.create({ model: 'm/x', query: 'q', documents: Array.from({ length: 150 }, () => 'd') }),
    ],
  ])('%s', async (_, options, ask) => {
    expect(await admitted(options, ask)).toBe(10)
  })

  test('what has no price is refused by a hard budget in USD, and a moderation is free', async () => {
    const options = { budgets: [{ usd: 1, per: 'day' }] } as const
    const { ai, release } = held(options)
    release()
    expect(await outcome(ai.images.generate({ model: 'm/x', prompt: 'a cat' }))).toMatchObject({
      name: 'LimitError',
      limit: 'budget',
    })
    expect(await outcome(ai.moderations.create({ model: 'm/x', input: 'text' }))).toMatchObject({ name: 'answered' })
  })
})

test('an embeddings call that takes several requests counts as so many in the rate of its target', async () => {
  const { ai, sent, release } = held({
    providers: {
      m: { baseURL: 'http://m/v1', protocol: 'openai-embeddings', quirks: { maxInputs: { 'openai-embeddings': 2 } } },
    },
    limits: [{ scope: { provider: 'm' }, rpm: 6, onLimit: 'reject' }],
  })
  const ask = () => outcome(ai.embeddings.create({ model: 'm/e', input: ['a', 'b', 'c', 'd', 'e'] }))
  const calls = [ask(), ask(), ask()]
  await eventually(() => sent.length === 6, 'two of them are sent')
  release()
  expect((await Promise.all(calls)).filter(({ name }) => name === 'LimitError')).toHaveLength(1)
  expect(sent).toHaveLength(6)
})
