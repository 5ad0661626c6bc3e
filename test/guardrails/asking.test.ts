/** Checks that ask a model or a service: what they send, what they read, and what happens when they fail. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { GuardrailError, type GuardrailOptions } from '../../src/index.js'
import type { Provider } from '../client/cache-support.js'
import { exporter, forgetSpans, keepSpans, completion } from '../client/stages-support.js'
import { answering, guarded, hear } from './guardrail-support.js'

const SECRET = 'the-words-of-the-user'

/** The provider answers calls at `b` as a check does, and all others as a model. */
const judged =
  (judgement: (body: Record<string, unknown>) => Response | Promise<Response>): Provider =>
  (sent, count) =>
    sent.url.startsWith('http://b') ? judgement(sent.body) : answering('fine')(sent, count)

const CHECKS: readonly (readonly [
  name: string,
  check: GuardrailOptions['check'],
  clean: object,
  found: object,
  category: string | undefined,
])[] = [
  [
    'moderation',
    { moderation: 'b/m' },
    { id: 'x', model: 'm', results: [{ flagged: false, categories: { violence: false } }] },
    { id: 'x', model: 'm', results: [{ flagged: true, categories: { sexual: false, violence: true } }] },
    'violence',
  ],
  [
    'moderation of one category',
    { moderation: 'b/m', categories: ['sexual'] },
    { id: 'x', model: 'm', results: [{ flagged: true, categories: { sexual: false, violence: true } }] },
    { id: 'x', model: 'm', results: [{ flagged: true, categories: { sexual: true } }] },
    'sexual',
  ],
  [
    'judge',
    { judge: 'b/m', policy: 'No advice on money.' },
    completion('{"breaks_policy":false,"category":"","change":""}'),
    completion('{"breaks_policy":true,"category":"money advice","change":"Give none."}'),
    'money advice',
  ],
  [
    'a judge who quotes the text',
    { judge: 'b/m', policy: 'No advice on money.' },
    completion('{"breaks_policy":false,"category":"","change":""}'),
    completion(`{"breaks_policy":true,"category":"it says: ${SECRET}!","change":""}`),
    'policy',
  ],
]

describe.each(CHECKS)('%s', (_name, check, clean, found, category) => {
  test.each([false, true])('passes what is fine, stream: %s', async (stream) => {
    const { client, sent } = guarded(
      [{ on: 'both', check }],
      judged(() => Response.json(clean)),
    )
    expect((await hear(client, SECRET, stream)).text).toBe('fine')
    // The request, the call, the answer; what checks ask is not checked.
    expect(sent.map(({ url }) => url[7])).toEqual(['b', 'a', 'b'])
    expect(JSON.stringify(sent[0]?.body)).toContain(SECRET)
    expect(JSON.stringify(sent[2]?.body)).toContain('fine')
  })

  test.each([false, true])('blocks what is not, stream: %s', async (stream) => {
    const { client } = guarded(
      [{ check }],
      judged(() => Response.json(found)),
    )
    const { error } = await hear(client, SECRET, stream)
    expect(error).toMatchObject({ name: 'GuardrailError', on: 'input', category })
    expect(String((error as Error).stack)).not.toContain(SECRET)
  })

  test('counts in budgets and in what was spent', async () => {
    const { client } = guarded(
      [{ check }],
      judged(() => Response.json(clean)),
    )
    await hear(client, SECRET, false)
    expect(client.spend().total.calls).toBe(2)
  })
})

test('a decision is a probability', async () => {
  const decided = (probability: number) =>
    guarded(
      [{ check: { decision: 'b/m', question: 'The text is rude.', threshold: 0.8 } }],
      judged(() =>
        Response.json({
          id: 'd',
          object: 'decision',
          model: 'm',
          answers: [{ type: 'predicate', name: null, probability }],
          usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
        }),
      ),
      {
        providers: {
          a: { baseURL: 'http://a/v1' },
          b: { baseURL: 'http://b/v1', protocol: ['openai-chat', 'openai-decisions'] },
        },
      },
    ).client
  expect((await hear(decided(0.79), 'hi', false)).text).toBe('fine')
  expect((await hear(decided(0.8), 'hi', false)).error).toMatchObject({ category: 'decision' })
})

/** How a check can fail to come to a verdict. */
const FAILURES: readonly (readonly [name: string, Provider | undefined, GuardrailOptions])[] = [
  [
    'a moderation that answers 500',
    judged(() => new Response('{}', { status: 500 })),
    { check: { moderation: 'b/m' } },
  ],
  ['a moderation without results', judged(() => Response.json({ id: 'x' })), { check: { moderation: 'b/m' } }],
  [
    'a judge who answers in words',
    judged(() => Response.json(completion(`Well, ${SECRET}`))),
    { check: { judge: 'b/m', policy: 'x' } },
  ],
  [
    'a judge who is not there',
    judged(() => Promise.reject(new TypeError('fetch failed'))),
    { check: { judge: 'b/m', policy: 'x' } },
  ],
  [
    'a judge who never answers',
    judged(() => new Promise(() => undefined)),
    { check: { judge: 'b/m', policy: 'x' }, timeout: 20 },
  ],
  [
    'a function that throws',
    undefined,
    {
      name: 'f',
      check: () => {
        throw new RangeError(SECRET)
      },
    },
  ],
  ['a function that rejects', undefined, { name: 'f', check: () => Promise.reject(new RangeError(SECRET)) }],
  [
    'a function that never ends',
    undefined,
    { name: 'f', check: () => new Promise<boolean>(() => undefined), timeout: 20 },
  ],
  ['a function that says nothing of use', undefined, { name: 'f', check: (() => ({ ok: true })) as never }],
]

