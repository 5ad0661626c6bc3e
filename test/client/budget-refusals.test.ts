/** What a budget says that lets a call not run: the estimate, what is left, when there is room, and what to change. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions, type LimitError } from '../../src/index.js'
import { messages } from './abuse-support.js'

const answer = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10 },
}

const clientOf = (options: ClientOptions) =>
  createClient({
    fetch: (async () => Response.json(answer)) as typeof fetch,
    providers: { m: { baseURL: 'http://m/v1' } },
    prices: { overrides: { 'm/*': { input: 0, output: 1_000_000 } } },
    retries: 0,
    ...options,
  })

const refusal = (call: Promise<unknown>): Promise<LimitError> =>
  call.then(
    () => {
      throw new Error('was let in')
    },
    (error: LimitError) => error,
  )

afterEach(() => {
  vi.doUnmock('../../src/kernel/own-require.js')
  vi.resetModules()
  vi.restoreAllMocks()
})

describe('a refusal in words and in fields', () => {
  test('of a user’s budget in USD: whose it is, what is left, what the call may need', async () => {
    const ai = clientOf({ budgets: [{ scope: { user: '*' }, usd: 15, per: 'day' }] })
    const ask = (max_tokens: number) =>
      ai.chat.completions.create({ model: 'm/x', messages, max_tokens }, { metadata: { user: 'ann' } })
    await ask(10)
    const { message, budget, limit, isRetryable } = await refusal(ask(10))
    expect([limit, isRetryable]).toEqual(['budget', false])
    expect(message).toMatch(
      /^budgets\[0\] \(user=ann\) has 6 USD left of 15 USD, and the call may need 10 USD: about \d+ tokens of input and 10 of output \(the limit that it sets\); enough is free in \d+ (hours|minutes|seconds?)\. To continue, lower max_tokens, use a cheaper model or raise budgets\[0\]\.usd$/,
    )
    expect(budget).toEqual({
      path: 'budgets[0]',
      scope: 'user=ann',
      unit: 'usd',
      limit: 15,
      left: 6,
      estimate: 10,
      tokens: { input: expect.any(Number) as number, output: 10, assumed: false },
      resetsInMs: expect.any(Number) as number,
      change: 'lower max_tokens, use a cheaper model or raise budgets[0].usd',
    })
  })

  test('of one in tokens, for a call that sets no limit of its own', async () => {
    const ai = clientOf({ budgets: [{ tokens: 1_200, per: 'hour', window: 'rolling' }] })
    const both = await Promise.allSettled([1, 2].map(() => ai.chat.completions.create({ model: 'm/x', messages })))
    const [refused] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as LimitError] : []))
    expect(refused?.message).toContain('1000 of output (assumed, as it sets no limit)')
    expect(refused?.message).toMatch(/To continue, set max_tokens or raise budgets\[0\]\.tokens$/)
    expect(refused?.budget?.tokens).toMatchObject({ output: 1000, assumed: true })
    expect(refused?.budget?.left).toBeLessThan(200)
  })

  test('of a call that is more than the whole budget', async () => {
    const ai = clientOf({ budgets: [{ usd: 5, per: 'month' }] })
    const { message, budget } = await refusal(ai.chat.completions.create({ model: 'm/x', messages, max_tokens: 100 }))
    expect(message).toContain('that is more than the whole budget')
    expect(budget).toMatchObject({ left: 5, estimate: 100 })
  })

  test('of a target without a price', async () => {
    const ai = clientOf({ budgets: [{ usd: 5, per: 'month' }], prices: {} })
    const { message, budget } = await refusal(ai.chat.completions.create({ model: 'm/x', messages }))
    expect(message).toBe(
      'budgets[0] (all calls) cannot count m/x, which has no price; set one in prices.overrides, 0 if it is free',
    )
    expect(budget).toMatchObject({
      missing: 'no price for m/x',
      change: expect.stringContaining('prices.overrides') as string,
    })
    expect(budget).not.toHaveProperty('estimate')
  })

  test('of a price list that could not be read', async () => {
    const ai = clientOf({ budgets: [{ usd: 5, per: 'month' }], prices: { litellm: '/nowhere/prices.json' } })
    const { message, budget } = await refusal(ai.chat.completions.create({ model: 'm/x', messages }))
    expect(message).toContain('cannot count m/x, whose price is not known now: ')
    expect(message).toContain('the price list of litellm could not be loaded: ENOENT')
    expect(budget?.missing).toContain('litellm')
  })
})

test('a price list that is still being loaded is waited for', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'prices-'))
  const file = path.join(folder, 'prices.json')
  writeFileSync(
    file,
    JSON.stringify({ 'openai/own-model': { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 } }),
  )
  const ai = clientOf({
    budgets: [{ usd: 5, per: 'month' }],
    prices: { litellm: file },
    providers: { openai: { apiKey: 'k' } },
  })
  const { cost } = (await ai.chat.completions.create({ model: 'openai/own-model', messages }))._meta
  expect(cost).toMatchObject({ usd: 0.00001, source: 'litellm' })
  rmSync(folder, { recursive: true })
})

test('a price table that a bundle left out is named, with the fix, by costs, by the refusal and in a warning', async () => {
  vi.resetModules()
  // What the build has made of it: the file is asked for when the first price is.
  vi.doMock('tracestitch/prices.json', () => ({
    get default(): never {
      throw Object.assign(new Error('gone'), { code: 'MODULE_NOT_FOUND' })
    },
  }))
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const fresh = await import('../../src/index.js')
  const open = (options: ClientOptions) =>
    fresh.createClient({
      fetch: (async () => Response.json(answer)) as typeof fetch,
      providers: { openai: { apiKey: 'k' } },
      ...options,
    })
  const ask = (ai: ReturnType<typeof open>) => ai.chat.completions.create({ model: 'openai/gpt-5-mini', messages })
  const told =
    /tracestitch\/prices\.json could not be loaded \(MODULE_NOT_FOUND\): a bundle without it needs tracestitch to be installed/
  for (let i = 0; i < 2; i += 1) {
    const { cost } = (await ask(open({})))._meta
    expect(cost).toMatchObject({ usd: null, confidence: 'none' })
    expect(cost.missing.join()).toMatch(told)
  }
  expect(warn.mock.calls.flat().filter((line) => told.test(String(line)))).toHaveLength(1)
  const { message, budget } = await refusal(ask(open({ budgets: [{ usd: 1, per: 'day' }] })))
  expect(message).toMatch(told)
  expect(message).not.toContain('which has no price')
  expect(budget?.missing).toMatch(told)
  // A price of the program's own needs no table.
  const prices = { overrides: { 'openai/*': { input: 1, output: 1 } } }
  expect((await ask(open({ budgets: [{ usd: 1, per: 'day' }], prices })))._meta.cost.source).toBe('override')
})
