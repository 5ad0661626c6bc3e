/** Errors as the person sees them who wrote the call: where it stands, what failed, and all that is to be mended. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { autolog, createClient, SchemaError, UnsupportedParameterError, type ClientOptions } from '../../src/index.js'
import { answers, completion, startServer, type FaultServer } from './fault-server.js'

let server: FaultServer
beforeAll(async () => {
  server = await startServer(answers('Hello'))
})
afterAll(() => server.close())
beforeEach(() => {
  server.behave = (_request, response) =>
    void response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"down"}}')
})
afterEach(() => void vi.unstubAllEnvs())

const messages = [{ role: 'user' as const, content: 'x' }]
const clientOf = (options: ClientOptions = {}) =>
  createClient({ retries: 0, providers: { odd: { baseURL: server.baseURL } }, ...options })

type Ask = (ai: ReturnType<typeof clientOf>, model: string) => unknown
const operations: readonly (readonly [string, Ask])[] = [
  ['chat', (ai, model) => ai.chat.completions.create({ model, messages })],
  [
    'a stream',
    async (ai, model) => {
      for await (const _ of await ai.chat.completions.create({ model, messages, stream: true }));
    },
  ],
  [
    'parse',
    (ai, model) => ai.chat.completions.parse({ model, messages, response_format: z.object({ a: z.string() }) }),
  ],
  ['responses', (ai, model) => ai.responses.create({ model, input: 'x' })],
  ['embeddings', (ai, model) => ai.embeddings.create({ model, input: 'x' })],
  ['rerank', (ai, model) => ai.rerank.create({ model, query: 'q', documents: ['d'] })],
  ['moderations', (ai, model) => ai.moderations.create({ model, input: 'x' })],
  ['images', (ai, model) => ai.images.generate({ model, prompt: 'x' })],
  ['speech', (ai, model) => ai.audio.speech.create({ model, input: 'x', voice: 'v' })],
  ['transcriptions', (ai, model) => ai.audio.transcriptions.create({ model, file: new Uint8Array(1) })],
]

/** The first frame of an error's stack. */
const frameOf = (error: unknown): string => /\n\s+at (.*)/.exec(String((error as Error).stack))?.[1] ?? ''

describe.each(operations)('%s', (_, ask) => {
  test.each(['odd/m', 'nowhere/m', 'no-such-alias'])('the stack begins at the line of the call: %s', async (model) => {
    const ai = clientOf()
    const myBusiness = async (): Promise<void> => {
      await ask(ai, model)
    }
    const error: unknown = await myBusiness().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(frameOf(error)).toContain('caller-errors.test.ts')
    expect((error as Error).stack).toContain((error as Error).message)
    expect((error as Error).stack).not.toMatch(/src[/\\]client/)
  })

  test('the one target that failed is named', async () => {
    await expect(Promise.resolve().then(() => ask(clientOf(), 'odd/m'))).rejects.toThrow(/ \(odd\/m\)$/)
  })
})

