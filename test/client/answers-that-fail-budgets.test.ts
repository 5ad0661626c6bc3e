/** Money and answers that fail: each attempt is charged what it came to, and what it held is given back. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { AttemptEvent, BudgetEvent, ClientOptions, FallbackEvent, Store } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { OpenStore } from './abuse-support.js'
import { asked, cases, clientOf } from './answers-that-fail.js'

const time = holdTime()

/** Of a request that is refused by a status nothing is charged. */
const table = cases.flatMap(([what, on, first, more = {}]) =>
  (['plain', 'stream'] as const).flatMap((kind) => {
    // Of a stream, what was said is the caller's.
    const says =
      !('status' in first) && ['content', 'tool_calls', 'reasoning_content'].some((name) => first.message[name])
    if (kind === 'stream' && says) return []
    // A stream that begins with a refusal is left there: its input, as estimated, and what came.
    const isLeft = kind === 'stream' && on === 'refusal'
    return [{ what, kind, on, first, more, charged: 'status' in first ? 0 : isLeft ? 10 : 15 }]
  }),
)

function watched(options: ClientOptions = {}) {
  const store = new OpenStore()
  const attempts: AttemptEvent[] = []
  const fallbacks: FallbackEvent[] = []
  const budgets: BudgetEvent[] = []
  const hooks = {
    onAttempt: (event: AttemptEvent) => attempts.push(event),
    onFallback: (event: FallbackEvent) => fallbacks.push(event),
    onBudget: (event: BudgetEvent) => budgets.push(event),
  }
  const given: ClientOptions = {
    store: store as Store,
    hooks,
    budgets: [{ tokens: 1000, per: 'day' }],
    limits: [{ tpm: 10_000, concurrent: 2 }],
    ...options,
  }
  return { store, attempts, fallbacks, budgets, options: given }
}

type Made = ReturnType<typeof clientOf>['ai']
async function ask(ai: Made, kind: 'plain' | 'stream', more: object) {
  const body = { model: 'first/m', messages: asked, max_tokens: 5, ...more }
  if (kind === 'plain') return (await ai.chat.completions.create({ ...body, stream: false }))._meta
  const stream = await ai.chat.completions.create({ ...body, stream: true })
  for await (const _ of stream) void _
  return stream._meta
}

test.each(table)('$what, $kind: both attempts are charged', async ({ kind, on, first, more, charged }) => {
  const { store, attempts, fallbacks, budgets, options } = watched()
  const { ai } = clientOf(first, [{ model: 'second/m', on }], options)
  const meta = await ask(ai, kind, more)
  expect(meta).toMatchObject({ provider: 'second', attempts: [{ target: 'first/m' }, { target: 'second/m' }] })
  expect({ used: store.used, reserved: store.reserved, places: store.placesHeld }).toEqual({
    used: charged + 15,
    reserved: 0,
    places: 0,
  })
  // The cost of the call is that of the answer that was taken; the other one is in sums.
  expect(meta?.cost.usd).toBeCloseTo(15e-6, 12)
  const { rows } = ai.spend({ by: 'provider' })
  expect(rows.map(({ name, usd }) => [name, usd]).sort()).toEqual(
    charged > 0
      ? [
          ['first', charged / 1e6],
          ['second', 15e-6],
        ]
      : [['second', 15e-6]],
  )
  expect(attempts.map(({ target, outcome }) => [target, outcome === 'ok'])).toEqual([
    ['first/m', false],
    ['second/m', true],
  ])
  expect(fallbacks).toMatchObject([{ from: 'first/m', to: 'second/m', after: attempts[0]?.outcome }])
  expect(budgets).toEqual([])
  await ai.close()
})

test.each(['plain', 'stream'] as const)('%s: no room for the fallback', async (kind) => {
  const { store, budgets, options } = watched({ budgets: [{ tokens: 20, per: 'day' }] })
  const { ai, asked: requests } = clientOf({ message: {} }, [{ model: 'second/m', on: 'empty' }], options)
  await expect(ask(ai, kind, {})).rejects.toMatchObject({ failureClass: 'empty', attempts: [{ failure: 'empty' }] })
  expect(requests).toEqual(['first'])
  expect([store.used, store.reserved, store.placesHeld]).toEqual([15, 0, 0])
  expect(budgets.map(({ state }) => state)).toEqual(['refused'])
  await ai.close()
})

test('answers that a function rejects are charged, whatever it does', async () => {
  const rejects = [() => true, () => Promise.resolve(true)] as const
  for (const on of rejects) {
    const { store, options } = watched()
    const { ai } = clientOf({ message: { content: 'hm' } }, [{ model: 'second/m', on }], options)
    expect((await ask(ai, 'plain', {}))?.provider).toBe('second')
    expect([store.used, store.reserved, store.placesHeld]).toEqual([30, 0, 0])
    await ai.close()
  }
})

test('a schema whose check never ends, ends with the call', async () => {
  const { store, options } = watched({ timeout: 60 })
  const { ai } = clientOf({ message: { content: '{}' } }, [{ model: 'second/m', on: 'invalid-output' }], options)
  const response_format = z.object({}).refine(() => new Promise<boolean>(() => {}))
  await expect(time.passing(ask(ai, 'plain', { response_format }))).rejects.toMatchObject({ name: 'TimeoutError' })
  expect([store.used, store.reserved, store.placesHeld]).toEqual([15, 0, 0])
  await ai.close()
})

test('a call that is aborted while a function checks its answer', async () => {
  const { store, options } = watched()
  const controller = new AbortController()
  const on = async (): Promise<boolean> => {
    controller.abort()
    await new Promise(setImmediate)
    return true
  }
  const { ai } = clientOf({ message: { content: 'hm' } }, [{ model: 'second/m', on }], options)
  const body = { model: 'first/m', messages: asked, max_tokens: 5 }
  await expect(ai.chat.completions.create(body, { signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  })
  await new Promise(setImmediate)
  expect([store.used, store.reserved, store.placesHeld]).toEqual([15, 0, 0])
  await ai.close()
})

test('a function that never answers ends with the call, and the answer is charged', async () => {
  const { store, options } = watched({ timeout: 60 })
  const on = (): Promise<boolean> => new Promise(() => {})
  const { ai } = clientOf({ message: { content: 'hm' } }, [{ model: 'second/m', on }], options)
  await expect(time.passing(ask(ai, 'plain', {}))).rejects.toMatchObject({ name: 'TimeoutError' })
  expect([store.used, store.reserved, store.placesHeld]).toEqual([15, 0, 0])
  await ai.close()
})
