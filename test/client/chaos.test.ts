/** Every fault of a provider, unary and streamed: the next target answers, or there is one typed error within the deadline. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type Client } from '../../src/index.js'
import type { TracestitchError } from '../../src/kernel/errors.js'
import { holdTime } from '../support/held-time.js'
import { faults, freePort, laterFaults, wordsThen, type Fault, type Kind } from './chaos-faults.js'
import { faultPair, messages, text } from './fault-pair.js'
import { eventually } from './fault-server.js'
import { countSpans, stopCounting, type SpanCount } from './open-spans.js'

/** Milliseconds that an attempt, and a call, may take. */
const ATTEMPT = 200
const TOTAL = 3000

const time = holdTime()
const pair = faultPair()
/** Time passes only where it is what ends a call. */
const ending = <T>(error: string, call: Promise<T>): Promise<T> =>
  error === 'TimeoutError' ? time.passing(call) : call
let spans: SpanCount

beforeEach(() => {
  spans = countSpans()
})
afterEach(() => {
  stopCounting()
})

async function clientWith({ behave }: Pick<Fault, 'behave'>): Promise<Client> {
  if (typeof behave !== 'string') pair.bad.behave = behave
  const baseURL =
    behave === 'refused'
      ? `http://127.0.0.1:${await freePort()}/v1`
      : behave === 'unknown'
        ? 'http://no-such-host.invalid/v1'
        : pair.bad.baseURL
  return createClient({
    providers: { bad: { baseURL, apiKey: 'k-very-secret-key' }, good: { baseURL: pair.good.baseURL } },
    models: {
      both: [{ model: 'bad/m', timeout: { total: ATTEMPT } }, 'good/m'],
      alone: [{ model: 'bad/m', timeout: { total: ATTEMPT } }],
    },
    retries: 0,
    timeout: { firstChunk: ATTEMPT, idle: ATTEMPT, total: TOTAL },
  })
}

/** Nothing is under way any more: no span, no attempt, no request. */
async function expectNothingOpen(ai: Client): Promise<void> {
  await eventually(() => pair.bad.busy() + pair.good.busy() === 0, 'no request is under way')
  expect(spans.open).toBe(0)
  expect(ai.health().targets.map(({ inFlight }) => inFlight)).toEqual(ai.health().targets.map(() => 0))
}

const cases = faults.flatMap((fault) =>
  (['unary', 'stream'] as const)
    .filter((kind) => (fault.only ?? kind) === kind)
    .map((kind): Fault & { readonly kind: Kind } => ({ ...fault, kind })),
)

test.each(cases)('$name, $kind: the next target answers', async (fault) => {
  const ai = await clientWith(fault)
  const { kind } = fault
  const before = performance.now()
  const call = ai.chat.completions.create({ model: 'both', messages, stream: kind === 'stream' })
  const answer = await ending(fault.error, call)
  const said = Symbol.asyncIterator in answer ? await text(answer) : answer.choices[0]?.message.content
  expect(performance.now() - before).toBeLessThan(TOTAL)
  expect(said).toBe('Hello from next door')
  const [failed, answered, ...more] = answer._meta?.attempts ?? []
  expect(failed).toMatchObject({ target: 'bad/m', error: fault.error })
  if (fault.status !== undefined) expect(failed?.status).toBe(fault.status)
  expect(answered).toEqual({ target: 'good/m', status: 200, ms: expect.any(Number) as number })
  expect(more).toEqual([])
  await expectNothingOpen(ai)
})

test.each(cases)('$name, $kind: a lone target gives one typed error', async (fault) => {
  const ai = await clientWith(fault)
  const before = performance.now()
  const call = ai.chat.completions.create({ model: 'alone', messages, stream: fault.kind === 'stream' })
  const failure = (await ending(fault.error, call).catch((thrown: unknown) => thrown)) as TracestitchError
  expect(performance.now() - before).toBeLessThan(TOTAL)
  expect(failure.name).toBe(fault.error)
  expect(failure.attempts).toMatchObject([{ target: 'bad/m', error: fault.error }])
  expect(failure).toMatchObject({ provider: 'bad', model: 'm' })
  if (fault.status !== undefined && fault.status !== 200) expect(failure.status).toBe(fault.status)
  expect(failure.retryAfterMs).toBe(fault.retryAfterMs)
  expect(String(failure.stack) + JSON.stringify(failure)).not.toMatch(/private prompt|secret/)
  await expectNothingOpen(ai)
})

test.each(laterFaults)('$name: the error has what came, and no other target starts anew', async ({ then, cause }) => {
  let read = (): void => {}
  const wordsRead = new Promise<void>((resolve) => (read = resolve))
  const ai = await clientWith({ behave: wordsThen(then, () => wordsRead) })
  const stream = await ai.chat.completions.create({ model: 'both', messages, stream: true })
  let said = ''
  const reading = (async () => {
    for await (const item of stream) {
      said += item.choices[0]?.delta.content ?? ''
      if (said === 'one two ') read()
    }
  })()
  const failure = await ending(cause, reading).catch((thrown: unknown) => thrown)
  expect(said).toBe('one two ')
  expect(failure).toMatchObject({
    name: 'StreamError',
    provider: 'bad',
    model: 'm',
    partial: { choices: [{ message: { content: 'one two ' } }] },
    cause: { name: cause },
    attempts: [{ target: 'bad/m', error: 'StreamError' }],
  })
  expect(pair.good.seen).toHaveLength(0)
  await expectNothingOpen(ai)
})
