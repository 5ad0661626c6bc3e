/** Whom a call is for: `withContext` and `metadata` are one thing, for all that reads it, on every face of the client. */
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClient, withContext, type CallMetadata, type Client, type ClientOptions } from '../../src/index.js'
import { startStep } from '../../src/telemetry/spans/step.js'
import { recordSpans } from '../../src/testing.js'
import { turn } from '../support/eventually.js'
import { messages, outcome } from './abuse-support.js'

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
const choice = { index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }
const ANSWERS: Readonly<Record<string, object>> = {
  '/v1/chat/completions': {
    id: 'a',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [choice],
    usage: USAGE,
  },
  '/v1/embeddings': {
    object: 'list',
    model: 'm',
    data: [{ object: 'embedding', index: 0, embedding: [1] }],
    usage: USAGE,
  },
  '/v1/rerank': { id: 'r', results: [{ index: 0, relevance_score: 1 }], usage: { total_tokens: 2 } },
  '/v1/moderations': { id: 'm', model: 'm', results: [] },
  '/v1/images/generations': { created: 1, data: [] },
}
const STREAM = [
  {
    id: 'a',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content: 'ok' } }],
  },
  {
    id: 'a',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    usage: USAGE,
  },
]

function clientWith(options: ClientOptions, seen: string[] = []): Client {
  return createClient({
    fetch: (async (url: string, { body }: RequestInit) => {
      const { pathname, host } = new URL(url)
      seen.push(host)
      if (typeof body === 'string' && (JSON.parse(body) as { stream?: boolean }).stream) {
        const events = [...STREAM.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`)
        return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } })
      }
      if (pathname.endsWith('/speech')) return new Response('sound', { headers: { 'content-type': 'audio/mpeg' } })
      return Response.json(ANSWERS[pathname])
    }) as typeof fetch,
    providers: Object.fromEntries(
      ['a', 'b'].map((id) => [
        id,
        {
          baseURL: `http://${id}/v1`,
          protocol: [
            'openai-chat',
            'openai-embeddings',
            'jina-rerank',
            'openai-moderations',
            'openai-images',
            'openai-speech',
          ],
        } as const,
      ]),
    ),
    prices: { overrides: { 'a/*': { input: 1, output: 1 }, 'b/*': { input: 1, output: 1 } } },
    ...options,
  })
}

/** Each way to make a call. */
const FACES: Readonly<Record<string, (ai: Client, metadata?: CallMetadata) => Promise<unknown>>> = {
  chat: (ai, metadata) => ai.chat.completions.create({ model: 'a/m', messages }, { metadata }),
  'a chat stream': (ai, metadata) => ai.chat.completions.create({ model: 'a/m', messages, stream: true }, { metadata }),
  'structured output': (ai, metadata) =>
    outcome(
      ai.chat.completions.parse({ model: 'a/m', messages, response_format: { type: 'json_object' } }, { metadata }),
    ),
  responses: (ai, metadata) => ai.responses.create({ model: 'a/m', input: 'hi' }, { metadata }),
  'a responses stream': (ai, metadata) =>
    ai.responses.create({ model: 'a/m', input: 'hi', stream: true }, { metadata }),
  embeddings: (ai, metadata) => ai.embeddings.create({ model: 'a/m', input: 'hi' }, { metadata }),
  rerank: (ai, metadata) => ai.rerank.create({ model: 'a/m', query: 'q', documents: ['d'] }, { metadata }),
  moderations: (ai, metadata) => ai.moderations.create({ model: 'a/m', input: 'hi' }, { metadata }),
  images: (ai, metadata) => ai.images.generate({ model: 'a/m', prompt: 'hi' }, { metadata }),
  speech: (ai, metadata) => ai.audio.speech.create({ model: 'a/m', input: 'hi', voice: 'v' }, { metadata }),
}

