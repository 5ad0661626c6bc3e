/** A second target beside a slow one: the first answer wins, and the loser leaves nothing behind. */
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type Client } from '../../src/index.js'
import type { HedgeOptions } from '../../src/router/options.js'
import { holdTime } from '../support/held-time.js'
import { faultPair, messages, text } from './fault-pair.js'
import { answers, completion, eventually, never, sendJson, type Behaviour } from './fault-server.js'
import { countSpans, stopCounting, type SpanCount } from './open-spans.js'

const time = holdTime()
const pair = faultPair()
let spans: SpanCount

beforeEach(() => {
  spans = countSpans()
})
afterEach(() => {
  stopCounting()
})

function clientWith(hedge: boolean | HedgeOptions, limits?: { concurrent: number }): Client {
  return createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    models: { both: { targets: ['bad/m', { model: 'good/m', name: 'g', ...(limits && { limits }) }], hedge } },
    retries: 0,
    timeout: 5000,
  })
}

const after =
  (ms: number, behave: Behaviour): Behaviour =>
  async (...seen) => {
    await time.after(ms)
    await behave(...seen)
  }
const fails: Behaviour = (_, response) => sendJson(response, 500, { error: { message: 'oops' } })

/** What a caller gets, whole. Time passes. */
const ask = (ai: Client, stream: boolean): ReturnType<typeof read> => time.passing(read(ai, stream))

async function read(
  ai: Client,
  stream: boolean,
): Promise<{ said: string; attempts: readonly object[]; answer: unknown }> {
  const answer = await ai.chat.completions.create({ model: 'both', messages, stream })
  const said = Symbol.asyncIterator in answer ? await text(answer) : String(answer.choices[0]?.message.content)
  return { said, attempts: answer._meta?.attempts ?? [], answer }
}

async function expectNothingOpen(ai: Client): Promise<void> {
  await eventually(() => pair.bad.busy() + pair.good.busy() === 0, 'every request is over')
  expect(spans.open).toBe(0)
  for (const { inFlight } of ai.health().targets) expect(inFlight).toBe(0)
}

test.each([false, true])(
  'a slow target: the second answers after the delay, the first loses its socket; stream %s',
  async (stream) => {
    let loser: Socket | undefined
    pair.bad.behave = (_, __, socket) => {
      loser = socket
    }
    const ai = clientWith({ after: 40 })
    const before = performance.now()
    const { said, attempts } = await ask(ai, stream)
    const took = performance.now() - before
    expect(said).toBe('Hello from next door')
    expect(took).toBeGreaterThanOrEqual(40)
    expect(took).toBeLessThan(2000)
    expect(attempts).toMatchObject([
      { target: 'bad/m', error: 'AbortError' },
      { target: 'good/m#g', status: 200 },
    ])
    expect(attempts[1]).not.toHaveProperty('error')
    await expectNothingOpen(ai)
    await eventually(() => loser?.destroyed === true, 'the socket of the loser is closed')
    // To have been slower is no failure.
    expect(ai.health().targets.map(({ requests, failures }) => [requests, failures])).toEqual([
      [0, 0],
      [1, 0],
    ])
  },
)

test.each([false, true])('a loser counts as at least so slow; the faster one does not; stream %s', async (stream) => {
  pair.bad.behave = never
  const ai = clientWith({ after: 60 })
  await ask(ai, stream)
  const [slow] = ai.health().targets
  expect(slow?.latencyMs).toBeGreaterThanOrEqual(60)
  if (stream) expect(slow?.firstChunkMs).toBeGreaterThanOrEqual(60)
  // Now the one that was asked later is broken off.
  pair.bad.behave = after(80, answers('first'))
  pair.good.behave = never
  const fresh = clientWith({ after: 60 })
  expect((await ask(fresh, stream)).said).toBe('first')
  expect(fresh.health().targets[1]).toMatchObject({ latencyMs: null, firstChunkMs: null })
  await expectNothingOpen(ai)
})

test.each([false, true])('the first may still win; stream %s', async (stream) => {
  pair.bad.behave = after(80, answers('late, but first'))
  pair.good.behave = never
  const ai = clientWith({ after: 20 })
  const { said, attempts } = await ask(ai, stream)
  expect(said).toBe('late, but first')
  expect(attempts).toMatchObject([
    { target: 'bad/m', status: 200 },
    { target: 'good/m#g', error: 'AbortError' },
  ])
  await expectNothingOpen(ai)
})

test.each([false, true])('one that is fast enough is not hedged; stream %s', async (stream) => {
  const ai = clientWith({ after: 500 })
  expect((await ask(ai, stream)).attempts).toHaveLength(1)
  await time.advance(500)
  expect(pair.good.seen).toHaveLength(0)
  await expectNothingOpen(ai)
})

