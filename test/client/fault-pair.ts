/** A failing server beside a good one, fresh for each test, and a client that knows both. */
import { afterEach, beforeEach, expect } from 'vitest'
import { createClient, type Client, type ClientOptions } from '../../src/index.js'
import { answers, eventually, startServer, type FaultServer } from './fault-server.js'

export interface FaultPair {
  /** Each test sets what it does. */
  bad: FaultServer
  good: FaultServer
}

export const messages = [{ role: 'user' as const, content: 'a very private prompt' }]
const KEY = 'k-very-secret-key'

/** Also holds each test to leaving the good server idle and no rejection unhandled. */
export function faultPair(): FaultPair {
  const pair = {} as FaultPair
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(async () => {
    process.on('unhandledRejection', onUnhandled)
    pair.bad = await startServer(answers('never'))
    pair.good = await startServer(answers('Hello from next door'))
  })
  afterEach(async () => {
    await eventually(() => pair.good.busy() === 0, 'the good server is idle')
    await Promise.all([pair.bad.close(), pair.good.close()])
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled.splice(0)).toEqual([])
  })
  return pair
}

/** A client of both, and of `both` in that order, without retries. `options` win. */
export function clientOfPair({ bad, good }: FaultPair, options: ClientOptions = {}): Client {
  return createClient({
    providers: { bad: { baseURL: bad.baseURL, apiKey: KEY }, good: { baseURL: good.baseURL, apiKey: KEY } },
    models: { both: ['bad/m', 'good/m'] },
    retries: 0,
    ...options,
  })
}

/** The same, with limits of time. @param attempt - Milliseconds of an attempt at the failing server. */
export function clientFor(pair: FaultPair, retries = 0, attempt?: number): Client {
  return clientOfPair(pair, {
    providers: {
      bad: { baseURL: pair.bad.baseURL, apiKey: KEY, timeout: { attempt } },
      good: { baseURL: pair.good.baseURL, apiKey: KEY },
    },
    retries: { max: retries, baseDelay: 5 },
    timeout: { firstChunk: 150, idle: 150, total: 3000 },
  })
}

export async function text(
  stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>,
): Promise<string> {
  let all = ''
  for await (const item of stream) all += item.choices[0]?.delta.content ?? ''
  return all
}