test('a stream that breaks off later begins at the line of its call too', async () => {
  server.behave = (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(
        'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n',
      )
  const stream = await clientOf().chat.completions.create({ model: 'odd/m', messages, stream: true })
  const read = async (): Promise<void> => {
    for await (const _ of stream);
  }
  const error: unknown = await read().catch((thrown: unknown) => thrown)
  expect(frameOf(error)).toContain('caller-errors.test.ts')
})

test.each([
  ['createClient', () => createClient({ nowhere: true } as never)],
  ['createClient, once its options were checked', () => createClient({ models: { a: 'b', b: 'a' } })],
  ['autolog', () => autolog({ nowhere: true } as never)],
])('%s: the stack begins at its line', (_, step) => {
  let error: unknown
  try {
    step()
  } catch (thrown) {
    error = thrown
  }
  expect((error as Error).name).toBe('ConfigError')
  expect(frameOf(error)).toContain('caller-errors.test.ts')
})

test('an abort throws the reason of the caller, unchanged', async () => {
  const reason = new Error('mine')
  const { stack } = reason
  await expect(
    clientOf().chat.completions.create({ model: 'odd/m', messages }, { signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason)
  expect(reason.stack).toBe(stack)
})

test.each([
  ['plain', false],
  ['stream', true],
])('all that a format cannot express is in one error: %s', async (_, stream) => {
  vi.stubEnv('ANTHROPIC_API_KEY', 'k-of-this-test')
  const body = {
    model: 'anthropic/claude-opus-4-1',
    messages,
    n: 2,
    logprobs: true,
    seed: 1,
    frequency_penalty: 1,
    stream,
  }
  const error: unknown = await clientOf()
    .chat.completions.create(body as never)
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UnsupportedParameterError)
  const { parameter, parameters, message } = error as UnsupportedParameterError
  for (const name of ['n', 'logprobs', 'seed', 'frequency_penalty']) {
    expect(parameters).toContain(name)
    expect(message).toContain(`\`${name}\``)
  }
  expect(parameters).toContain(parameter)
})

test('a single one has the usual message', async () => {
  const error = new UnsupportedParameterError('seed', 'somewhere')
  expect(error.message).toBe('somewhere does not support `seed`: remove it, or set dropUnsupported')
  expect(new UnsupportedParameterError('tools', 'somewhere', 'use none').message).toBe(
    'somewhere does not support `tools`: use none',
  )
  expect(
    new UnsupportedParameterError(
      [{ parameter: 'a' }, { parameter: 'b', hint: 'use c' }, { parameter: 'd' }],
      'somewhere',
    ).message,
  ).toBe('somewhere does not support `b`: use c; `a` and `d`: remove them, or set dropUnsupported')
})

test.each([
  ['no JSON', 'Hello', 'stop', 'invalid_json'],
  ['JSON of another shape', '{"city":7}', 'stop', 'schema_mismatch'],
  ['JSON that was cut', '{"city":"Pra', 'length', 'output_truncated'],
])('parse: %s', async (_, content, finish_reason, code) => {
  server.behave = (_request, response) => {
    const whole = completion(content) as { choices: object[] }
    whole.choices = [{ ...whole.choices[0], finish_reason }]
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
  }
  const error = (await clientOf()
    .chat.completions.parse({ model: 'odd/m', messages, response_format: z.object({ city: z.string() }) })
    .catch((thrown: unknown) => thrown)) as SchemaError
  expect(error).toBeInstanceOf(SchemaError)
  expect(error).toMatchObject({ name: 'SchemaError', code, provider: 'odd', model: 'm', isRetryable: false })
  expect(error.partial).toMatchObject({ choices: [{ message: { content } }] })
  expect(error.issues.length).toBe(code === 'schema_mismatch' ? 1 : 0)
  expect(JSON.stringify(error)).not.toContain('Pra')
})

test.each([
  [{ modles: {} }, /`models`/],
  [{ providers: { odd: { baseUrl: 'http://h' } } }, /`baseURL`/],
  [{ models: { a: { target: ['odd/m'] } } }, /`targets`/],
  [{ models: { a: { targets: [{ modle: 'odd/m' }] } } }, /`model`/],
  [{ retries: { maxx: 3 } }, /`max`/],
  [{ cooldown: { durations: 3 } }, /`duration`/],
  [{ timeout: { conect: 3 } }, /`connect`/],
  [{ limits: [{ rmp: 3 }] }, /`rpm`/],
  [{ budgets: [{ usd: 1, pre: 'day' }] }, /`per`/],
  [{ hooks: { onAtempt: () => {} } }, /`onAttempt`/],
])('a misspelt option, %j, is answered with the one that was meant', (options, meant) => {
  expect(() => createClient(options as never)).toThrow(/there is no such option; did you mean/)
  expect(() => createClient(options as never)).toThrow(meant)
})

test.each([
  [{ metdata: { user: 'u' } }, /`metadata`/],
  [{ timeout: { totl: 3 } }, /`total`/],
  [{ fallback: ['odd/m'] }, /`fallbacks`/],
  [{ fallbacks: [{ model: 'odd/m', onn: 'any' }] }, /`on`/],
])('a misspelt option of a call, %j, too', async (options, meant) => {
  const call = clientOf().chat.completions.create({ model: 'odd/m', messages }, options as never)
  await expect(call).rejects.toThrow(meant)
})

test.each([['a string'], [7], [null], [{ secret: 'thing' }]])(
  'a cause that was thrown as %j is an Error',
  async (thrown) => {
    const ai = clientOf({ fetch: () => Promise.reject(thrown) })
    const error = (await ai.chat.completions
      .create({ model: 'odd/m', messages })
      .catch((caught: unknown) => caught)) as Error
    expect(error.cause).toBeInstanceOf(Error)
    expect((error.cause as Error).message).not.toContain('thing')
  },
)
