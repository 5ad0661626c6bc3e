/** Hostile answers from a real server: one typed error, bounded memory, and nothing private in the message. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/index.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { ProtocolId } from '../../src/kernel/protocol.js'
import { answers, completion, sendJson, startServer, type FaultServer } from './fault-server.js'
import { hostile, nested } from './hostile-bodies.js'

const KEY = 'k-very-secret-key'
const messages = [{ role: 'user' as const, content: 'a very private prompt' }]
const FORMATS: readonly ProtocolId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate', 'bedrock-converse', 'cohere-chat', 'ollama-chat']
const MB = 1024 * 1024

/** Peak growth that one answer may cause: a body of 64 MB as text, its pieces, and what the collector has not yet taken. */
const MAX_GROWTH = 400 * MB

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
let server: FaultServer
let good: FaultServer

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled)
  server = await startServer(answers('never'))
  good = await startServer(answers('Hello from next door'))
})

afterEach(async () => {
  await Promise.all([server.close(), good.close()])
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

function clientFor(protocol: ProtocolId) {
  return createClient({
    providers: { odd: { protocol, baseURL: server.origin, apiKey: KEY }, good: { baseURL: good.baseURL } },
    retries: 0,
    timeout: { firstChunk: 10_000, idle: 5000, total: 20_000 },
  })
}

async function call(protocol: ProtocolId, stream: boolean): Promise<unknown> {
  try {
    const given = await clientFor(protocol).chat.completions.create({ model: 'odd/m', messages, stream })
    if (!stream) return given
    const items: unknown[] = []
    for await (const item of given as AsyncIterable<unknown>) items.push(item)
    return items
  } catch (error) {
    return error
  }
}

/** Runs `work` and tells how far resident memory rose above its start. */
async function growth(work: () => Promise<unknown>): Promise<{ result: unknown; bytes: number }> {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let peak = before
  const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10)
  try {
    const result = await work()
    return { result, bytes: Math.max(peak, process.memoryUsage.rss()) - before }
  } finally {
    clearInterval(sampler)
  }
}

/** Everything an error says when it is logged, its causes left out: they are the runtime's. */
const told = (error: Error): string => `${String(error)} ${JSON.stringify(error)}`

const rows = hostile.flatMap((row) => (['plain', 'stream'] as const).filter((kind) => !row.only || row.only === kind).map((kind) => ({ ...row, kind })))

describe.each(rows)('$name, $kind', ({ answer, error, status, says, kind }) => {
  test('is a typed error with provider and status', async () => {
    server.behave = (_, response, socket) => answer(response, socket)
    const { result, bytes } = await growth(() => call('openai-chat', kind === 'stream'))
    expect(result).toBeInstanceOf(TracestitchError)
    const failure = result as TracestitchError
    expect(error).toContain(failure.name)
    expect(failure).toMatchObject({ provider: 'odd', model: 'm' })
    if (failure.name !== 'ConnectionError') expect(failure.status).toBe(status ?? 200)
    if (says && kind === 'plain') expect(failure.message).toMatch(says)
    expect(failure.message.length).toBeLessThan(300)
    expect(told(failure)).not.toMatch(/private|secret/)
    expect(bytes).toBeLessThan(MAX_GROWTH)
  })
})
