/** Embeddings of more texts than a provider takes at once. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { turn } from '../support/eventually.js'
import { eventually, sendJson, startServer, type Behaviour, type FaultServer } from './fault-server.js'

let server: FaultServer
beforeEach(async () => {
  server = await startServer(titan)
})
afterEach(() => server.close())

/** The vector says which text it stands for. */
const vectorOf = (text: string): number[] => [Number(text.slice(1)), 0.5]
const titan: Behaviour = ({ body }, response) =>
  sendJson(response, 200, { embedding: vectorOf(String(body['inputText'])), inputTextTokenCount: 2 })
const openai: Behaviour = ({ body }, response) => {
  const input = body['input'] as string[]
  sendJson(
    response,
    200,
    {
      object: 'list',
      model: 'e',
      data: input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
      usage: { prompt_tokens: input.length, total_tokens: input.length },
    },
    { 'x-litellm-response-cost': '0.25' },
  )
}

const clientFor = (options: ClientOptions = {}) =>
  createClient({
    retries: 0,
    providers: {
      titan: { baseURL: server.origin, protocol: 'bedrock-titan-embeddings', apiKey: 'k' },
      cohere: { baseURL: server.origin, protocol: 'bedrock-cohere-embeddings', apiKey: 'k' },
      small: {
        baseURL: server.baseURL,
        protocol: 'openai-embeddings',
        costHeader: 'x-litellm-response-cost',
        quirks: { maxInputs: { 'openai-embeddings': 2 } },
      },
    },
    ...options,
  })
const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `t${at}`)

