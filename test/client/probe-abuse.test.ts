/** Probes beside the limits of users: they take no part in what counts for users, and hold nothing when they end. */
import { expect, test } from 'vitest'
import { holdTime } from '../support/held-time.js'
import { clientOf, messages, OpenStore, outcome, using } from './abuse-support.js'

const time = holdTime()

test('probes go through limits of their target, and not through those of users, aliases or tags', async () => {
  const store = new OpenStore()
  let failing = true
  const seen: unknown[] = []
  const ai = clientOf(
    (body) => {
      seen.push(body['max_tokens'])
      return failing ? new Response('{}', { status: 500 }) : using(2)
    },
    {
      store,
      models: { m: ['a/m'] },
      cooldown: { consecutive: 1, duration: 30 },
      probes: { interval: 10, timeout: 500 },
      limits: [{ scope: { user: '*' }, rpm: 2, onLimit: 'reject' }],
      budgets: [{ scope: { user: '*' }, usd: 1e6, per: 'day' }],
    },
  )
  const ask = () => outcome(ai.chat.completions.create({ model: 'm', messages }, { metadata: { user: 'ann' } }))
  await ask()
  failing = false
  await time.until(() => ai.health().targets[0]?.state === 'closed', 'a probe was answered')
  expect(await ask()).toEqual({ name: 'answered' })
  expect(store.reserved).toBe(0)
  expect(await ask()).toMatchObject({ name: 'LimitError' })
  await ai.close()
})

test('a probe that finds no room, no money or no store: calls find out by themselves', async () => {
  for (const kind of ['room', 'money', 'store'] as const) {
    const store = new OpenStore()
    let failing = true
    const ai = clientOf(() => (failing ? new Response('{}', { status: 500 }) : using(2)), {
      store,
      models: { m: [{ model: 'a/m', limits: kind === 'room' ? { rpm: 1, queue: 0 } : { rpm: 100 } }] },
      cooldown: { consecutive: 1, duration: 20, maxDuration: 20 },
      probes: { interval: 5, timeout: 100 },
      budgets: kind === 'money' ? [{ usd: 17, per: 'day' }] : [{ usd: 1e6, per: 'day' }],
    })
    const ask = () =>
      outcome(ai.chat.completions.create({ model: 'm', messages, max_tokens: kind === 'money' ? 17 : 5, timeout: 300 }))
    await ask()
    failing = false
    if (kind === 'store') store.before = () => Promise.reject(new Error('down'))
    await time.pass(80)
    store.before = () => {}
    const next = await time.passing(ask())
    if (kind === 'room') expect(next).toMatchObject({ name: 'LimitError', limit: 'requests' })
    else if (kind === 'money') expect(next).toMatchObject({ name: 'LimitError', limit: 'budget' })
    else expect(next).toEqual({ name: 'answered' })
    expect(ai.health().targets[0]?.inFlight).toBe(0)
    expect(store.reserved).toBe(0)
    await ai.close()
  }
})
