/** Budgets: reserved before, settled after, and never over by more than the estimate was off. */
import { expect, test, vi } from 'vitest'
import { createClient, type BudgetEvent, type ClientOptions, type LimitError } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { turn } from '../support/eventually.js'
import { faultPair, messages } from './fault-pair.js'
import { beginStream, chunk, never, sendEvent, sendJson, usageChunk, type Behaviour } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
/** A USD for a token of output, nothing for input. */
const A_TOKEN = { input: 0, output: 1_000_000 }
const clientWith = (options: ClientOptions) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    prices: { overrides: { 'good/m': A_TOKEN, 'bad/m': A_TOKEN } },
    retries: 0,
    timeout: 5000,
    ...options,
  })
type Asked = { model?: string; max_tokens?: number; user?: string; tags?: string[] }
const asking =
  (ai: ReturnType<typeof createClient>) =>
  ({ model = 'good/m', max_tokens = 10, ...metadata }: Asked = {}) =>
    ai.chat.completions.create({ model, messages, max_tokens }, { metadata })
const refusal = (promise: Promise<unknown>): Promise<Partial<LimitError>> =>
  promise.then(
    () => ({ name: 'no refusal' }),
    (error: LimitError) => error,
  )
const using =
  (completion_tokens: number, delay = 0): Behaviour =>
  async (_, response) => {
    if (delay > 0) await time.after(delay)
    sendJson(response, 200, {
      id: 'a',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 0, completion_tokens, total_tokens: completion_tokens },
    })
  }

test('200 callers at once on a budget for fifty calls: fifty are sent, and the errors of the others say what is left', async () => {
  pair.good.behave = using(10, 20)
  const ask = asking(clientWith({ budgets: [{ usd: 500, per: 'day' }] }))
  const all = await time.passing(Promise.all(Array.from({ length: 200 }, () => refusal(ask()))))
  expect(all.filter(({ name }) => name === 'no refusal')).toHaveLength(50)
  expect(pair.good.seen).toHaveLength(50)
  const [refused] = all.filter(({ name }) => name === 'LimitError')
  expect(refused).toMatchObject({
    limit: 'budget',
    isRetryable: false,
    attempts: [],
    provider: 'good',
    message: expect.stringMatching(
      /^budgets\[0\] \(all calls\) has 0 USD left of 500 USD, and the call may need 10 USD: /,
    ) as string,
    budget: { path: 'budgets[0]', scope: 'all calls', unit: 'usd', limit: 500, left: 0, estimate: 10 },
  })
  const { resetsInMs = 0 } = refused?.budget ?? {}
  expect(resetsInMs).toBeGreaterThan(0)
  expect(resetsInMs).toBeLessThanOrEqual(24 * 3_600_000)
})

test('what was reserved and not used is free again, and what was used is not', async () => {
  pair.good.behave = using(4)
  const ask = asking(clientWith({ budgets: [{ usd: 20, per: 'day' }] }))
  // Each reserves 10 and uses 4: the fourth finds 8 left.
  for (let i = 0; i < 3; i += 1) await ask()
  expect(await refusal(ask())).toMatchObject({ limit: 'budget', budget: { left: 8 } })
  await ask({ max_tokens: 8 })
  expect(await refusal(ask({ max_tokens: 5 }))).toMatchObject({ budget: { left: 4 } })
})

test('a failure gives back what it reserved, whatever it was', async () => {
  const ai = clientWith({ budgets: [{ usd: 10, per: 'day' }], cooldown: false })
  const ask = asking(ai)
  pair.good.behave = (_, response) => sendJson(response, 500, {})
  expect(await refusal(ask())).toMatchObject({ status: 500 })
  pair.good.behave = (_, response) => void response.destroy()
  expect(await refusal(ask())).toMatchObject({ name: 'ConnectionError' })
  pair.good.behave = never
  await expect(
    time.passing(ai.chat.completions.create({ model: 'good/m', messages, max_tokens: 10 }, { timeout: 30 })),
  ).rejects.toMatchObject({ name: 'TimeoutError' })
  pair.good.behave = using(10)
  await ask()
  expect(await refusal(ask({ max_tokens: 1 }))).toMatchObject({ budget: { left: 0 } })
})