describe('more texts than a request may hold', () => {
  test('one text for each request: in order, counted together, one call', async () => {
    server.behave = async (request, response, socket) => {
      // Later ones are answered first.
      for (let at = Number(String(request.body['inputText']).slice(1)); at < 20; at += 1) await turn()
      await titan(request, response, socket)
    }
    const result = await clientFor().embeddings.create({ model: 'titan/m', input: texts(20), dimensions: 2 })
    expect(result.data).toEqual(
      texts(20).map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
    )
    expect(result.usage).toEqual({ prompt_tokens: 40, total_tokens: 40 })
    expect(result._meta.attempts).toMatchObject([{ target: 'titan/m', status: 200 }])
    expect(server.seen).toHaveLength(20)
    expect(server.seen[0]?.body).toEqual({ inputText: 't0', dimensions: 2 })
  })

  test('a limit of the row: whole requests, then the rest; what headers say of the cost adds up', async () => {
    server.behave = openai
    const ai = clientFor()
    const result = await ai.embeddings.create({ model: 'small/e', input: texts(5), encoding_format: 'base64' })
    expect(server.seen.map(({ body }) => body['input']).sort()).toEqual([['t0', 't1'], ['t2', 't3'], ['t4']])
    expect(result.data.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(Buffer.from(String(result.data[3]?.embedding), 'base64').readFloatLE(0)).toBe(3)
    expect(result.usage.total_tokens).toBe(5)
    expect(result._meta.cost).toMatchObject({ usd: 0.75 })
  })

  test('a limit that the vendor documents', async () => {
    server.behave = openai
    const ai = clientFor({ providers: { alibaba: { baseURL: server.baseURL, apiKey: 'k' } } })
    await ai.embeddings.create({ model: 'alibaba/text-embedding-v4', input: texts(12) })
    expect(server.seen.map(({ body }) => (body['input'] as string[]).length).sort()).toEqual([10, 2])
  })

  test('a list of tokens is one input', async () => {
    server.behave = (_, response) =>
      sendJson(response, 200, { data: [{ object: 'embedding', index: 0, embedding: [1] }], model: 'e' })
    await clientFor().embeddings.create({ model: 'small/e', input: [1, 2, 3, 4] })
    expect(server.seen.map(({ body }) => body['input'])).toEqual([[1, 2, 3, 4]])
  })

  test('no more than a few requests at a time', async () => {
    let now = 0
    let most = 0
    server.behave = async (request, response, socket) => {
      most = Math.max(most, ++now)
      await eventually(() => most > 1, 'there is another beside it')
      now -= 1
      await titan(request, response, socket)
    }
    await clientFor().embeddings.create({ model: 'titan/m', input: texts(40) })
    expect(most).toBeLessThanOrEqual(8)
  })

  test('the first failure ends all of them, and is the error', async () => {
    let closed = 0
    server.behave = ({ body }, response) => {
      if (body['inputText'] === 't3') return sendJson(response, 400, { message: 'too long' }, { 'x-request-id': 'r3' })
      response.on('close', () => {
        closed += 1
      })
      return undefined
    }
    const call = clientFor().embeddings.create({ model: 'titan/m', input: texts(30) })
    await expect(call).rejects.toMatchObject({
      name: 'ProviderError',
      status: 400,
      requestId: 'r3',
      attempts: [{ status: 400 }],
    })
    await eventually(() => closed === server.seen.length - 1, 'the other requests are given up')
    expect(server.seen.length).toBeLessThanOrEqual(8)
  })

  test('an abort reaches all of them', async () => {
    const controller = new AbortController()
    let closed = 0
    server.behave = (_, response) => {
      response.on('close', () => {
        closed += 1
      })
      if (server.seen.length === 8) controller.abort(new Error('enough'))
    }
    const call = clientFor().embeddings.create({ model: 'titan/m', input: texts(30) }, { signal: controller.signal })
    await expect(call).rejects.toThrow('enough')
    await eventually(() => closed === 8, 'all requests are given up')
    expect(server.seen).toHaveLength(8)
  })

  test('a retry requests only what is missing, a fallback all of it', async () => {
    let failures = 1
    server.behave = (request, response, socket) => {
      if (request.body['inputText'] === 't9' && failures-- > 0) return sendJson(response, 503, { message: 'later' })
      return titan(request, response, socket)
    }
    const ai = clientFor({ retries: { max: 1, baseDelay: 1 } })
    const result = await ai.embeddings.create({ model: 'titan/m', input: texts(10) })
    expect(result.data.map(({ embedding }) => embedding)).toEqual(texts(10).map(vectorOf))
    expect(result._meta.attempts.map(({ status }) => status)).toEqual([503, 200])
    expect(server.seen.length).toBeLessThan(20)

    server.seen.length = 0
    server.behave = (request, response, socket) => {
      if (!request.path.includes('/m/')) return titan(request, response, socket)
      if (request.body['inputText'] === 't9') return sendJson(response, 503, { message: 'later' })
      return titan(request, response, socket)
    }
    const other = await clientFor().embeddings.create({ model: 'titan/m', input: texts(10), fallbacks: ['titan/n'] })
    expect(other._meta.model).toBe('n')
    expect(server.seen.filter(({ path }) => path.includes('/n/'))).toHaveLength(10)
  })
})

test('a count of tokens that comes in a header', async () => {
  server.behave = ({ body }, response) => {
    const list = body['texts'] as string[]
    const answer = {
      id: `x${list[0]}`,
      response_type: 'embeddings_floats',
      embeddings: list.map(vectorOf),
      texts: list,
    }
    sendJson(response, 200, answer, { 'x-amzn-bedrock-input-token-count': String(list.length) })
  }
  const result = await clientFor().embeddings.create({ model: 'cohere/e', input: texts(200) })
  expect(server.seen.map(({ body }) => (body['texts'] as string[]).length).sort()).toEqual([8, 96, 96])
  expect(result.usage).toEqual({ prompt_tokens: 200, total_tokens: 200 })
  expect(result.data.at(-1)).toMatchObject({ index: 199, embedding: [199, 0.5] })
  expect(result).toMatchObject({ raw: { value: { texts: texts(200) } } })
})
