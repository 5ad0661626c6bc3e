/** Nothing is left behind: after 10 000 calls on kept-alive connections, and after 2 000 calls with faults. */
import { getEventListeners, setMaxListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { createClient, type Client } from '../../src/index.js'
import { turn } from '../support/eventually.js'
import { faults, laterFaults, wordsThen } from './chaos-faults.js'
import { messages } from './fault-pair.js'
import { answers, eventually, startServer, type Behaviour, type FaultServer } from './fault-server.js'
import { countSpans, stopCounting, type SpanCount } from './open-spans.js'

/** Twelve thousand calls, and as many answers of a server in the same process. */
const TIME = 500_000
const CALLERS = 16

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collect()
    await turn()
  }
  return process.memoryUsage().heapUsed
}

/** Timers and sockets that keep the process alive. */
function resources(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'TCPSocketWrap').length
}

/**
 * The built-in `fetch` does not call off a connection that is still being made when its request is aborted. On a busy
 * machine there are many of those: they come after their call has ended, and `fetch` closes each when it was idle for four
 * seconds, as any other.
 */
const UNTIL_FETCH_IS_DONE = 30_000

const MOST_LOOKS = 50

/** More than the runtime itself keeps between two collections, and less than 420 bytes of each of 10 000 calls. */
const KEPT_BYTES = 4 * 1024 * 1024

/**
 * The connections that `fetch` keeps end with their servers. What finalisers hold is free only after some turns and
 * another collection, so the heap is looked at until it is small: a leak stays.
 */
async function expectNoMore(
  before: { resources: number; heap: number },
  servers: readonly FaultServer[],
): Promise<void> {
  await Promise.all(servers.map((server) => server.close()))
  await eventually(() => resources() <= before.resources, 'no socket and no timer is left', UNTIL_FETCH_IS_DONE)
  let grown = Infinity
  for (let looks = 0; looks < MOST_LOOKS && grown >= KEPT_BYTES; looks += 1) grown = (await heap()) - before.heap
  expect(grown).toBeLessThan(KEPT_BYTES)
}

/** `count` calls by {@link CALLERS} callers, each of whom makes one after the other. */
async function inTurn(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  const indices = Array.from({ length: count }, (_, index) => index).values()
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (const index of indices) await call(index)
    }),
  )
}

/** Keeps no requests. */
const forgetful =
  (server: FaultServer, behave: Behaviour): Behaviour =>
  (request, response, socket) => {
    server.seen.length = 0
    return behave(request, response, socket)
  }

async function read(stream: AsyncIterable<unknown>, items = Infinity): Promise<void> {
  let left = items
  for await (const _ of stream) if ((left -= 1) <= 0) break
}

async function expectNothingLeft(ai: Client, spans: SpanCount, signal: AbortSignal): Promise<void> {
  await eventually(() => spans.open === 0, 'every span has ended')
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  for (const { target, inFlight } of ai.health().targets) expect({ target, inFlight }).toEqual({ target, inFlight: 0 })
}

afterEach(() => {
  stopCounting()
})

test('10 000 calls on kept-alive connections', { timeout: TIME }, async () => {
  const before = resources()
  const server = await startServer(answers('Hello there'))
  server.behave = forgetful(server, answers('Hello there'))
  const spans = countSpans()
  const { signal } = new AbortController()
  setMaxListeners(2 * CALLERS, signal)
  const ai = createClient({
    providers: { one: { baseURL: server.baseURL } },
    models: { m: { targets: [{ model: 'one/m', limits: { concurrent: CALLERS - 2 } }], hedge: { after: 50_000 } } },
    timeout: { connect: 50_000, firstChunk: 50_000, idle: 50_000, total: 60_000 },
  })
  let most = 0
  const call = async (index: number): Promise<void> => {
    const answer = await ai.chat.completions.create({ model: 'm', messages, stream: index % 3 === 0 }, { signal })
    most = Math.max(most, server.connections())
    // Every ninth call leaves its stream early, which costs its connection.
    if (Symbol.asyncIterator in answer) await read(answer, index % 9 === 0 ? 1 : Infinity)
    else expect(answer.choices[0]?.message.content).toBe('Hello there')
  }
  await inTurn(2000, call)
  const heapBefore = await heap()
  await inTurn(10_000, call)
  await eventually(() => server.busy() === 0, 'no request is under way')
  await expectNothingLeft(ai, spans, signal)
  // One for the call, one for its attempt.
  expect(spans.ended).toBe(24_000)
  expect(most).toBeLessThanOrEqual(3 * CALLERS)
  await expectNoMore({ resources: before, heap: heapBefore }, [server])
})

