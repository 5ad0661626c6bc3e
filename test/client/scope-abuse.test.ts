/** Scopes that overlap, names that nobody expects, and limits that wait for each other. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { turn } from '../support/eventually.js'
import { holdTime } from '../support/held-time.js'
import { clientOf, hanging, messages, OpenStore, outcome, using } from './abuse-support.js'
import { eventually } from './fault-server.js'

const time = holdTime()
const later = async (ms: number): Promise<Response> => {
  await time.after(ms)
  return using(1)
}

test('a limit for each user and one for a certain user are two, whichever comes first', async () => {
  const each = { scope: { user: '*' }, rpm: 100, onLimit: 'reject' } as const
  const ann = { scope: { user: 'ann' }, rpm: 2, onLimit: 'reject' } as const
  for (const limits of [
    [each, ann],
    [ann, each],
  ]) {
    const ai = clientOf(() => using(1), { limits })
    const ask = (user: string) =>
      outcome(ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { user } }))
    const names = async (user: string) => [await ask(user), await ask(user), await ask(user)].map(({ name }) => name)
    expect(await names('bob')).toEqual(['answered', 'answered', 'answered'])
    expect(await names('ann')).toEqual(['answered', 'answered', 'LimitError'])
  }
})

test('places for each user and for a certain user are two', async () => {
  const ai = clientOf(() => using(1), {
    limits: [
      { scope: { user: '*' }, concurrent: 1 },
      { scope: { user: 'ann' }, concurrent: 1 },
    ],
  })
  const call = ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { user: 'ann' }, timeout: 500 })
  expect(await outcome(call)).toEqual({ name: 'answered' })
})

test('a budget for each user and one for a certain user are two', async () => {
  const store = new OpenStore()
  const ai = clientOf(() => using(10), {
    store,
    budgets: [
      { scope: { user: '*' }, usd: 100, per: 'day' },
      { scope: { user: 'ann' }, usd: 25, per: 'day' },
    ],
  })
  const ask = (user: string) =>
    outcome(ai.chat.completions.create({ model: 'a/m', messages, max_tokens: 10 }, { metadata: { user } }))
  expect([await ask('ann'), await ask('ann'), await ask('ann')].map(({ name }) => name)).toEqual([
    'answered',
    'answered',
    'LimitError',
  ])
  // Twenty of each of the two, and nothing twice.
  expect(store.used).toBe(40e9)
})

test('a user with the name of a scope is a user like any other', async () => {
  const ai = clientOf(() => using(1), {
    limits: [
      { scope: { user: '*' }, rpm: 1, onLimit: 'reject' },
      { scope: { user: '* ', tag: 'x' }, rpm: 1, onLimit: 'reject' },
      { scope: { user: '*, tag x' }, rpm: 1, onLimit: 'reject' },
    ],
  })
  for (const user of ['*', '* ', '*, tag x', 'ann*', '"ann"', '=ann', ' user=ann', 'ann']) {
    const ask = () => outcome(ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { user } }))
    expect([(await ask()).name, (await ask()).name]).toEqual(['answered', 'LimitError'])
  }
})

test('names that are keys of objects, are very long, or are no text at all', async () => {
  const names = [
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'a b=c',
    '🙂',
    '\uD800',
    '\uDC00x',
    'x'.repeat(1_000_000),
  ]
  const store = new OpenStore()
  const keys: string[] = []
  const { admit } = store
  store.admit = (request) => {
    keys.push(...request.rates.map(({ key }) => key))
    return admit.call(store, request)
  }
  const ai = clientOf(() => using(1), {
    store,
    limits: [{ scope: { user: '*', tag: '*' }, rpm: 1, onLimit: 'reject' }],
    budgets: [{ scope: { user: '*' }, tokens: 5000, per: 'day' }],
  })
  for (const name of names) {
    const ask = () =>
      outcome(ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { user: name, tags: [name] } }))
    expect(await ask()).toEqual({ name: 'answered' })
    const refused = await ask()
    expect(refused).toMatchObject({ name: 'LimitError', limit: 'requests' })
    expect(String(refused['message']).length).toBeLessThan(2000)
  }
  expect(new Set(keys).size).toBe(names.length)
  expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(2000)
  expect(ai.spend({ by: 'user' }).rows).toHaveLength(names.length)
})

test('two calls that name the same tags in another order do not wait for each other', async () => {
  let first = true
  const store = new OpenStore()
  // Each has a place of its first tag before it asks for the second.
  store.before = async (operation) => {
    if (operation === 'take') await time.after(first ? 10 : 5)
    first = false
  }
  const ai = clientOf(() => later(5), { store, limits: [{ scope: { tag: '*' }, concurrent: 1, rpm: 1000 }] })
  const ask = (tags: string[]) =>
    outcome(ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { tags }, timeout: 1500 }))
  const both = await time.passing(Promise.all([ask(['x', 'y']), ask(['y', 'x'])]))
  expect(both).toEqual([{ name: 'answered' }, { name: 'answered' }])
})

test('whatever limits calls share, in whatever order: all are answered, and nothing is left', async () => {
  const tag = fc.constantFrom('x', 'y', 'z')
  const scope = fc.constantFrom(
    {},
    { user: '*' },
    { tag: '*' },
    { tag: 'x' },
    { provider: 'a' },
    { provider: '*' },
    { model: '*' },
    { alias: 'm' },
    { provider: 'b', tag: '*' },
  )
  const limit = fc.record({ scope, concurrent: fc.integer({ min: 1, max: 3 }) })
  const call = fc.record({
    tags: fc.array(tag, { maxLength: 3 }),
    user: fc.constantFrom('ann', 'bob'),
    model: fc.constantFrom('m', 'a/m', 'b/m'),
    priority: fc.integer({ min: -1, max: 1 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(limit, { maxLength: 5, selector: ({ scope: of }) => JSON.stringify(of) }),
      fc.array(call, { minLength: 10, maxLength: 40 }),
      async (limits, calls) => {
        const ai = clientOf(() => later(1), {
          limits: limits.map((one) => ({ ...one, queue: 100 })),
          models: {
            m: [
              { model: 'a/m', name: 'm1', limits: { concurrent: 1 } },
              { model: 'b/m', name: 'm2', limits: { concurrent: 2 } },
            ],
          },
        })
        const all = await time.passing(
          Promise.all(
            calls.map(({ model, priority, ...metadata }) =>
              outcome(ai.chat.completions.create({ model, messages }, { metadata, priority, timeout: 3000 })),
            ),
          ),
        )
        expect(all.filter(({ name }) => name !== 'answered')).toEqual([])
        expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
      },
    ),
    { numRuns: 40 },
  )
})

test('200 callers, two targets, limits on both and on a scope: nobody starves', async () => {
  const ai = clientOf(() => later(2), {
    models: {
      m: [
        { model: 'a/m', limits: { concurrent: 3, rpm: 6000, queue: 300 } },
        { model: 'b/m', limits: { concurrent: 5, queue: 300 } },
      ],
    },
    limits: [{ scope: { provider: '*' }, concurrent: 4, queue: 300 }],
    timeout: 8000,
  })
  const ask = (priority: number) => outcome(ai.chat.completions.create({ model: 'm', messages }, { priority }))
  const all = await time.passing(Promise.all(Array.from({ length: 200 }, (_, at) => ask(at % 3))))
  expect(all.filter(({ name }) => name !== 'answered')).toEqual([])
})

test('a limit that refuses does not make a call wait that also waits for a target', async () => {
  const ai = clientOf(hanging, {
    models: { m: [{ model: 'a/m', limits: { concurrent: 1 } }] },
    limits: [{ scope: { provider: 'a' }, concurrent: 2, onLimit: 'reject' }],
  })
  const over = new AbortController()
  const ask = (timeout: number) =>
    outcome(ai.chat.completions.create({ model: 'm', messages }, { signal: over.signal, timeout }))
  const calls = [ask(3000), ask(3000)]
  await eventually(() => ai.health().targets[0]?.inFlight === 1, 'one is under way')
  await turn()
  expect(await ask(2000)).toMatchObject({ name: 'LimitError', limit: 'concurrent' })
  over.abort()
  await Promise.all(calls)
})

test('tokens that a call gives back are free for those that wait', async () => {
  const ai = clientOf(() => later(20), {
    models: { m: [{ model: 'a/m', limits: { tpm: 2000 } }] },
  })
  // Longer than a window with the part that it ends in: a call that cannot wait as long is refused at once.
  const ask = () => outcome(ai.chat.completions.create({ model: 'm', messages, max_tokens: 1500 }, { timeout: 90_000 }))
  // Each asks for 1 500 and uses one.
  const all = await time.passing(Promise.all([ask(), ask(), ask()]))
  expect(all).toEqual(Array(3).fill({ name: 'answered' }))
})

test('a limit that a call is about to come to is not forgotten, however many others there are', async () => {
  let now = 0
  let most = 0
  const ai = clientOf(
    async (body, signal) => {
      if (body['max_tokens'] !== 1) return using(1)
      if (body['user'] !== 'ann') return hanging(body, signal)
      now += 1
      most = Math.max(most, now)
      return hanging(body, signal).finally(() => {
        now -= 1
      })
    },
    {
      limits: [
        { scope: { key: '*' }, concurrent: 1 },
        { scope: { user: '*' }, concurrent: 1 },
      ],
    },
  )
  const ask = (user: string, key: string, max_tokens: number, signal?: AbortSignal) =>
    outcome(
      ai.chat.completions.create({ model: 'a/m', messages, user, max_tokens }, { metadata: { user, key }, signal }),
    )
  const [first, rest] = [new AbortController(), new AbortController()]
  const holder = ask('bob', 'k', 1, first.signal)
  await turn()
  // Waits for the key, and has been shown the limit of its user.
  const waits = ask('ann', 'k', 1, rest.signal)
  for (let at = 0; at < 5000; at += 1) await ask(`u${at}`, `k${at}`, 2)
  const other = ask('ann', 'other', 1, rest.signal)
  await turn()
  first.abort()
  await turn()
  expect(most).toBe(1)
  rest.abort()
  await Promise.all([holder, waits, other])
})

test('a place that two targets share is not held for the one that is full while the other is free', async () => {
  const ai = clientOf((body, signal) => (body['max_tokens'] === 1 ? hanging(body, signal) : later(20)), {
    models: {
      m: [
        { model: 'a/m1', limits: { concurrent: 1 } },
        { model: 'a/m2', limits: { concurrent: 1 } },
      ],
    },
    limits: [{ scope: { provider: 'a' }, concurrent: 2 }],
  })
  const over = new AbortController()
  const ask = (max_tokens: number, signal?: AbortSignal) =>
    outcome(ai.chat.completions.create({ model: 'm', messages, max_tokens }, { signal, timeout: 1000 }))
  const long = ask(1, over.signal)
  await eventually(() => ai.health().targets[0]?.inFlight === 1, 'the first is taken')
  const three = () => time.passing(Promise.all([ask(2), ask(2), ask(2)]))
  expect(await three()).toEqual(Array(3).fill({ name: 'answered' }))
  over.abort()
  await long
  // All places are free again, once each.
  expect(await three()).toEqual(Array(3).fill({ name: 'answered' }))
  expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
})

test('after any number of aborted calls, there are as many places as before', async () => {
  const now: Record<string, number> = {}
  const most: Record<string, number> = {}
  const ai = clientOf(
    async ({ model }, signal) => {
      const name = String(model)
      for (const one of [name, 'all']) most[one] = Math.max(most[one] ?? 0, (now[one] = (now[one] ?? 0) + 1))
      try {
        await Promise.race([time.after(3), hanging({}, signal)])
        return using(1)
      } finally {
        for (const one of [name, 'all']) now[one] = (now[one] ?? 0) - 1
      }
    },
    {
      models: {
        m: {
          targets: [
            { model: 'a/m1', limits: { concurrent: 2, queue: 1000 } },
            { model: 'a/m2', limits: { concurrent: 2, rpm: 1e6, queue: 1000 } },
          ],
          hedge: { after: 2 },
        },
      },
      limits: [{ scope: { provider: 'a' }, concurrent: 3, queue: 1000 }],
      budgets: [{ tokens: 1e9, per: 'day' }],
    },
  )
  const ask = (timeout: number) => outcome(ai.chat.completions.create({ model: 'm', messages }, { timeout }))
  await time.passing(Promise.all(Array.from({ length: 600 }, (_, at) => ask(at % 2 === 0 ? 1 + (at % 150) : 20_000))))
  const all = await time.passing(Promise.all(Array.from({ length: 50 }, () => ask(20_000))))
  expect(all.filter(({ name }) => name !== 'answered')).toEqual([])
  expect(most).toMatchObject({ m1: 2, all: 3 })
  expect(most['m2']).toBeLessThanOrEqual(2)
})
