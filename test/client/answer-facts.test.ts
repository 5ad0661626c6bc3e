/** What the headers of an answer or of a refusal say, on `_meta` and on the error. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createClient, type CallMeta, type Client } from '../../src/index.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import { clientFor, clientOfPair, faultPair, messages } from './fault-pair.js'
import { beginStream, chunk, completion, sendEvent, sendJson, type FaultServer } from './fault-server.js'

const pair = faultPair()

const LIMITS = {
  'x-ratelimit-limit-requests': '10',
  'x-ratelimit-remaining-requests': '9',
  'x-ratelimit-reset-requests': '6m0s',
  'set-cookie': 'session=very-secret',
}
const RATE_LIMIT = { requests: { limit: 10, remaining: 9, resetMs: 360_000 } }

async function failure(promise: Promise<unknown>): Promise<ProviderError> {
  const thrown = await promise.then(
    () => 'nothing',
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(ProviderError)
  return thrown as ProviderError
}

describe('rate limits', () => {
  test('of an answer', async () => {
    pair.bad.behave = (_, response) => sendJson(response, 200, completion('x'), LIMITS)
    const { _meta: meta } = await clientFor(pair).chat.completions.create({ model: 'bad/m', messages })
    expect(meta.rateLimit).toEqual(RATE_LIMIT)
    expect(meta.rateLimit).toBe(meta.rateLimit)
  })

  test('are null when the headers say nothing', async () => {
    const { _meta: meta } = await clientFor(pair).chat.completions.create({ model: 'good/m', messages })
    expect(meta.rateLimit).toBeNull()
  })

  test('of a stream, on it and on its last chunk', async () => {
    pair.bad.behave = (_, response) => {
      for (const [name, value] of Object.entries(LIMITS)) response.setHeader(name, value)
      beginStream(response)
      sendEvent(response, chunk({ role: 'assistant', content: 'Hello' }))
      sendEvent(response, chunk({}, 'stop'))
      sendEvent(response, '[DONE]')
      response.end()
    }
    const stream = await clientFor(pair).chat.completions.create({ model: 'bad/m', messages, stream: true })
    const metas: (CallMeta | undefined)[] = []
    for await (const item of stream) metas.push(item._meta)
    expect(metas.at(-1)?.rateLimit).toEqual(RATE_LIMIT)
    expect(stream._meta?.rateLimit).toEqual(RATE_LIMIT)
  })

  test('of the target that answered, not of one that failed before', async () => {
    pair.bad.behave = (_, response) => sendJson(response, 503, {}, LIMITS)
    const { _meta: meta } = await clientFor(pair).chat.completions.create({ model: 'both', messages })
    expect(meta.provider).toBe('good')
    expect(meta.rateLimit).toBeNull()
  })

  test.each<[string, (ai: Client) => Promise<{ readonly _meta: CallMeta }>, object]>([
    ['moderations', (ai) => ai.moderations.create({ model: 'bad/m', input: 'x' }), { id: 'm', results: [] }],
    ['speech', (ai) => ai.audio.speech.create({ model: 'bad/m', input: 'x', voice: 'v' }), {}],
    [
      'embeddings',
      (ai) => ai.embeddings.create({ model: 'bad/m', input: 'x' }),
      {
        object: 'list',
        data: [{ index: 0, embedding: [1] }],
        model: 'm',
        usage: { prompt_tokens: 1, total_tokens: 1 },
      },
    ],
  ])('of %s', async (name, run, body) => {
    pair.bad.behave = (_, response) =>
      name === 'speech'
        ? void response.writeHead(200, { ...LIMITS, 'content-type': 'audio/mpeg' }).end('bytes')
        : sendJson(response, 200, body, LIMITS)
    const result = await run(clientFor(pair))
    expect(result._meta.rateLimit).toEqual(RATE_LIMIT)
    if (result instanceof Response) await result.arrayBuffer()
  })

  test('of a refusal', async () => {
    pair.bad.behave = (_, response) =>
      sendJson(response, 429, { error: { message: 'slow down' } }, { ...LIMITS, 'retry-after': '7' })
    const error = await failure(clientFor(pair).chat.completions.create({ model: 'bad/m', messages }))
    expect(error.rateLimit).toEqual(RATE_LIMIT)
    expect(error.retryAfterMs).toBe(7000)
  })
})

describe('the wait of a refusal', () => {
  const usedUp = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '3s' }
  test.each<[string, number, Record<string, string>, number | undefined]>([
    ['retry-after-ms first', 429, { ...usedUp, 'retry-after-ms': '20', 'retry-after': '7' }, 20],
    ['then retry-after', 429, { ...usedUp, 'retry-after': '7' }, 7000],
    ['then the reset of what is used up', 429, usedUp, 3000],
    ['not the reset of what has something left', 429, { ...usedUp, 'x-ratelimit-remaining-tokens': '5' }, undefined],
    ['nor of a failure that no limit caused', 500, usedUp, undefined],
  ])('%s', async (_name, status, headers, expected) => {
    pair.bad.behave = (_, response) => sendJson(response, status, { error: { message: 'no' } }, headers)
    const error = await failure(clientFor(pair).chat.completions.create({ model: 'bad/m', messages }))
    expect(error.retryAfterMs).toBe(expected)
  })

  const gemini = (server: FaultServer): Client =>
    createClient({ providers: { gemini: { baseURL: server.baseURL, apiKey: 'k' } }, retries: 0 })
  const refusal = {
    error: {
      code: 429,
      message: 'quota',
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' }],
    },
  }

  test('from the body, if only that has it', async () => {
    pair.bad.behave = (_, response) => sendJson(response, 429, refusal)
    const error = await failure(gemini(pair.bad).chat.completions.create({ model: 'gemini/m', messages }))
    expect(error.retryAfterMs).toBe(34_070)
  })

  test('from a header before the body', async () => {
    pair.bad.behave = (_, response) => sendJson(response, 429, refusal, { 'retry-after': '1' })
    const error = await failure(gemini(pair.bad).chat.completions.create({ model: 'gemini/m', messages }))
    expect(error.retryAfterMs).toBe(1000)
  })
})

describe('the id of a request', () => {
  const ids = { 'x-amzn-requestid': 'aws', 'nvcf-reqid': 'nv', 'x-litellm-call-id': 'lite', 'x-generation-id': 'gen' }
  test.each<[string, Record<string, string>, string | undefined]>([
    ['bedrock', { ...ids, 'x-request-id': 'usual' }, 'aws'],
    ['nvidia', ids, 'nv'],
    ['anthropic', { 'request-id': 'req_1' }, 'req_1'],
    ['groq', { ...ids, 'x-request-id': 'usual' }, 'usual'],
    ['groq', ids, undefined],
    // A gateway's own id where its vendor's is not passed on.
    ['litellm', { ...ids, 'x-request-id': 'usual' }, 'usual'],
    ['litellm', ids, 'lite'],
  ])('%s: %j is %s', async (id, headers, expected) => {
    pair.bad.behave = (_, response) => sendJson(response, 500, {}, headers)
    const ai = createClient({ providers: { [id]: { baseURL: pair.bad.baseURL, apiKey: 'k' } }, retries: 0 })
    const error = await failure(ai.chat.completions.create({ model: `${id}/m`, messages }))
    expect(error.requestId).toBe(expected)
  })
})

test('headers of a custom provider are read as those of the maker of its format', async () => {
  pair.bad.behave = (_, response) =>
    sendJson(response, 400, { message: 'no' }, { 'x-amzn-errortype': 'ValidationException', 'x-amzn-requestid': 'aws' })
  const ai = createClient({
    providers: { mine: { baseURL: pair.bad.baseURL, protocol: 'bedrock-converse', apiKey: 'k' } },
    retries: 0,
  })
  const error = await failure(ai.chat.completions.create({ model: 'mine/m', messages }))
  expect(error).toMatchObject({ type: 'ValidationException', requestId: 'aws' })
})

describe('the type of an error', () => {
  test.each<[string, string | undefined]>([
    ['bedrock', 'ThrottlingException'],
    // A header that this row does not name.
    ['groq', undefined],
  ])('in a header, for %s', async (id, expected) => {
    pair.bad.behave = (_, response) =>
      sendJson(response, 400, { message: 'slow' }, { 'x-amzn-errortype': 'ThrottlingException:http://x/' })
    const ai = createClient({ providers: { [id]: { baseURL: pair.bad.baseURL, apiKey: 'k' } }, retries: 0 })
    const error = await failure(ai.chat.completions.create({ model: `${id}/m`, messages }))
    expect(error.type).toBe(expected)
  })
})

describe('reading _meta', () => {
  const meta = async (): Promise<CallMeta> => {
    pair.bad.behave = (_, response) => sendJson(response, 200, completion('x'), LIMITS)
    return (await clientFor(pair).chat.completions.create({ model: 'bad/m', messages }))._meta
  }

  test('console.log shows values', async () => {
    const shown = inspect({ _meta: await meta() }, { depth: 4 })
    expect(shown).not.toContain('Getter')
    expect(shown).toContain('usd: null')
    expect(shown).toContain('resetMs: 360000')
    expect(shown).not.toContain('very-secret')
  })

  test('JSON and copies hold values', async () => {
    const one = await meta()
    const fields = {
      provider: 'bad',
      model: 'm',
      rateLimit: RATE_LIMIT,
      cost: { usd: null },
      cache: null,
      traceId: null,
    }
    expect(JSON.parse(JSON.stringify(one))).toMatchObject(fields)
    expect({ ...one }).toMatchObject(fields)
    expect(structuredClone(one)).toMatchObject(fields)
    expect(Object.keys(one).toSorted()).toEqual(
      [
        'attempts',
        'cache',
        'cost',
        'guardrails',
        'model',
        'provider',
        'rateLimit',
        'traceId',
        'usage',
        'warnings',
      ].toSorted(),
    )
    expect(Object.getPrototypeOf(one)).toBe(Object.prototype)
  })

  test('price and limits are computed only then', async () => {
    pair.bad.behave = (_, response) => sendJson(response, 200, completion('x'), LIMITS)
    // With a list of the user's own: without, a price is worked out at once when the table has been loaded by then.
    const ai = clientOfPair(pair, { prices: { litellm: {} } })
    const { _meta: lazy } = await ai.chat.completions.create({ model: 'bad/m', messages })
    const { cost, rateLimit } = Object.getOwnPropertyDescriptors(lazy)
    expect([typeof cost?.get, typeof rateLimit?.get]).toEqual(['function', 'function'])
  })
})

describe('usage', () => {
  const words = { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 }

  test('of a plain answer and of a stream, with the field names of chat', async () => {
    const ai = clientFor(pair)
    const plain = await ai.chat.completions.create({ model: 'good/m', messages })
    expect(plain._meta.usage).toMatchObject({ prompt_tokens: plain.usage?.prompt_tokens })
    pair.bad.behave = (_, response) => {
      beginStream(response)
      sendEvent(response, chunk({ content: 'hello' }))
      sendEvent(response, { ...chunk({}), choices: [], usage: words })
      sendEvent(response, '[DONE]')
      response.end()
    }
    const stream = await ai.chat.completions.create({ model: 'bad/m', messages, stream: true })
    for await (const _ of stream);
    expect(stream._meta?.usage).toMatchObject(words)
  })

  test('of Responses and embeddings', async () => {
    const ai = clientFor(pair)
    const { _meta: meta } = await ai.responses.create({ model: 'good/m', input: 'hi' })
    expect(meta.usage).toHaveProperty('prompt_tokens')
    pair.bad.behave = (_, response) =>
      sendJson(response, 200, {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [1] }],
        model: 'm',
        usage: { prompt_tokens: 4, total_tokens: 4 },
      })
    const vectors = await ai.embeddings.create({ model: 'bad/m', input: 'hi' })
    expect(vectors._meta.usage).toMatchObject({ prompt_tokens: 4 })
  })

  test('is null where the answer does not say', async () => {
    pair.bad.behave = (_, response) => sendJson(response, 200, { ...completion('x'), usage: undefined })
    const { _meta: meta } = await clientFor(pair).chat.completions.create({ model: 'bad/m', messages })
    expect(meta.usage).toBeNull()
  })
})
