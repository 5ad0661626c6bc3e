/** Calls with very many tags: counted whole, or refused by name before anything is counted. */
import { expect, test } from 'vitest'
import { clientOf, messages, OpenStore, outcome, SharedStore, using } from './abuse-support.js'

const tags = (count: number): string[] => Array.from({ length: count }, (_, at) => `tag ${at}`)
const perTag = (count: number) =>
  ({
    budgets: Array.from({ length: count }, (_, i) => ({
      scope: { tag: '*' },
      tokens: 1e6 + i,
      per: PERIODS[i] ?? 'day',
    })),
  }) as const
const PERIODS = ['minute', 'hour', 'day', 'week', 'month'] as const

test.each([
  ['a budget for each tag', 257, perTag(1), /256 tags .* has 257/],
  ['a budget for each tag', 9_000, perTag(1), /has 9000/],
  ['a budget for each tag', 200_000, perTag(1), /has 200000/],
  ['a limit for each tag', 1_000, { limits: [{ scope: { tag: '*' }, rpm: 1e6 }] }, /has 1000/],
  ['five budgets for each tag', 250, perTag(5), /1250 times/],
])('%s: %i tags are refused by name, and nothing is counted', async (_, count, options, message) => {
  for (const store of [new OpenStore(), new SharedStore()]) {
    let asked = 0
    store.before = () => void (asked += 1)
    let sent = 0
    const ai = clientOf(() => ((sent += 1), using(3)), { store, ...options })
    const call = ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { tags: tags(count) } })
    const error = await outcome(call)
    expect(error).toMatchObject({ name: 'ConfigError', path: 'metadata.tags' })
    expect(error['message']).toMatch(message)
    expect([asked, sent, store.reserved, store.used, store.placesHeld]).toEqual([0, 0, 0, 0, 0])
    const few = ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { tags: tags(100) } })
    expect(await outcome(few)).toEqual({ name: 'answered' })
    await ai.close()
    expect(store.reserved).toBe(0)
  }
})

test('tags that nothing counts are as many as the caller likes', async () => {
  const ai = clientOf(() => using(3), { limits: [{ scope: { tag: 'tag 7' }, rpm: 1, onLimit: 'reject' }] })
  const ask = () => outcome(ai.chat.completions.create({ model: 'a/m', messages }, { metadata: { tags: tags(5_000) } }))
  expect(await ask()).toEqual({ name: 'answered' })
  expect(await ask()).toMatchObject({ name: 'LimitError' })
})
