/** Hostile answers from a real server: one typed error, bounded memory, and nothing private in the message. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient } from '../../src/index.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { ProtocolId } from '../../src/kernel/protocol.js'
import { answers, completion, startServer, type FaultServer } from './fault-server.js'
import { hostile } from './hostile-bodies.js'
import { KEY, MB, growth, messages, told } from './hostile-support.js'

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

vi.setConfig({ testTimeout: 90_000 })

function clientFor(protocol: ProtocolId) {
  return createClient({
    providers: { odd: { protocol, baseURL: server.origin, apiKey: KEY }, good: { baseURL: good.baseURL } },
    retries: 0,
    // A busy machine takes long to unpack what is too large.
    timeout: { firstChunk: 10_000, idle: 5000, total: 60_000 },
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

const rows = hostile.flatMap((row) =>
  (['plain', 'stream'] as const).filter((kind) => !row.only || row.only === kind).map((kind) => ({ ...row, kind })),
)

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

test('memory falls back after hostile answers', async () => {
  const flood = hostile.find(({ name }) => name === 'comments without end')!
  server.behave = (_, response, socket) => flood.answer(response, socket)
  await call('openai-chat', true)
  const { bytes } = await growth(async () => {
    for (let i = 0; i < 5; i += 1) await call('openai-chat', true)
  })
  expect(bytes).toBeLessThan(150 * MB)
})

test('a key quoted in the middle of a stream is not shown', async () => {
  server.behave = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const chunk = {
      id: '1',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: null }],
    }
    response.end(
      `data: ${JSON.stringify(chunk)}\n\ndata: ${JSON.stringify({ error: { message: `key ${KEY} revoked` } })}\n\n`,
    )
  }
  const failure = (await call('openai-chat', true)) as TracestitchError
  expect(failure.message).toContain('key [key] revoked')
  expect(told(failure) + String(failure.stack) + String((failure.cause as Error).stack)).not.toContain(KEY)
})

test.each([
  'truncated JSON',
  'an HTML page',
  'an empty body',
  'a gzip bomb',
  'JSON of 100 MB',
  'endless headers',
  'arrays nested 100,000 deep',
])('%s: the next target answers', async (name) => {
  const { answer } = hostile.find((row) => row.name === name)!
  server.behave = (_, response, socket) => answer(response, socket)
  const result = await clientFor('openai-chat').chat.completions.create({
    model: 'odd/m',
    messages,
    fallbacks: ['good/m'],
  })
  expect(result._meta.attempts.map(({ target }) => target)).toEqual(['odd/m', 'good/m'])
})

test('text in bytes that are no UTF-8 is read with replacement characters', async () => {
  const [head, tail] = JSON.stringify(completion('MARK')).split('MARK') as [string, string]
  server.behave = (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(Buffer.concat([Buffer.from(head), Buffer.from([0x61, 0xff, 0x62]), Buffer.from(tail)]))
  expect(await call('openai-chat', false)).toMatchObject({ choices: [{ message: { content: 'a\uFFFDb' } }] })
})

test.each(['plain', 'stream'])('the body of an error that never ends is left after a while: %s', async (kind) => {
  let closed = 0
  server.behave = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json' })
    response.write('{"error":{"message":"')
    const timer = setInterval(() => response.write('x'), 50)
    response.on('close', () => {
      clearInterval(timer)
      closed += 1
    })
  }
  const ai = clientFor('openai-chat')
  const answer = await ai.chat.completions.create({
    model: 'odd/m',
    messages,
    fallbacks: ['good/m'],
    stream: kind === 'stream',
  } as never)
  expect(answer).toBeDefined()
  expect(closed).toBe(1)
})

const LONGEST_WAIT = 366 * 86_400_000

test.each([
  ['retry-after', '1e308', LONGEST_WAIT],
  ['retry-after', '9'.repeat(1000), LONGEST_WAIT],
  ['retry-after', 'Infinity', LONGEST_WAIT],
  ['retry-after', 'Fri, 31 Dec 9999 23:59:59 GMT', LONGEST_WAIT],
  ['retry-after', 'Fri, 31 Dec 99999999 23:59:59 GMT', undefined],
  ['retry-after', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['retry-after', '-1', undefined],
  ['retry-after', '-1e308', undefined],
  ['retry-after', 'NaN', undefined],
  ['retry-after', 'soon', undefined],
  ['retry-after', '0', 0],
  ['retry-after', '7', 7000],
  ['retry-after-ms', '1e308', LONGEST_WAIT],
  ['retry-after-ms', '-7', undefined],
  ['x-ratelimit-reset-requests', `${'9'.repeat(300)}h`, LONGEST_WAIT],
  ['x-ratelimit-reset-requests', '1e308', undefined],
  ['ratelimit', `"a";r=0;t=${'9'.repeat(200)}`, LONGEST_WAIT],
])('%s: %s is a wait that a timer can keep, and the call ends', async (name, value, most) => {
  server.behave = (_request, response) =>
    void response
      .writeHead(429, { 'content-type': 'application/json', [name]: value, 'x-ratelimit-remaining-requests': '0' })
      .end('{"error":{"message":"slow down"}}')
  const ai = clientFor('openai-chat')
  const error = (await ai.chat.completions
    .create({ model: 'odd/m', messages })
    .catch((thrown: unknown) => thrown)) as TracestitchError
  expect(error.status).toBe(429)
  if (most === undefined || most === 0 || most === 7000) expect(error.retryAfterMs).toBe(most)
  else expect(error.retryAfterMs).toBeLessThanOrEqual(most)
  for (const { retryAfterMs } of ai.health().targets)
    expect(retryAfterMs === null || Number.isSafeInteger(retryAfterMs)).toBe(true)
  expect(JSON.stringify(error)).not.toContain('null')
})
