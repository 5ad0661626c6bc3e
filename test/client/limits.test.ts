/** Limits of scopes, and what targets' rates count: waits, refusals, corrections, queues in front of several targets. */
import { expect, test, vi } from 'vitest'
import { createClient, type ClientOptions, type LimitError } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { turn } from '../support/eventually.js'
import { faultPair, messages } from './fault-pair.js'
import { answers, completion, eventually, never, sendJson, type Behaviour } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
const clientWith = (options: ClientOptions) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    retries: 0,
    timeout: 3000,
    ...options,
  })
const refusal = (promise: Promise<unknown>): Promise<Partial<LimitError>> =>
  promise.then(
    () => ({ name: 'no refusal' }),
    (error: LimitError) => error,
  )

/** An answer that says how many tokens it took. */
const using =
  (total_tokens: number): Behaviour =>
  (_, response) =>
    sendJson(response, 200, {
      id: 'a',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 0, completion_tokens: total_tokens, total_tokens },
    })

test('each user has a limit of its own, and calls without a user have none', async () => {
  const ai = clientWith({ limits: [{ scope: { user: '*' }, rpm: 2, onLimit: 'reject' }] })
  const ask = (user?: string) => ai.chat.completions.create({ model: 'good/m', messages }, { metadata: { user } })
  await Promise.all([ask('a'), ask('a'), ask('b'), ask('b'), ask(), ask(), ask()])
  expect(await refusal(ask('a'))).toMatchObject({
    name: 'LimitError',
    limit: 'requests',
    message: expect.stringMatching(/^limits\[0\] \(user=a\) takes no further call/) as string,
    attempts: [],
  })
  const { retryAfterMs } = await refusal(ask('b'))
  // Both of its places were taken just now, and come free together.
  expect(retryAfterMs).toBeGreaterThanOrEqual(60_000)
  expect(retryAfterMs).toBeLessThanOrEqual(61_000)
  await ask()
  expect(pair.good.seen).toHaveLength(8)
})

test('the identity of a call is in the second argument; in the body it has no effect, with a warning', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const ai = clientWith({ limits: [{ scope: { user: '*' }, rpm: 1, onLimit: 'reject' }] })
  const ask = () => ai.chat.completions.create({ model: 'good/m', messages, metadata: { user: 'ann' } })
  await ask()
  await ask()
  expect(warn.mock.calls.flat()).toEqual([
    expect.stringContaining('limits and budgets read `metadata` of the second argument'),
  ])
  expect(pair.good.seen[0]?.body.metadata).toEqual({ user: 'ann' })
  warn.mockRestore()
})

test('each tag of a call counts, once', async () => {
  const ai = clientWith({ limits: [{ scope: { tag: '*' }, rpm: 2, onLimit: 'reject' }] })
  const ask = (...tags: string[]) => ai.chat.completions.create({ model: 'good/m', messages }, { metadata: { tags } })
  await ask('batch', 'night', 'night')
  await ask('batch')
  expect(await refusal(ask('night', 'batch'))).toMatchObject({ limit: 'requests' })
  // What was refused took nothing of the other tag.
  await ask('night')
  expect(await refusal(ask('night'))).toMatchObject({ limit: 'requests' })
})

test('a provider at its limit is skipped: another target serves', async () => {
  pair.bad.behave = answers('from bad')
  const ai = clientWith({ models: { m: ['bad/m', 'good/m'] }, limits: [{ scope: { provider: 'bad' }, rpm: 1 }] })
  const served: string[] = []
  for (let i = 0; i < 3; i += 1) {
    served.push((await ai.chat.completions.create({ model: 'm', messages }))._meta.provider)
  }
  expect(served).toEqual(['bad', 'good', 'good'])
})

test('a limit of a call is held once, however many targets it tries', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  const ai = clientWith({
    models: { m: ['bad/m', 'good/m'] },
    limits: [{ scope: { alias: 'm' }, rpm: 2, concurrent: 1, onLimit: 'reject' }],
    cooldown: false,
  })
  const ask = () => ai.chat.completions.create({ model: 'm', messages })
  expect((await ask())._meta.attempts).toHaveLength(2)
  expect((await ask())._meta.attempts).toHaveLength(2)
  expect(await refusal(ask())).toMatchObject({ limit: 'requests' })
})

test('calls at once of a scope: one waits for the other, or is refused', async () => {
  let now = 0
  let most = 0
  pair.good.behave = async (...seen) => {
    now += 1
    most = Math.max(most, now)
    await turn()
    now -= 1
    await answers('ok')(...seen)
  }
  const waiting = clientWith({ limits: [{ concurrent: 2 }] })
  await Promise.all(Array.from({ length: 10 }, () => waiting.chat.completions.create({ model: 'good/m', messages })))
  expect(most).toBe(2)
  const refusing = clientWith({ limits: [{ concurrent: 2, onLimit: 'reject' }] })
  const all = await Promise.all(
    Array.from({ length: 5 }, () => refusal(refusing.chat.completions.create({ model: 'good/m', messages }))),
  )
  expect(all.filter(({ limit }) => limit === 'concurrent')).toHaveLength(3)
})