/** Numbers from 0 up to 1, the same in every run (Park and Miller). */
function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

test('2 000 calls with faults', { timeout: TIME }, async () => {
  const random = seeded(7)
  const behaviours: Behaviour[] = [
    answers('Hello'),
    ...faults.flatMap(({ behave }) => (typeof behave === 'string' ? [] : [behave])),
    ...laterFaults.map(({ then }) => wordsThen(then, turn)),
  ]
  const before = resources()
  const bad = await startServer(answers('never'))
  const good = await startServer(answers('Hello'))
  good.behave = forgetful(good, answers('Hello'))
  bad.behave = forgetful(bad, (request, response, socket) =>
    behaviours[Math.floor(random() * behaviours.length)]?.(request, response, socket),
  )
  const spans = countSpans()
  const { signal } = new AbortController()
  setMaxListeners(2 * CALLERS, signal)
  const shared = {
    providers: { bad: { baseURL: bad.baseURL }, good: { baseURL: good.baseURL } },
    cooldown: false,
    retries: { max: 1, baseDelay: 1, maxDelay: 2 },
    timeout: { firstChunk: 25, idle: 25, total: 5000 },
  } as const
  // What is short for the faults is too short for a good answer of a busy machine.
  const sound = { model: 'good/m', timeout: { firstChunk: 2000, idle: 2000 } }
  const slow = { timeout: { total: 25 }, limits: { concurrent: CALLERS - 4 } }
  const ai = createClient({
    ...shared,
    models: {
      both: [{ model: 'bad/m', name: 'first', ...slow }, sound],
      hedged: { targets: [{ model: 'bad/m', name: 'hedged', ...slow }, sound], hedge: { after: 5 } },
      alone: [{ model: 'bad/m', name: 'alone', ...slow }],
    },
  })
  const models = ['both', 'hedged', 'alone']
  const outcomes = new Map<string, number>()
  const call = async (index: number): Promise<void> => {
    const model = models[index % models.length] ?? 'both'
    // Some callers go away in the middle.
    const own = index % 13 === 0 ? AbortSignal.timeout(8) : signal
    let outcome = 'answered'
    try {
      const stream = Math.floor(index / models.length) % 2 === 0
      const answer = await ai.chat.completions.create({ model, messages, stream }, { signal: own })
      if (Symbol.asyncIterator in answer) await read(answer, index % 7 === 0 ? 1 : Infinity)
    } catch (error) {
      outcome = (error as Error).name
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  await inTurn(500, call)
  const heapBefore = await heap()
  await inTurn(2000, call)
  await eventually(() => bad.busy() + good.busy() === 0, 'no request is under way')
  await expectNothingLeft(ai, spans, signal)
  const few = (): boolean => bad.connections() <= 3 * CALLERS
  await eventually(few, 'the connections that are kept are few', UNTIL_FETCH_IS_DONE)
  const names = [...outcomes.keys()]
  expect(names.filter((name) => !/^(answered|(Provider|Stream|Timeout|Connection)Error)$/.test(name))).toEqual([])
  expect(outcomes.get('answered')).toBeGreaterThan(1000)
  await expectNoMore({ resources: before, heap: heapBefore }, [bad, good])
})
