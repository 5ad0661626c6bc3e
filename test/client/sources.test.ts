/** A client on a clock and with chance of its own: a day passes at once, and each draw is the same in every run. */
import { expect, test } from 'vitest'
import { everything } from '../../src/whole-catalogue.js'
import { openClient } from '../../src/client/index.js'
import type { ClientOptions } from '../../src/index.js'
import { messages, outcome, using } from './abuse-support.js'

const MINUTE = 60_000

function setUp(options: ClientOptions, random?: () => number) {
  const clock = { ms: 0, now: () => clock.ms, date: () => Date.parse('2026-02-28T23:59:00Z') + clock.ms }
  let failing = false
  const ai = openClient(
    everything,
    {
      fetch: (async () => (failing ? new Response('{}', { status: 500 }) : using(10))) as typeof fetch,
      providers: { a: { baseURL: 'http://a/v1' }, b: { baseURL: 'http://b/v1' } },
      retries: 0,
      ...options,
    },
    [],
    { clock, ...(random && { random }) },
  )
  const ask = (model = 'm') => ai.chat.completions.create({ model, messages, max_tokens: 10 })
  return { ai, ask, clock, fail: (fails: boolean) => (failing = fails) }
}

test('a daily budget resets at midnight of its clock', async () => {
  const { ask, clock } = setUp({ models: { m: ['a/m'] }, budgets: [{ tokens: 60, per: 'day' }] })
  const names = async () => [(await outcome(ask())).name, (await outcome(ask())).name]
  for (let i = 0; i < 5; i += 1) await ask()
  expect(await names()).toEqual(['LimitError', 'LimitError'])
  clock.ms += 59_999
  expect(await names()).toEqual(['LimitError', 'LimitError'])
  clock.ms += 1
  expect(await names()).toEqual(['answered', 'answered'])
})

test('a cooldown ends by its clock, and what a call took is by its clock', async () => {
  const { ai, ask, clock, fail } = setUp({ models: { m: ['a/m'] }, cooldown: { consecutive: 1, duration: MINUTE } })
  fail(true)
  await outcome(ask())
  expect(ai.health().targets[0]).toMatchObject({ state: 'open', retryAfterMs: MINUTE })
  clock.ms += MINUTE
  fail(false)
  expect(ai.health().targets[0]).toMatchObject({ state: 'half-open' })
  await ask()
  expect(ai.health().targets[0]).toMatchObject({ state: 'closed', latencyMs: 0 })
})

test('each random choice among targets uses the given source', async () => {
  let at = 0
  const models = { m: { strategy: 'weighted', targets: [{ model: 'a/m', weight: 3 }, 'b/m'] } } as const
  const { ask } = setUp({ models }, () => ((at += 1) % 8) / 8)
  const providers: string[] = []
  for (let i = 0; i < 80; i += 1) providers.push((await ask())._meta.provider)
  expect(providers.filter((name) => name === 'a')).toHaveLength(60)
  expect(at).toBeGreaterThanOrEqual(80)
})
