/** The endpoint's other operations: vectors, orders, decisions, what is passed on, lists of models; and what it refuses. */
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import type { ChooseTarget } from '../../src/router/options.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { clientBehind } from './upstream.js'

let fake: FakeProvider
beforeAll(async () => {
  fake = await startFakeProvider()
})
afterAll(() => fake.close())

type Fetch = typeof globalThis.fetch
const openai = (fetch: Fetch) => new OpenAI({ baseURL: 'http://tracestitch/v1', apiKey: 'x', fetch, maxRetries: 0 })

/** A client whose provider answers with `answer`, and what was sent to it. */
function answering(answer: unknown, protocol: readonly string[] | string = 'openai-chat') {
  const sent: { url: string; init: RequestInit }[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    sent.push({ url, init })
    return answer instanceof Response ? answer.clone() : Response.json(answer)
  }) as Fetch
  const providers = { up: { protocol: protocol as 'openai-chat', baseURL: 'http://up/v1', apiKey: 'k' } }
  const ai = createClient({ retries: 0, fetch, providers, models: { smart: 'up/m-1', 'org/model:8b': 'up/m-2' } })
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    ai.fetch(`http://tracestitch${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const bodies = () => sent.map(({ init }) => JSON.parse(init.body as string) as Record<string, unknown>)
  return { ai, post, sent, bodies }
}

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', refusal: null }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
const messages = [{ role: 'user' as const, content: 'hi' }]

describe('embeddings', () => {
  test('as numbers, and in base64, which the SDK asks for', async () => {
    const client = openai(clientBehind(fake, 'openai-chat').ai.fetch)
    const answer = await client.embeddings.create({ model: 'smart', input: ['a'] })
    expect(answer.data[0]?.embedding).toEqual([0.5, -0.25, 0.125])
    const raw = await client.embeddings.create({ model: 'smart', input: 'a', encoding_format: 'base64' })
    expect(raw.data[0]?.embedding).toEqual('AAAAPwAAgL4AAAA+')
  })

  const vectors = { object: 'list', model: 'm-1', data: [{ object: 'embedding', index: 0, embedding: [1, 2] }] }
  test.each([
    [
      'gemini',
      '/v1beta/models/smart:embedContent',
      { content: { parts: [{ text: 'a' }] } },
      { embedding: { values: [1, 2] } },
    ],
    [
      'gemini, several',
      '/v1beta/models/smart:batchEmbedContents',
      { requests: [{ model: 'models/smart', content: { parts: [{ text: 'a' }] } }] },
      { embeddings: [{ values: [1, 2] }] },
    ],
    [
      'cohere',
      '/v2/embed',
      { model: 'smart', texts: ['a'], input_type: 'search_query' },
      { embeddings: { float: [[1, 2]] } },
    ],
    ['ollama', '/api/embed', { model: 'smart', input: ['a'] }, { embeddings: [[1, 2]] }],
  ])('in the shape of %s', async (_name, path, body, wanted) => {
    const { post } = answering(vectors)
    const response = await post(path, body)
    expect(await response.json()).toMatchObject(wanted)
    expect(response.status).toBe(200)
  })
})

test.each([
  ['/v1/rerank', { query: 'q', documents: ['a', 'b'] }],
  ['/v2/rerank', { query: 'q', documents: ['a', 'b'] }],
])('%s', async (path, body) => {
  const { post } = answering({ results: [{ index: 1, relevance_score: 0.9 }] }, 'cohere-rerank')
  expect(await (await post(path, { model: 'smart', ...body })).json()).toMatchObject({
    results: [{ index: 1, relevance_score: 0.9 }],
  })
})

describe('passed on', () => {
  const spoken = ['openai-chat', 'openai-moderations', 'openai-images', 'openai-speech', 'openai-transcriptions']

  test('moderations and images', async () => {
    const moderation = { id: 'modr-1', model: 'm', results: [{ flagged: false }] }
    const { ai, bodies } = answering(moderation, spoken)
    expect(await openai(ai.fetch).moderations.create({ model: 'smart', input: 'x' })).toMatchObject(moderation)
    expect(bodies()).toEqual([{ model: 'm-1', input: 'x' }])
    const image = { created: 1, data: [{ b64_json: 'aGk=' }] }
    const images = openai(answering(image, spoken).ai.fetch).images
    expect(await images.generate({ model: 'smart', prompt: 'a cat' })).toMatchObject(image)
  })

  test('speech comes as bytes, and a recording goes as a file', async () => {
    const bytes = new Response(new Uint8Array([1, 2, 3]), { headers: { 'content-type': 'audio/mpeg' } })
    const speech = await openai(answering(bytes, spoken).ai.fetch).audio.speech.create({
      model: 'smart',
      voice: 'alloy',
      input: 'hi',
    })
    expect(new Uint8Array(await speech.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
    expect(speech.headers.get('content-type')).toBe('audio/mpeg')
    const { ai, sent } = answering({ text: 'hello' }, spoken)
    const file = await toFile(new Uint8Array([4, 5]), 'a.wav', { type: 'audio/wav' })
    const { audio } = openai(ai.fetch)
    expect(await audio.transcriptions.create({ model: 'smart', file })).toMatchObject({ text: 'hello' })
    const form = await new Response(sent[0]?.init.body, {
      headers: sent[0]?.init.headers as Record<string, string>,
    }).formData()
    expect(form.get('model')).toBe('m-1')
    expect((form.get('file') as File).name).toBe('a.wav')
    expect(await audio.transcriptions.create({ model: 'smart', file, response_format: 'text' })).toBe('hello')
  })
})

describe('models', () => {
  test('one with a slash and a colon in its name, escaped or not', async () => {
    const { ai } = answering({})
    expect(await openai(ai.fetch).models.retrieve('org/model:8b')).toMatchObject({ id: 'org/model:8b' })
    expect((await ai.fetch('http://tracestitch/v1/models/org/model:8b')).status).toBe(200)
    await expect(openai(ai.fetch).models.retrieve('other')).rejects.toMatchObject({ status: 404 })
  })

  test.each([
    [
      '/v1/models',
      {},
      { object: 'list', data: [{ id: 'smart' }, { id: 'org/model:8b' }, { id: 'up/m-1' }, { id: 'up/m-2' }] },
    ],
    ['/v1/models?limit=1000', { 'anthropic-version': '2023-06-01' }, { has_more: false, first_id: 'smart' }],
    ['/v1beta/models', {}, { models: [{ name: 'models/smart' }, {}, {}, {}] }],
  ])('%s with %o', async (path, headers, wanted) => {
    const { ai } = answering({})
    expect(await (await ai.fetch(`http://tracestitch${path}`, { headers })).json()).toMatchObject(wanted)
  })
})