describe.each(FAILURES)('%s', (_name, provider = answering('fine'), guardrail) => {
  test('fails the call, by default', async () => {
    const { client, sent } = guarded([guardrail], provider)
    const { error } = await hear(client, SECRET, false)
    expect(error).toBeInstanceOf(GuardrailError)
    expect(error).toMatchObject({ code: 'guardrail_failed', isRetryable: true })
    expect((error as Error).message).toContain("onError: 'open'")
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain(SECRET)
    expect(sent.filter(({ url }) => url.startsWith('http://a'))).toEqual([])
  })

  test('lets the call pass if it is open, and says so', async () => {
    const { client } = guarded([{ ...guardrail, onError: 'open' }], provider)
    const { text, meta } = await hear(client, SECRET, false)
    expect(text).toBe('fine')
    expect(meta?.guardrails).toMatchObject([{ verdict: 'failed' }])
    expect(meta?.warnings).toEqual([expect.stringContaining('could not check')])
  })

  test('an answer is not given either', async () => {
    const { client } = guarded([{ ...guardrail, on: 'output' }], provider)
    expect(await hear(client, 'hi', true)).toMatchObject({
      text: '',
      error: { code: 'guardrail_failed', on: 'output' },
    })
  })
})

describe('a webhook', () => {
  let url: string
  let server: Server
  let asked: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = []
  let answer: { status?: number; body: string; headers?: Record<string, string> } = { body: '{}' }
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = ''
      for await (const piece of request) text += String(piece)
      asked.push({ headers: request.headers, body: JSON.parse(text) as Record<string, unknown> })
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close().closeAllConnections())
  beforeEach(() => void (asked = []))

  const client = () =>
    guarded(
      [{ check: { webhook: `${url}/check`, headers: { authorization: 'Bearer hook-key' } }, action: 'mask' }],
      answering('fine'),
      {
        fetch: ((to: string, init: RequestInit) =>
          to.startsWith(url)
            ? fetch(to, init)
            : Promise.resolve(
                answering('fine')(
                  { url: to, body: JSON.parse(init.body as string) as Record<string, unknown>, signal: undefined },
                  0,
                ),
              )) as typeof fetch,
      },
    ).client

  test('gets the texts, and its answer is the verdict', async () => {
    answer = { body: '{"found":false}' }
    expect((await hear(client(), 'hello', false)).text).toBe('fine')
    expect(asked).toMatchObject([
      {
        headers: { authorization: 'Bearer hook-key' },
        body: { guardrail: 'webhook', on: 'input', text: 'hello', texts: ['hello'], model: 'a/m', operation: 'chat' },
      },
    ])
    answer = { body: '{"found":true,"category":"rude"}' }
    expect((await hear(client(), 'hello', false)).error).toMatchObject({ category: 'rude' })
    answer = { body: '{"found":true,"texts":["good day"]}' }
    expect((await hear(client(), 'hello', false)).meta?.guardrails).toMatchObject([{ verdict: 'mask' }])
  })

  test.each<[string, typeof answer]>([
    ['an error', { status: 503, body: 'busy' }],
    ['no JSON', { body: 'ok' }],
    ['no verdict', { body: '{}' }],
    ['a redirect, which is not followed', { status: 307, body: '', headers: { location: 'http://127.0.0.1:9/' } }],
  ])('%s is no verdict', async (_name, given) => {
    answer = given
    const { error } = await hear(client(), 'hello', false)
    expect(error).toMatchObject({ code: 'guardrail_failed' })
    expect(String(error)).not.toContain('hook-key')
  })
})

describe('in telemetry', () => {
  beforeAll(keepSpans)
  afterAll(forgetSpans)
  beforeEach(() => exporter.reset())

  test('a verdict is an event of the call, and a check that asks has a span with its call below', async () => {
    const clean = CHECKS[2]?.[2] ?? {}
    const { client } = guarded(
      [{ check: { judge: 'b/m', policy: 'x' } }, { check: 'pii', action: 'log' }],
      judged(() => Response.json(clean)),
    )
    await hear(client, `I am ann@example.com ${SECRET}`, false)
    const spans = exporter.getFinishedSpans()
    const named = (name: string) => spans.find((span) => span.name === name)
    const call = spans.findLast((span) => span.name === 'chat m')
    expect(
      call?.events.map(({ name, attributes }) => [
        name,
        attributes?.['tracestitch.guardrail.name'],
        attributes?.['tracestitch.guardrail.verdict'],
      ]),
    ).toEqual([
      ['tracestitch.guardrail', 'judge', 'allow'],
      ['tracestitch.guardrail', 'pii', 'log'],
      ['tracestitch.guardrail', 'pii', 'allow'],
    ])
    const check = named('guardrail judge')
    expect(check?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId)
    const inner = spans.find((span) => span.name === 'chat m' && span !== call)
    expect(inner?.parentSpanContext?.spanId).toBe(check?.spanContext().spanId)
    const all = JSON.stringify(spans.map(({ name, attributes, events }) => ({ name, attributes, events })))
    expect(all).not.toContain(SECRET)
    expect(all).not.toContain('ann@')
  })
})