test('the input of a cancelled attempt counts: a timeout, an abort, the loser of a hedge', async () => {
  pair.bad.behave = never
  pair.good.behave = using(0)
  const ai = clientWith({
    models: { both: { targets: ['bad/m', 'good/m'], hedge: { after: 10 } } },
    // A USD for a token of input: 8 of them.
    prices: { overrides: { 'bad/m': { input: 1_000_000, output: 0 }, 'good/m': { input: 0, output: 0 } } },
    budgets: [{ usd: 100, per: 'day' }],
    cooldown: false,
  })
  const ask = (model: string, options?: object) =>
    time.passing(ai.chat.completions.create({ model, messages }, options)).catch((error: Error) => error.name)
  const left = async () => (await refusal(clientLeft())).budget?.left
  const clientLeft = () =>
    ai.chat.completions.create({ model: 'bad/m', messages: [{ role: 'user', content: 'x'.repeat(1000) }] })
  expect(await ask('bad/m', { timeout: 30 })).toBe('TimeoutError')
  expect(await left()).toBe(92)
  const leaver = new AbortController()
  const leaves = ask('bad/m', { signal: leaver.signal })
  const seen = pair.bad.seen.length
  await time.until(() => pair.bad.seen.length > seen, 'it is asked')
  leaver.abort()
  expect(await leaves).toBe('AbortError')
  expect(await left()).toBe(84)
  await ask('both')
  expect(await left()).toBe(76)
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  expect(await ask('bad/m')).toBe('ProviderError')
  expect(await left()).toBe(76)
})

test('usage above the estimate counts in full', async () => {
  pair.good.behave = using(30)
  const told: BudgetEvent[] = []
  const ask = asking(
    clientWith({ budgets: [{ usd: 20, per: 'month' }], hooks: { onBudget: (event) => told.push(event) } }),
  )
  await ask()
  expect(await refusal(ask({ max_tokens: 1 }))).toMatchObject({ budget: { left: 0 } })
  expect(told).toMatchObject([
    { budget: 'budgets[0]', scope: 'all calls', state: 'exceeded', unit: 'usd', limit: 20, left: -10 },
    { state: 'refused', left: -10 },
  ])
  expect(told[0]?.resetsAt).toBeGreaterThan(Date.now())
})

test('a target that is too expensive is skipped: a cheaper one serves', async () => {
  pair.bad.behave = using(10)
  pair.good.behave = using(10)
  const ask = asking(
    clientWith({
      models: { m: ['bad/m', 'good/m'] },
      prices: { overrides: { 'bad/m': A_TOKEN, 'good/m': { input: 0, output: 1000 } } },
      budgets: [{ scope: { alias: 'm' }, usd: 15, per: 'day' }],
    }),
  )
  const served = []
  for (let i = 0; i < 3; i += 1) served.push((await ask({ model: 'm' }))._meta.provider)
  expect(served).toEqual(['bad', 'good', 'good'])
})

test('a fallback is held to the budget of its own target', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  const ask = asking(
    clientWith({ fallbacks: ['good/m'], budgets: [{ scope: { provider: 'good' }, usd: 5, per: 'day' }] }),
  )
  // The failure that was met says more than that there was no money for another try.
  expect(await refusal(ask({ model: 'bad/m' }))).toMatchObject({ status: 500, provider: 'bad' })
  expect(pair.good.seen).toHaveLength(0)
})

test('each user has a budget; a soft one only reports, once for each state', async () => {
  pair.good.behave = using(10)
  const told: BudgetEvent[] = []
  const ask = asking(
    clientWith({
      budgets: [
        { scope: { user: '*' }, usd: 20, per: 'day' },
        { scope: { tag: 'team' }, tokens: 50, per: 'hour', hard: false, warnAt: 0.5 },
      ],
      hooks: { onBudget: (event) => told.push(event) },
    }),
  )
  for (const user of ['ann', 'ann', 'bob', 'bob']) await ask({ user, tags: ['team'] })
  expect(await refusal(ask({ user: 'ann' }))).toMatchObject({ limit: 'budget' })
  await ask({ tags: ['team'] })
  await ask({ tags: ['team'] })
  await turn()
  expect(told.filter(({ budget }) => budget === 'budgets[1]')).toMatchObject([
    { scope: 'tag team', state: 'warning', unit: 'tokens', limit: 50, left: 20 },
    { scope: 'tag team', state: 'exceeded', left: 0 },
  ])
})