describe('refused', () => {
  test.each([
    ['GET', '/v1/chat/completions', undefined, 405, 'POST'],
    ['POST', '/v1/nothing', '{}', 404, '/v1/nothing'],
    ['POST', '/v1/chat/completions', '{"model":', 400, 'not JSON'],
    ['POST', '/v1/chat/completions', '[]', 400, 'array'],
    ['POST', '/v1/chat/completions', '{"messages":[]}', 404, 'model'],
    ['POST', '/v1/chat/completions', '{"model":"smart"}', 400, 'messages'],
    ['POST', '/v1/audio/transcriptions', '{}', 415, 'multipart'],
  ])('%s %s %s', async (method, path, body, status, said) => {
    const { ai } = answering({})
    const response = await ai.fetch(`http://tracestitch${path}`, { method, ...(body !== undefined && { body }) })
    const { error } = (await response.json()) as { error: { message: string } }
    expect({ status: response.status, says: error.message.includes(said) }).toEqual({ status, says: true })
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
  })

  test('a body cannot set headers of the request to the provider, nor a field beside its model', async () => {
    const { post, sent, bodies } = answering(completion)
    await post('/v1/chat/completions', {
      model: 'smart',
      messages,
      headers: { authorization: 'Bearer theirs' },
      extra_body: { model: 'dear' },
      provider_options: { up: { model: 'dear' } },
    })
    expect(new Headers(sent[0]?.init.headers).get('authorization')).toBe('Bearer k')
    expect(bodies()).toEqual([{ model: 'm-1', messages }])
  })

  test('an error of the gateway itself says nothing of its cause', async () => {
    const { ai } = answering({})
    const body = new ReadableStream({ start: (sink) => sink.error(new Error('secret')) })
    const response = await ai.fetch('http://tracestitch/v1/chat/completions', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
  })
})

test('what the caller and the target both speak goes through unchanged, with the headers of the format', async () => {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: 'end_turn' }
  const { post, sent, bodies } = answering({ ...message, usage: { input_tokens: 1, output_tokens: 1 }, novel: [1] }, [
    'anthropic-messages',
  ])
  const body = { max_tokens: 9, messages, context_management: { edits: [] }, brand_new: { a: 1 } }
  const response = await post(
    '/v1/messages?beta=true',
    { model: 'smart', ...body },
    { 'anthropic-beta': 'one,two', 'anthropic-version': '2023-06-01', 'x-api-key': 'theirs' },
  )
  expect(bodies()).toEqual([{ model: 'm-1', ...body }])
  const headers = new Headers(sent[0]?.init.headers)
  expect(headers.get('anthropic-beta')).toBe('one,two')
  expect(headers.get('x-api-key')).toBe('k')
  expect(await response.json()).toMatchObject({ novel: [1] })
})