test('a limit that is given back after every kind of end', async () => {
  const ai = clientWith({ limits: [{ concurrent: 1, onLimit: 'reject' }], cooldown: false })
  pair.bad.behave = answers('some words')
  for (let i = 0; i < 3; i += 1) {
    await ai.chat.completions.create({ model: 'bad/m', messages })
    for await (const _ of await ai.chat.completions.create({ model: 'bad/m', messages, stream: true })) break
    await expect(
      ai.chat.completions.create({ model: 'bad/m', messages }, { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/)
    pair.bad.behave = (_, response) => sendJson(response, 500, {})
    await expect(ai.chat.completions.create({ model: 'bad/m', messages })).rejects.toMatchObject({ status: 500 })
    pair.bad.behave = never
    const hanging = ai.chat.completions.create({ model: 'bad/m', messages }, { timeout: 30 })
    await expect(time.passing(hanging)).rejects.toMatchObject({ name: 'TimeoutError' })
    pair.bad.behave = answers('some words')
  }
})

test('tokens a minute count what was used, not what was estimated', async () => {
  pair.good.behave = using(40)
  const ai = clientWith({ limits: [{ tpm: 1200, onLimit: 'reject' }] })
  const ask = (max_tokens: number) => ai.chat.completions.create({ model: 'good/m', messages, max_tokens })
  // Each reserves nearly all of it, one after the other.
  for (let i = 0; i < 5; i += 1) await ask(900)
  const used = 5 * 40
  expect(await refusal(ask(1200 - used + 50))).toMatchObject({ limit: 'tokens' })
  await ask(500)
  pair.good.behave = (_, response) => sendJson(response, 500, {})
  for (let i = 0; i < 3; i += 1) expect(await refusal(ask(900))).toMatchObject({ status: 500 })
  pair.good.behave = using(1500)
  await ask(900)
  // It used more than it had asked for.
  expect(await refusal(ask(1))).toMatchObject({ limit: 'tokens' })
})

test('when all targets are full, the one that has room first serves', async () => {
  const release: Record<string, () => void> = {}
  for (const name of ['bad', 'good'] as const) {
    pair[name].behave = async (...seen) => {
      await new Promise<void>((resolve) => {
        release[name] = resolve
      })
      await answers(name)(...seen)
    }
  }
  const limits = { concurrent: 1 }
  const ai = clientWith({ models: { m: ['bad', 'good'].map((id) => ({ model: `${id}/m`, limits })) } })
  const ask = () => ai.chat.completions.create({ model: 'm', messages })
  const first = [ask(), ask()]
  await eventually(() => pair.bad.seen.length + pair.good.seen.length === 2, 'both are busy')
  const third = ask()
  const fourth = ask()
  release['good']?.()
  await eventually(() => pair.good.seen.length === 2, 'the third is at good')
  release['good']?.()
  expect((await third)._meta).toMatchObject({ provider: 'good', attempts: [{ target: 'good/m#m.2' }] })
  await eventually(() => pair.good.seen.length === 3, 'the fourth is at good')
  release['good']?.()
  expect((await fourth)._meta.provider).toBe('good')
  release['bad']?.()
  await Promise.all(first)
  expect(ai.health().targets.map(({ inFlight }) => inFlight)).toEqual([0, 0])
})

test('200 callers at a rate for a few: so many get in, and the errors of the others say when to try again', async () => {
  const ai = clientWith({ limits: [{ rpm: 50, onLimit: 'reject' }] })
  const all = await Promise.all(
    Array.from({ length: 200 }, () => refusal(ai.chat.completions.create({ model: 'good/m', messages }))),
  )
  expect(all.filter(({ name }) => name === 'no refusal')).toHaveLength(50)
  expect(all.filter(({ retryAfterMs }) => (retryAfterMs ?? 0) > 0)).toHaveLength(150)
  expect(pair.good.seen).toHaveLength(50)
})

test('calls wait for a rate in a limited queue: those that do not fit, and those whose time ends, are refused', async () => {
  const ai = clientWith({ limits: [{ tpm: 1200, queue: 2 }], timeout: 5000 })
  const ask = (content: string, max_tokens: number, options = {}) =>
    ai.chat.completions.create({ model: 'good/m', messages: [{ role: 'user', content }], max_tokens }, options)
  let answer = (): void => {}
  const begun = new Promise<void>((resolve) => {
    pair.good.behave = async (...exchange) => {
      resolve()
      await new Promise<void>((end) => {
        answer = end
      })
      await using(3)(...exchange)
    }
  })
  // All that there is, until its answer says that it used 3.
  const first = ask('a', 1195)
  await begun
  pair.good.behave = using(3)
  const order: number[] = []
  const inLine = [0, 1, 0, 0].map((priority, i) => refusal(ask('a', 10, { priority }).then(() => order.push(i))))
  expect((await inLine[3])?.limit).toBe('queue')
  answer()
  await first
  expect((await Promise.all(inLine)).map(({ limit }) => limit)).toEqual([undefined, undefined, undefined, 'queue'])
  expect(order).toEqual([0, 2, 1])
  // Nothing is under way any more that could give tokens back in time.
  const { message, limit } = await refusal(ask('a', 1195, { timeout: 40 }))
  expect([limit, message]).toEqual(['tokens', expect.stringContaining('limits[0] (all calls) takes no further call')])
})

test('a target whose provider says that nothing is left is skipped until it resets, unless there is no other', async () => {
  pair.bad.behave = (_, response) =>
    sendJson(response, 200, completion('from bad'), {
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '150ms',
    })
  const ai = clientWith({ models: { m: ['bad/m', 'good/m'] } })
  const served = async (model: string) => (await ai.chat.completions.create({ model, messages }))._meta.provider
  expect([await served('m'), await served('m'), await served('m')]).toEqual(['bad', 'good', 'good'])
  expect(await served('bad/m')).toBe('bad')
  await time.advance(150)
  expect(await served('m')).toBe('bad')
})

test('two limits of one scope, and an alias that there is not, are refused', () => {
  expect(() => clientWith({ limits: [{ rpm: 1 }, { scope: {}, tpm: 5 }] })).toThrow(/limits\[1\].*limits\[0\]/)
})
