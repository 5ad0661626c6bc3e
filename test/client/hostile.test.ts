/** Hostile answers from a real server: one typed error, bounded memory, and nothing private in the message. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { ProtocolId } from '../../src/kernel/protocol.js'
import { answers, completion, sendJson, startServer, type FaultServer } from './fault-server.js'
import { hostile, nested } from './hostile-bodies.js'

const KEY = 'k-very-secret-key'
const messages = [{ role: 'user' as const, content: 'a very private prompt' }]
const FORMATS: readonly ProtocolId[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'bedrock-converse',
  'cohere-chat',
  'ollama-chat',
]
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

const everyFormat = FORMATS.flatMap((format) =>
  hostile
    .filter(({ name }) => /JSON (null|true|\[\]|\[null\])$|truncated|nested|HTML|UTF-8|event/.test(name))
    .map((row) => ({ ...row, format })),
)

test.each(everyFormat)(
  '$format, $name: a typed error for plain calls and streams',
  async ({ format, answer, only }) => {
    server.behave = (_, response, socket) => answer(response, socket)
    for (const stream of [true, false]) {
      if (only === 'stream' && !stream) continue
      const failure = await call(format, stream)
      expect(failure).toBeInstanceOf(TracestitchError)
      expect(failure).toMatchObject({ provider: 'odd', model: 'm' })
      expect((failure as TracestitchError).status).toBeGreaterThanOrEqual(200)
      expect(told(failure as Error)).not.toMatch(/private|secret/)
    }
  },
)

/** Answers of each format whose every field is what no reader expects. */
const ODD_VALUES: readonly unknown[] = [null, true, 7, 'text', [], [null], {}, [[]], { a: null }]
const ANSWERS: Readonly<Partial<Record<ProtocolId, (value: unknown) => unknown>>> = {
  'openai-chat': (v) => ({
    id: v,
    created: v,
    model: v,
    choices: [
      {
        index: v,
        message: { role: v, content: v, tool_calls: v, annotations: v, reasoning_content: v },
        finish_reason: v,
        logprobs: v,
      },
    ],
    usage: v,
  }),
  'openai-responses': (v) => ({
    id: v,
    object: 'response',
    status: v,
    model: v,
    output: [{ type: 'message', content: v }, { type: 'function_call', arguments: v, call_id: v, name: v }, v],
    usage: v,
  }),
  'anthropic-messages': (v) => ({
    id: v,
    type: 'message',
    model: v,
    content: [{ type: 'text', text: v, citations: v }, { type: 'tool_use', id: v, name: v, input: v }, v],
    stop_reason: v,
    usage: v,
  }),
  'gemini-generate': (v) => ({
    responseId: v,
    modelVersion: v,
    candidates: [
      {
        index: v,
        content: { parts: [{ text: v, thoughtSignature: v }, { functionCall: v }, v] },
        finishReason: v,
        groundingMetadata: v,
      },
    ],
    usageMetadata: v,
  }),
  'bedrock-converse': (v) => ({
    output: { message: { role: v, content: [{ text: v }, { toolUse: v }, { reasoningContent: v }, v] } },
    stopReason: v,
    usage: v,
    metrics: v,
  }),
  'cohere-chat': (v) => ({
    id: v,
    message: { role: v, content: [{ type: 'text', text: v }, v], tool_calls: v, citations: v },
    finish_reason: v,
    usage: v,
  }),
  'ollama-chat': (v) => ({
    model: v,
    created_at: v,
    message: { role: v, content: v, thinking: v, tool_calls: v, images: v },
    done: true,
    done_reason: v,
    prompt_eval_count: v,
    eval_count: v,
  }),
}

describe.each(FORMATS)('%s', (format) => {
  test.each(ODD_VALUES.map((value) => [JSON.stringify(value), value] as const))(
    'fields that are %s give an answer of the right types or a typed error',
    async (_, value) => {
      server.behave = (_request, response) => sendJson(response, 200, ANSWERS[format]?.(value))
      for (const stream of [false, true]) {
        const result = await call(format, stream)
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(TracestitchError)
        } else if (!stream) {
          const { choices, usage } = result as {
            choices: { message: { content: unknown; tool_calls?: unknown } }[]
            usage?: Record<string, unknown>
          }
          for (const { message } of choices) {
            expect(['string', 'object']).toContain(typeof message.content)
            if (message.tool_calls !== undefined) expect(message.tool_calls).toBeInstanceOf(Array)
          }
          if (usage)
            for (const [name, count] of Object.entries(usage))
              if (name.endsWith('_tokens')) expect(count).toBeTypeOf('number')
        }
      }
    },
  )

  test('keys named __proto__ and constructor reach no prototype', async () => {
    const evil = '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},'
    const text = JSON.stringify(ANSWERS[format]?.('MARK'))
      .replaceAll('{', evil)
      .replaceAll('"MARK"', '"Hello"')
      .replaceAll(',}', '}')
    server.behave = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(text)
    for (const stream of [false, true]) {
      const result = await call(format, stream)
      if (result instanceof Error) expect(result).toBeInstanceOf(TracestitchError)
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      expect(inherited(result)).toEqual([])
    }
  })

  test.each([200, 401, 500])('a key that a server quotes with status %i is not shown', async (status) => {
    const quoted = {
      error: { message: `your key ${KEY} is wrong`, type: 'authentication_error', code: 'x' },
      message: `your key ${KEY} is wrong`,
      type: 'error',
      __type: 'x',
    }
    server.behave = (_request, response) => sendJson(response, status, quoted)
    for (const stream of [false, true]) {
      const failure = (await call(format, stream)) as TracestitchError
      expect(failure).toBeInstanceOf(TracestitchError)
      expect(told(failure) + String(failure.stack)).not.toContain(KEY)
    }
  })
})

/** Paths of objects whose prototype carries what the body put under `__proto__`. */
function inherited(value: unknown, path = '', seen = new Set<unknown>()): string[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  const own = Object.hasOwn(value, 'polluted') ? undefined : (value as Record<string, unknown>)['polluted']
  const children = Object.keys(value).flatMap((key) =>
    inherited(Object.getOwnPropertyDescriptor(value, key)?.value, `${path}.${key}`, seen),
  )
  return own === undefined ? children : [path, ...children]
}

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

test('an answer with deep nesting where any value may stand is read, or is a typed error', async () => {
  const deep = `{"a":${nested()}}`
  const bodies: Readonly<Record<string, string>> = {
    'openai-chat': JSON.stringify(completion('x')).replace('"refusal":null', `"extra":${deep}`),
    'anthropic-messages': `{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"t","name":"n","input":${deep}}],"stop_reason":"tool_use","usage":{}}`,
    'gemini-generate': `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"n","args":${deep}}}]},"finishReason":"STOP"}]}`,
    'bedrock-converse': `{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"n","input":${deep}}}]}},"stopReason":"tool_use","usage":{}}`,
    'ollama-chat': `{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"n","arguments":${deep}}}]},"done":true}`,
  }
  for (const [format, body] of Object.entries(bodies)) {
    server.behave = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    for (const stream of [false, true]) {
      const result = await call(format as ProtocolId, stream)
      if (result instanceof Error) expect(result).toBeInstanceOf(TracestitchError)
    }
  }
})