test('what an answer cost, who gave it, what was changed and what the cache saved is in its headers', async () => {
  const fetch = (() => Promise.resolve(Response.json(completion))) as unknown as Fetch
  const ai = createClient({
    retries: 0,
    cache: true,
    fetch,
    prices: { overrides: { 'up/m-1': { input: 1, output: 4 } } },
    providers: { up: { baseURL: 'http://up/v1', apiKey: 'k', quirks: { unsupported: ['seed'] } } },
    models: { smart: 'up/m-1' },
  } as never)
  const body = JSON.stringify({ model: 'smart', messages, seed: 3 })
  const ask = () => ai.fetch('http://tracestitch/v1/chat/completions', { method: 'POST', body })
  const first = Object.fromEntries((await ask()).headers)
  expect(first).toMatchObject({
    'x-tracestitch-provider': 'up',
    'x-tracestitch-model': 'm-1',
    'x-tracestitch-attempts': '1',
    'x-tracestitch-cost-usd': '0.000005',
    'x-tracestitch-warnings': expect.stringContaining('seed'),
  })
  expect(first).not.toHaveProperty('x-tracestitch-cache')
  expect(Object.fromEntries((await ask()).headers)).toMatchObject({
    'x-tracestitch-attempts': '0',
    'x-tracestitch-cost-usd': '0',
    'x-tracestitch-cache': 'exact',
    'x-tracestitch-saved-usd': '0.000005',
  })
})

test('a field of a form that is named __proto__ is a field', async () => {
  const spoken = ['openai-chat', 'openai-transcriptions']
  const { ai, sent } = answering({ text: 'hello' }, spoken)
  const form = new FormData()
  form.append('model', 'smart')
  form.append('__proto__', new Blob(['x']), 'x')
  form.append('file', new Blob(['y']), 'y')
  const response = await ai.fetch('http://t/v1/audio/transcriptions', { method: 'POST', body: form })
  expect(response.status).toBe(200)
  const headers = sent[0]?.init.headers as Record<string, string>
  const passedOn = await new Response(sent[0]?.init.body, { headers }).formData()
  expect([...passedOn.keys()].sort()).toEqual(['__proto__', 'file', 'model'])
})

test.each([
  [{ 'x-claude-code-session-id': 's1' }, {}, { session: 's1' }],
  [{ 'session-id': 's2' }, { user: 'ann' }, { session: 's2', user: 'ann' }],
  [{ 'x-session-affinity': 's3' }, { safety_identifier: 'h', user: 'ann' }, { session: 's3', user: 'h' }],
  [{ 'x-openwebui-user-id': 'u1' }, {}, { user: 'u1' }],
  [{ 'x-tracestitch-tags': 'a, b' }, { metadata: { user_id: 'u2' } }, { user: 'u2', tags: ['a', 'b'] }],
  [
    {},
    { metadata: { user_id: '{"device_id":"d1","account_uuid":"","session_id":"s4"}' } },
    { session: 's4', user: 'd1' },
  ],
  [{}, { metadata: { user_id: '{"device_id":"d1","account_uuid":"a1"}' } }, { user: 'a1' }],
  [{}, { metadata: { user_id: 'user_0af7_account_a2_session_s5' } }, { session: 's5', user: 'a2' }],
  [{}, { metadata: { user_id: 'user_0af7_account__session_s6' } }, { session: 's6', user: '0af7' }],
  [{}, { metadata: { user_id: '{"name":"ann"}' } }, { user: '{"name":"ann"}' }],
])('%o with %o is for %o', async (headers, fields, wanted) => {
  const seen: unknown[] = []
  const providers = { up: { baseURL: 'http://up/v1', apiKey: 'k' } }
  const fetch = (() => Promise.resolve(Response.json(completion))) as unknown as Fetch
  const strategy: ChooseTarget = (targets, { metadata }) => {
    seen.push(metadata)
    return targets[0]
  }
  const models = { smart: { targets: ['up/m', 'up/other'], strategy } }
  const ai = createClient({ retries: 0, fetch, providers, models })
  const body = JSON.stringify({ model: 'smart', messages, ...fields })
  await ai.fetch('http://t/v1/chat/completions', { method: 'POST', headers: headers as Record<string, string>, body })
  expect(seen[0]).toMatchObject(wanted)
})