/** Reads a stream, and the body of a `Response`. */
async function consume(answer: unknown): Promise<void> {
  if (answer instanceof Response) await answer.arrayBuffer()
  else if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer) {
    for await (const item of answer as AsyncIterable<unknown>) expect(item).toBeDefined()
  }
}

const managers = {
  'without OpenTelemetry': () => {},
  'with a context manager': () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  },
}

afterEach(() => {
  context.disable()
  vi.restoreAllMocks()
})

describe.each(Object.entries(managers))('%s', (_, manage) => {
  test.each(Object.entries(FACES))(
    '%s counts for whom withContext names, wherever its answer is read',
    async (_face, ask) => {
      manage()
      const ai = clientWith({ limits: [{ scope: { user: '*' }, rpm: 1, onLimit: 'reject' }] })
      const first = await withContext({ user: 'ann', tags: ['t'] }, () => ask(ai))
      await consume(first)
      expect(ai.spend({ by: 'user' }).rows).toMatchObject([{ name: 'ann', calls: 1 }])
      expect(ai.spend({ by: 'tag' }).rows).toMatchObject([{ name: 't', calls: 1 }])
      const refused = await withContext({ user: 'ann' }, () =>
        outcome(ai.chat.completions.create({ model: 'a/m', messages })),
      )
      expect(refused).toMatchObject({ name: 'LimitError', message: expect.stringContaining('user=ann') as string })
      // The same, said by the call itself.
      expect(await outcome(ask(ai, { user: 'ann' }))).toMatchObject(
        _face === 'structured output' ? { name: 'answered' } : { name: 'LimitError' },
      )
      await consume(await ask(ai))
    },
  )

  test('fields of the call count first, and tags of both add up', async () => {
    manage()
    const ai = clientWith({})
    await withContext({ user: 'outer', session: 's', tags: ['one', 'two'] }, async () => {
      await ask(ai, { user: 'own', tags: ['two', 'three'] })
      await ask(ai, { user: undefined, session: 'other' })
    })
    const names = (by: 'user' | 'tag') =>
      ai
        .spend({ by })
        .rows.map(({ name, calls }) => `${name} ${calls}`)
        .sort()
    expect(names('user')).toEqual(['outer 1', 'own 1'])
    expect(names('tag')).toEqual(['one 2', 'three 1', 'two 2'])
  })

  test('of two, the inner wins in the same way, also after a pause and for what runs at the same time', async () => {
    manage()
    const ai = clientWith({})
    const later = async (name: string) => {
      await turn()
      return withContext({ user: name, session: undefined }, () => ask(ai))
    }
    await withContext({ user: 'outer', tags: ['a'] }, () =>
      Promise.all([later('x'), later('y'), withContext({ tags: ['b'] }, () => ask(ai))]),
    )
    await ask(ai)
    const rows = (by: 'user' | 'tag') => new Map(ai.spend({ by }).rows.map(({ name, calls }) => [name, calls]))
    expect(rows('user')).toEqual(
      new Map<string | null, number>([
        ['x', 1],
        ['y', 1],
        ['outer', 1],
        [null, 1],
      ]),
    )
    expect(rows('tag')).toEqual(
      new Map<string | null, number>([
        ['a', 3],
        ['b', 1],
        [null, 1],
      ]),
    )
  })

  test('a budget of users holds for it', async () => {
    manage()
    const ai = clientWith({ budgets: [{ scope: { user: '*' }, tokens: 20, per: 'day' }] })
    const calls = () =>
      withContext({ user: 'ann' }, () => Promise.all(Array.from({ length: 10 }, () => outcome(ask(ai, undefined, 10)))))
    const names = (await calls()).map(({ name }) => name)
    expect(names.filter((name) => name === 'answered')).toHaveLength(1)
    expect(names.filter((name) => name === 'LimitError')).toHaveLength(9)
  })

  test('strategies and conditions read it', async () => {
    manage()
    const seen: string[] = []
    const ai = clientWith(
      {
        models: {
          tagged: {
            strategy: 'tags',
            targets: [
              { model: 'a/m', tags: ['left'] },
              { model: 'b/m', tags: ['right'] },
            ],
          },
          asked: [
            { model: 'a/m', when: { tier: 'free' } },
            { model: 'b/m', when: { tier: 'paid' } },
          ],
          placed: [
            { model: 'a/m', region: 'eu' },
            { model: 'b/m', region: 'us' },
          ],
          stuck: { strategy: 'sticky', targets: ['a/m', 'b/m'] },
        },
      },
      seen,
    )
    const to = async (model: string, identity: CallMetadata) => {
      seen.length = 0
      await withContext(identity, () => ai.chat.completions.create({ model, messages }))
      return seen.join()
    }
    expect(await to('tagged', { tags: ['right'] })).toBe('b')
    expect(await to('tagged', { tags: ['left'] })).toBe('a')
    expect(await to('asked', { tier: 'paid' })).toBe('b')
    expect(await to('placed', { region: 'us' })).toBe('b')
    const places = new Set<string>()
    for (let i = 0; i < 40; i += 1) places.add(await to('stuck', { session: `s${i}` }))
    expect([...places].sort()).toEqual(['a', 'b'])
    const own = await to('stuck', { session: 's7' })
    for (let i = 0; i < 5; i += 1) expect(await to('stuck', { session: 's7', user: `u${i}` })).toBe(own)
  })

  test('an invalid name gives a warning; a number counts as its digits', async () => {
    manage()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const ai = clientWith({})
    const odd = { user: 42, session: { id: 1 }, tags: 'alone' } as unknown as CallMetadata
    await withContext(odd, () => ask(ai))
    expect(ai.spend({ by: 'user' }).rows).toMatchObject([{ name: '42' }])
    expect(ai.spend({ by: 'tag' }).rows).toMatchObject([{ name: 'alone' }])
    expect(
      warn.mock.calls.flat().filter((text) => String(text).includes('`session` is not a name')).length,
    ).toBeLessThan(2)
  })
})