test('a hard budget in USD takes no target without a price; a price of 0, a soft budget or one in tokens does', async () => {
  const ask = (options: ClientOptions) => asking(clientWith({ prices: {}, ...options }))()
  const error = await refusal(ask({ budgets: [{ usd: 1, per: 'day' }] }))
  expect(error).toMatchObject({ limit: 'budget', provider: 'good', model: 'm' })
  expect(error.message).toBe(
    'budgets[0] (all calls) cannot count good/m, which has no price; set one in prices.overrides, 0 if it is free',
  )
  expect(pair.good.seen).toHaveLength(0)
  await ask({ budgets: [{ usd: 1, per: 'day' }], prices: { overrides: { 'good/m': { input: 0, output: 0 } } } })
  await ask({ budgets: [{ usd: 1, per: 'day', hard: false }] })
  await ask({ budgets: [{ tokens: 1000, per: 'day' }] })
})

test('a stream is settled at its end; of one that is closed early or cut, what came counts', async () => {
  let end: (how: 'whole' | 'cut') => void = () => {}
  pair.good.behave = (_, response) => {
    beginStream(response)
    sendEvent(response, chunk({ content: 'some' }))
    end = (how) => {
      if (how === 'cut') return void response.destroy()
      sendEvent(response, chunk({}, 'stop'))
      sendEvent(response, { ...usageChunk, usage: { prompt_tokens: 0, completion_tokens: 5, total_tokens: 5 } })
      sendEvent(response, '[DONE]')
      response.end()
    }
  }
  const ai = clientWith({ budgets: [{ usd: 100, per: 'day' }] })
  const open = (max_tokens: number) =>
    ai.chat.completions.create({ model: 'good/m', messages, max_tokens, stream: true })
  const left = async () => (await refusal(open(1000))).budget?.left
  const whole = await open(60)
  expect(await left()).toBe(40)
  end('whole')
  for await (const _ of whole);
  expect(await left()).toBe(95)
  const stopped = await open(20)
  for await (const _ of stopped) break
  // `some`, by its characters.
  expect(await left()).toBe(94)
  expect(stopped._meta?.cost).toMatchObject({ usd: 1, missing: [expect.stringMatching(/^partial/)] })
  const cut = await open(10)
  end('cut')
  await expect(
    (async () => {
      for await (const _ of cut);
    })(),
  ).rejects.toMatchObject({ name: 'StreamError' })
  expect(await left()).toBe(93)
  expect(ai.spend().total).toMatchObject({ calls: 3, outputTokens: 7, usd: 7 })
})

test('two parallel attempts both count', async () => {
  pair.bad.behave = using(10, 200)
  pair.good.behave = using(10)
  const ai = clientWith({
    models: { m: { targets: ['bad/m', 'good/m'], hedge: { after: 10 } } },
    budgets: [{ usd: 15, per: 'day' }],
  })
  // There is no money for a second one.
  expect((await time.passing(asking(ai)({ model: 'm' })))._meta.attempts).toHaveLength(1)
  expect(pair.good.seen).toHaveLength(0)
})

test('a target without a price is skipped, with one warning', async () => {
  const said: string[] = []
  const warn = vi.spyOn(console, 'warn').mockImplementation((text) => void said.push(String(text)))
  pair.good.behave = using(1)
  const ask = asking(clientWith({ models: { m: ['bad/unpriced', 'good/m'] }, budgets: [{ usd: 100, per: 'day' }] }))
  expect((await ask({ model: 'm' }))._meta.provider).toBe('good')
  await ask({ model: 'm' })
  warn.mockRestore()
  expect(said.filter((line) => line.includes('cannot count bad/unpriced'))).toHaveLength(1)
})

test('a budget that is too large to be counted, or of an alias that there is not, is refused', () => {
  expect(() => clientWith({ budgets: [{ usd: 1e12, per: 'day' }] })).toThrow('budgets[0].usd: can be at most 9007199')
  expect(() =>
    clientWith({ models: { smart: 'good/m' }, budgets: [{ scope: { alias: 'smrt' }, usd: 1, per: 'day' }] }),
  ).toThrow('budgets[0].scope.alias: there is no alias `smrt`; did you mean `smart`?')
  expect(() => clientWith({ limits: [{ scope: { alias: 'smart' }, rpm: 1 }] })).toThrow(
    /^limits\[0\]\.scope\.alias: there is no alias `smart`/,
  )
})

test('two budgets for the same are refused, two windows are not', () => {
  const day = { usd: 1, per: 'day' } as const
  expect(() => clientWith({ budgets: [day, { ...day, usd: 5 }] })).toThrow(
    'budgets[1]: holds for the same as budgets[0]',
  )
  clientWith({ budgets: [day, { ...day, per: 'hour' }, { ...day, window: 'rolling' }, { tokens: 1, per: 'day' }] })
})
