/** Answers that a server announces before they are made, from a loopback server that behaves as Replicate does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import type { ChatChunk } from '../../src/kernel/hub.js'
import { accumulate } from '../protocols/support/accumulate.js'
import { eventually, sendJson, startServer, type Behaviour, type FaultServer, type Seen } from './fault-server.js'

const model = 'replicate/meta/meta-llama-3-70b-instruct'
const messages = [{ role: 'user' as const, content: 'hi' }]
const usage = { include_usage: true }
const metrics = { input_token_count: 4, output_token_count: 2 }
const prediction = {
  id: 'p1',
  model: 'meta/meta-llama-3-70b-instruct',
  created_at: '2024-05-01T10:00:00.5Z',
  status: 'starting',
  error: null,
  output: null,
}
const done = { ...prediction, status: 'succeeded', output: ['Hel', 'lo\n', 'you'], metrics }

let server: FaultServer
let stranger: FaultServer

beforeEach(async () => {
  server = await startServer((_, response) => sendJson(response, 500, {}))
  stranger = await startServer((_, response) => sendJson(response, 500, {}))
})
afterEach(() => Promise.all([server.close(), stranger.close()]))

const client = (more: object = {}) =>
  createClient({
    retries: 0,
    providers: { replicate: { apiKey: 'r8_key', baseURL: server.baseURL } },
    ...more,
  })

const isPost = ({ path }: Seen): boolean => path.endsWith('/predictions')
const paths = (): string[] => server.seen.map(({ path }) => path)

function announce(looks: readonly object[], events?: Behaviour, url = `${server.origin}/v1/streams/s1`): Behaviour {
  let next = 0
  return (request, response, socket) => {
    if (isPost(request)) {
      const urls = { get: 'https://elsewhere.test/v1/predictions/p1', ...(events && { stream: url }) }
      return sendJson(response, 201, { ...prediction, urls })
    }
    if (request.path === '/v1/streams/s1' && events) return events(request, response, socket)
    return sendJson(response, 200, looks[Math.min(next++, looks.length - 1)])
  }
}

const events =
  (text: string): Behaviour =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)

async function read(stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>): Promise<string[]> {
  const pieces: string[] = []
  for await (const chunk of stream) {
    const content = chunk.choices[0]?.delta.content
    if (content) pieces.push(content)
  }
  return pieces
}

describe('a plain call', () => {
  test('waits until the prediction is done, at the base URL that was given', async () => {
    server.behave = announce([{ ...prediction, status: 'processing' }, done])
    const result = await client().chat.completions.create({ model, messages })
    expect(result.choices[0]?.message.content).toBe('Hello\nyou')
    expect(result).toMatchObject({ id: 'p1', usage: { prompt_tokens: 4, completion_tokens: 2 } })
    expect(paths()).toEqual([
      '/v1/models/meta/meta-llama-3-70b-instruct/predictions',
      '/v1/predictions/p1',
      '/v1/predictions/p1',
    ])
    expect(server.seen[0]?.headers).toMatchObject({ prefer: 'wait', authorization: 'Bearer r8_key' })
    expect(server.seen[1]?.headers).toMatchObject({ authorization: 'Bearer r8_key', accept: 'application/json' })
    expect(server.seen[1]?.headers).not.toHaveProperty('content-type')
    expect(result._meta.attempts).toHaveLength(1)
  })

  test('asks once when the answer came whole', async () => {
    server.behave = (_request, response) => sendJson(response, 201, done)
    await client().chat.completions.create({ model, messages })
    expect(paths()).toHaveLength(1)
  })

  test('polls again after a temporary fault, and does not start anew', async () => {
    const look = announce([done])
    let faults = 1
    server.behave = (request, response, socket) =>
      !isPost(request) && faults-- > 0 ? sendJson(response, 503, {}) : look(request, response, socket)
    const result = await client().chat.completions.create({ model, messages })
    expect(result.choices[0]?.message.content).toBe('Hello\nyou')
    expect(server.seen.filter(isPost)).toHaveLength(1)
  })

  test.each([
    [
      'fails',
      { ...prediction, status: 'failed', error: 'CUDA out of memory' },
      { message: `CUDA out of memory (${model})` },
    ],
    ['is canceled', { ...prediction, status: 'canceled' }, { code: 'prediction_canceled' }],
  ])('a prediction that %s is a ProviderError', async (_, last, says) => {
    server.behave = announce([last])
    await expect(client().chat.completions.create({ model, messages })).rejects.toMatchObject({
      name: 'ProviderError',
      provider: 'replicate',
      status: 200,
      ...says,
    })
  })

  test('ends with the time limit of the call, or with its abort', async () => {
    server.behave = announce([prediction])
    await expect(client({ timeout: 700 }).chat.completions.create({ model, messages })).rejects.toMatchObject({
      name: 'TimeoutError',
      limit: 'total',
    })
    const abort = new AbortController()
    const call = client().chat.completions.create({ model, messages }, { signal: abort.signal })
    const before = server.seen.length
    await eventually(() => server.seen.length > before, 'it is asked')
    abort.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('a stream', () => {
  const words =
    'event: output\ndata: Hel\n\nevent: output\ndata: lo\ndata:\n\n: still here\n\nevent: output\ndata: you\n\n'
  const end = 'event: done\ndata: {}\n\n'

  test('is read from the address in the announcement, and counted by the prediction', async () => {
    server.behave = announce([{ ...prediction, status: 'processing', output: ['Hel'] }, done], events(words + end))
    const stream = await client().chat.completions.create({ model, messages, stream: true, stream_options: usage })
    const chunks: ChatChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    const result = accumulate(chunks)
    expect(chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? [])).toEqual(['Hel', 'lo\n', 'you'])
    expect(result).toMatchObject({
      id: 'p1',
      model: 'meta/meta-llama-3-70b-instruct',
      choices: [{ finish_reason: 'stop' }],
      usage: { prompt_tokens: 4, completion_tokens: 2 },
    })
    expect(stream._meta?.warnings).toEqual([])
    expect(server.seen[0]?.headers).not.toHaveProperty('prefer')
    expect(server.seen[1]).toMatchObject({
      path: '/v1/streams/s1',
      headers: { accept: 'text/event-stream', authorization: 'Bearer r8_key' },
    })
  })

  test('that breaks off is completed by the prediction', async () => {
    server.behave = announce([done], events('event: output\ndata: Hel\n\nevent: outp'))
    expect(await read(await client().chat.completions.create({ model, messages, stream: true }))).toEqual([
      'Hel',
      'lo\nyou',
    ])
  })

  test('that has reported its end is whole, even if the prediction cannot be fetched', async () => {
    const look = announce([], events(words + end))
    server.behave = (request, response, socket) =>
      request.path === '/v1/predictions/p1' ? sendJson(response, 404, {}) : look(request, response, socket)
    expect(await read(await client().chat.completions.create({ model, messages, stream: true }))).toHaveLength(3)
  })

  test('that breaks off for good is a StreamError with what came', async () => {
    const look = announce([], events(words))
    server.behave = (request, response, socket) =>
      request.path === '/v1/predictions/p1' ? sendJson(response, 404, {}) : look(request, response, socket)
    const stream = await client().chat.completions.create({ model, messages, stream: true })
    await expect(read(stream)).rejects.toMatchObject({
      name: 'StreamError',
      provider: 'replicate',
      partial: { choices: [{ message: { content: 'Hello\nyou' } }] },
    })
  })

  test('reports the error of the model', async () => {
    server.behave = announce([prediction], events(`${words}event: error\ndata: {"detail":"interrupted"}\n\n`))
    const stream = await client().chat.completions.create({ model, messages, stream: true })
    await expect(read(stream)).rejects.toMatchObject({ name: 'StreamError', message: /interrupted/, isRetryable: true })
  })

  test.each(['http://127.0.0.1:1/v1/streams/s1', 'ftp://stream.replicate.com/s1', 'not an address'])(
    'at %s is not read: the answer comes whole, with a warning',
    async (url) => {
      server.behave = announce([done], events(words + end), url)
      const stream = await client().chat.completions.create({ model, messages, stream: true })
      expect((await read(stream)).join('')).toBe('Hello\nyou')
      expect(stream._meta?.warnings.join()).toContain('comes whole')
    },
  )

  test('the key goes to no other server, and to hosts of the same provider over TLS only', async () => {
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      asked.push(`${url} ${new Headers(init?.headers).get('authorization')}`)
      if (init?.method === 'POST') return Response.json({ ...prediction, urls: { stream: streamURL } }, { status: 201 })
      if (url.includes('/streams/'))
        return new Response(words + end, { headers: { 'content-type': 'text/event-stream' } })
      return Response.json(done)
    }
    const ask = async (url: string): Promise<void> => {
      streamURL = url
      asked.length = 0
      const ai = createClient({ retries: 0, fetch, providers: { replicate: { apiKey: 'r8_key' } } })
      await read(await ai.chat.completions.create({ model, messages, stream: true }))
    }
    let streamURL = ''
    await ask('https://stream.replicate.com/v1/streams/s1')
    expect(asked[1]).toBe('https://stream.replicate.com/v1/streams/s1 Bearer r8_key')
    for (const url of ['http://stream.replicate.com', 'https://stream.replicate.com.evil.test', stranger.origin]) {
      await ask(`${url}/v1/streams/s1`)
      expect(asked.filter((one) => !one.startsWith('https://api.replicate.com/v1/'))).toEqual([])
    }
    expect(stranger.seen).toEqual([])
  })

  test('that the program stops reading closes its sockets', async () => {
    server.behave = announce([prediction], (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(words)
    })
    const stream = await client().chat.completions.create({ model, messages, stream: true })
    for await (const _ of stream) break
    await eventually(() => server.busy() === 0, 'the stream is closed')
  })

  test('in the format of Responses', async () => {
    server.behave = announce([done], events(words + end))
    const stream = await client().responses.create({ model, input: 'hi', stream: true })
    const types: unknown[] = []
    for await (const event of stream) types.push(event['type'])
    expect(types.filter((type) => type === 'response.output_text.delta')).toHaveLength(3)
    expect(types.at(-1)).toBe('response.completed')
    server.behave = announce([done])
    expect(await client().responses.create({ model, input: 'hi' })).toMatchObject({ output_text: 'Hello\nyou' })
  })
})