test('spans have the identity of the call', async () => {
  const recorder = recordSpans()
  const { autolog } = await import('../../src/index.js')
  const log = autolog({ exporter: recorder, integrations: {} })
  const ai = clientWith({})
  await withContext({ user: 'outer', session: 's', tags: ['one'] }, () => ask(ai, { user: 'own', tags: ['two'] }))
  for (const name of ['chat m', 'attempt a/m'])
    expect(recorder.find(name).attributes).toMatchObject({
      'user.id': 'own',
      'session.id': 's',
      'gen_ai.conversation.id': 's',
      'tracestitch.tags': ['one', 'two'],
    })
  log.off()
})

test('so does every other span inside', async () => {
  const recorder = recordSpans()
  const { autolog, trace } = await import('../../src/index.js')
  const log = autolog({ exporter: recorder, integrations: {} })
  const kinds = ['agent', 'chain', 'tool', 'retriever', 'workflow'] as const
  await withContext({ user: 'ann', session: 's', tags: ['one'] }, async () => {
    for (const kind of kinds) trace(kind, () => 1, { kind })
    startStep('chain', 'tools/call add', { span: 'server' }).end()
    await outcome(ask(clientWith({ fetch: () => Promise.reject(new TypeError('down')), retries: 0 })))
  })
  expect(recorder.spans.map(({ name }) => name)).toHaveLength(kinds.length + 3)
  for (const { attributes } of recorder.spans)
    expect(attributes).toMatchObject({ 'user.id': 'ann', 'session.id': 's', 'tracestitch.tags': ['one'] })
  log.off()
})

function ask(ai: Client, metadata?: CallMetadata, max_tokens?: number): Promise<unknown> {
  return ai.chat.completions.create({ model: 'a/m', messages, ...(max_tokens && { max_tokens }) }, { metadata })
}