test.each([false, true])('both fail: one error, that of the last; stream %s', async (stream) => {
  pair.bad.behave = after(80, fails)
  pair.good.behave = (_, response) => sendJson(response, 503, { error: { message: 'no room' } })
  const ai = clientWith({ after: 20 })
  await expect(ask(ai, stream)).rejects.toMatchObject({
    name: 'ProviderError',
    status: 500,
    provider: 'bad',
    message: expect.stringContaining('(bad/m; before it good/m#g failed)') as string,
    attempts: [
      { target: 'bad/m', status: 500, error: 'ProviderError' },
      { target: 'good/m#g', status: 503, error: 'ProviderError' },
    ],
  })
  await expectNothingOpen(ai)
})

test.each([false, true])('the hedge fails and the first answers after all; stream %s', async (stream) => {
  pair.bad.behave = after(80, answers('patience'))
  pair.good.behave = fails
  const ai = clientWith({ after: 20 })
  const { said, attempts } = await ask(ai, stream)
  expect(said).toBe('patience')
  expect(attempts).toMatchObject([{ status: 200 }, { status: 500, error: 'ProviderError' }])
  await expectNothingOpen(ai)
})

test('the first fails before the delay: its failover is no hedge, and the delay counts for nothing', async () => {
  pair.bad.behave = fails
  const ai = clientWith({ after: 1000 })
  const before = performance.now()
  expect((await ask(ai, false)).said).toBe('Hello from next door')
  expect(performance.now() - before).toBeLessThan(900)
  await expectNothingOpen(ai)
})

test('p95: nothing is known at first; what is slower than usual is hedged', async () => {
  pair.bad.behave = after(5, answers('usual'))
  const ai = clientWith(true)
  // It takes ten answers to know what is usual, and until then no call is hedged, however slow the machine.
  for (let i = 0; i < 10; i += 1) expect((await ask(ai, false)).said).toBe('usual')
  const [known] = ai.health().targets
  expect(known?.requests).toBe(10)
  pair.bad.behave = never
  expect((await ask(ai, false)).said).toBe('Hello from next door')
  await expectNothingOpen(ai)
})

test('a hedge whose target has no place is not made, and the call waits on for the first', async () => {
  pair.good.behave = never
  pair.bad.behave = never
  const full = clientWith({ after: 20 }, { concurrent: 1 })
  const holder = new AbortController()
  const first = full.chat.completions.create({ model: 'both', messages }, { signal: holder.signal })
  await time.until(() => pair.good.seen.length === 1, 'the only place is taken')
  pair.bad.behave = after(100, answers('alone'))
  const { said, attempts } = await ask(full, false)
  expect(said).toBe('alone')
  expect(attempts).toHaveLength(1)
  holder.abort()
  await expect(first).rejects.toMatchObject({ name: 'AbortError' })
  pair.good.behave = answers('free again')
  pair.bad.behave = never
  expect((await ask(full, false)).said).toBe('free again')
  await expectNothingOpen(full)
})

test('the caller aborts while two are under way: both sockets close, and the reason is the caller’s own', async () => {
  pair.bad.behave = never
  pair.good.behave = never
  const ai = clientWith({ after: 10 })
  const controller = new AbortController()
  const asked = ai.chat.completions.create({ model: 'both', messages }, { signal: controller.signal })
  await time.until(() => pair.good.busy() === 1, 'the second is asked')
  const reason = new Error('closing')
  controller.abort(reason)
  await expect(asked).rejects.toBe(reason)
  await expectNothingOpen(ai)
})

test('warnings of a loser are not on the call', async () => {
  // Its headers come at once, its body never ends.
  pair.bad.behave = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'of-the-loser' })
    response.write('{"id":')
  }
  pair.good.behave = (_, response) => sendJson(response, 200, completion('won'), { 'x-request-id': 'of-the-winner' })
  const ai = clientWith({ after: 40 })
  expect((await ask(ai, false)).said).toBe('won')
  await expectNothingOpen(ai)
  const told = JSON.stringify(spans.last?.attributes)
  expect(told).not.toContain('of-the-loser')
  expect(spans.last?.attributes['gen_ai.provider.name']).toBe('good')
})

test('two that answer in the same moment: one wins, and nothing is counted twice', async () => {
  const gate: (() => void)[] = []
  const together: Behaviour = async (request, response, socket) => {
    await new Promise<void>((resolve) => {
      gate.push(resolve)
      if (gate.length === 2) for (const open of gate.splice(0)) open()
    })
    await answers('together')(request, response, socket)
  }
  pair.bad.behave = together
  pair.good.behave = together
  const ai = clientWith({ after: 5 })
  for (let i = 0; i < 50; i += 1) {
    const { said, attempts } = await ask(ai, i % 2 === 0)
    expect(said).toBe('together')
    expect(attempts.filter((attempt) => !('error' in attempt))).toHaveLength(1)
    await expectNothingOpen(ai)
  }
  expect(spans.ended).toBe(150)
})
