/** Moderation, images, speech, transcription and rerank: the `openai` package beside the client, at a server that keeps what it got. */
import { createReadStream } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions, type Upload } from '../../src/client/index.js'
import { spanHarness } from '../telemetry/span-harness.js'

interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

const harness = spanHarness()
let server: Server
let origin: string
let seen: Seen[]
let behave: (request: Seen, response: ServerResponse) => void

beforeEach(async () => {
  seen = []
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, bytes: Buffer.concat(pieces) }
      seen.push(one)
      behave(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const clientFor = (options: ClientOptions = {}) =>
  createClient({
    retries: 0,
    providers: {
      openai: { baseURL: `${origin}/v1`, apiKey: 'sk-secret' },
      down: { baseURL: `${origin}/down/v1`, apiKey: 'sk-secret' },
      cohere: { baseURL: origin, apiKey: 'k' },
      voyage: { baseURL: `${origin}/v1`, apiKey: 'k' },
      groq: { baseURL: `${origin}/v1`, apiKey: 'k' },
    },
    models: { both: ['down/m', 'openai/m'] },
    prices: { overrides: { 'openai/m': { input: 1, output: 4, input_audio: 10 } } },
    ...options,
  })
const openai = () => new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'sk-secret', maxRetries: 0 })

const sendJson = (response: ServerResponse, body: unknown, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
/** The first target fails, the second answers. */
const answersJson = (body: unknown): void => {
  behave = ({ path }, response) =>
    path.startsWith('/down')
      ? sendJson(response, { error: { message: 'busy', type: 'server_error' } }, 503)
      : sendJson(response, body)
}
const bodyOf = (one: Seen | undefined) => JSON.parse(one?.bytes.toString() ?? '') as unknown
const formOf = (one: Seen | undefined) =>
  new Response(one?.bytes as Buffer<ArrayBuffer>, {
    headers: { 'content-type': one?.headers['content-type'] ?? '' },
  }).formData()
const inference = () => harness.spans().filter((span) => span.attributes['gen_ai.operation.name'] !== undefined)

describe('moderations', () => {
  const ANSWER = {
    id: 'modr-1',
    model: 'omni-moderation-latest',
    results: [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 }, later: 1 }],
    new_field: 'kept',
  }

  test('are passed on, fall back, and are traced', async () => {
    answersJson(ANSWER)
    const result = await clientFor().moderations.create({ model: 'both', input: 'a private text', future_option: 7 })
    expect(result).toEqual({ ...ANSWER, _meta: expect.anything() })
    expect(result._meta).toMatchObject({
      provider: 'openai',
      model: 'm',
      attempts: [
        { target: 'down/m', status: 503 },
        { target: 'openai/m', status: 200 },
      ],
    })
    expect(bodyOf(seen[1])).toEqual({ model: 'm', input: 'a private text', future_option: 7 })
    expect(seen[1]).toMatchObject({ path: '/v1/moderations', headers: { authorization: 'Bearer sk-secret' } })
    const [span] = inference()
    expect(inference()).toHaveLength(1)
    expect(span?.name).toBe('moderation m')
    expect(span?.attributes).toMatchObject({
      'gen_ai.operation.name': 'moderation',
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.model': 'omni-moderation-latest',
      'gen_ai.response.id': 'modr-1',
    })
    expect(JSON.stringify(harness.spans().map(({ attributes }) => attributes))).not.toContain('a private text')
  })

  test("an error is the provider's, without the key", async () => {
    behave = (_, response) =>
      sendJson(response, { error: { message: 'bad key sk-secret', code: 'invalid_api_key' } }, 401)
    const error = await clientFor()
      .moderations.create({ model: 'openai/m', input: 'x' })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'ProviderError', status: 401, code: 'invalid_api_key', provider: 'openai' })
    expect(String(error)).not.toContain('sk-secret')
    expect(inference()[0]?.attributes['error.type']).toBe('invalid_api_key')
  })

  test('an error inside a 200 answer is one', async () => {
    answersJson({ error: { message: 'no', type: 'server_error' } })
    await expect(clientFor().moderations.create({ model: 'openai/m', input: 'x' })).rejects.toMatchObject({
      name: 'ProviderError',
      isRetryable: true,
    })
  })

  test('a provider that does not take them says so', async () => {
    await expect(clientFor().moderations.create({ model: 'cohere/m', input: 'x' })).rejects.toMatchObject({
      name: 'ConfigError',
      path: 'model',
      message: expect.stringContaining('openai-moderations'),
    })
    expect(seen).toEqual([])
  })
})

describe('images', () => {
  const ANSWER = {
    created: 1,
    data: [{ b64_json: 'aGk=' }],
    usage: {
      input_tokens: 50,
      output_tokens: 1000,
      total_tokens: 1050,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
    },
  }

  test('are what the openai package gets and sends, with a cost', async () => {
    answersJson(ANSWER)
    const body = { model: 'm', prompt: 'a cat', n: 1, size: '1024x1024' as const }
    const theirs = await openai().images.generate(body)
    const { _meta, ...ours } = await clientFor().images.generate({ ...body, model: 'openai/m' })
    expect(ours).toEqual(theirs)
    expect(bodyOf(seen[1])).toEqual(bodyOf(seen[0]))
    expect(_meta.cost).toMatchObject({ usd: (50 + 4000) / 1e6, source: 'override' })
    expect(inference()[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.output.type': 'image',
      'gen_ai.usage.input_tokens': 50,
      'gen_ai.usage.output_tokens': 1000,
      'gen_ai.usage.image.input_tokens': 40,
    })
  })

  const EVENTS = [
    { type: 'image_generation.partial_image', b64_json: 'aA==' },
    { type: 'image_generation.completed', b64_json: 'aGk=', usage: ANSWER.usage },
  ]
  const sendEvents = (events: readonly object[]) => {
    behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
    }
  }

  test('a stream is read event by event, and ends with its cost', async () => {
    sendEvents(EVENTS)
    const stream = await clientFor().images.generate({ model: 'openai/m', prompt: 'a cat', stream: true })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events).toEqual([EVENTS[0], { ...EVENTS[1], _meta: expect.anything() }])
    expect(stream._meta?.cost.usd).toBeCloseTo(0.00405)
    expect(seen[0]?.headers.accept).toBe('text/event-stream')
    expect(inference()).toHaveLength(1)
  })

  test('a stream that is cut is a typed error, after what came', async () => {
    sendEvents(EVENTS.slice(0, 1))
    const stream = await clientFor().images.generate({ model: 'openai/m', prompt: 'a cat', stream: true })
    const events: unknown[] = []
    await expect(
      (async () => {
        for await (const event of stream) events.push(event)
      })(),
    ).rejects.toMatchObject({ name: 'StreamError', provider: 'openai' })
    expect(events).toEqual([EVENTS[0]])
    expect(inference()[0]?.attributes['error.type']).toBe('StreamError')
  })

  test('an error at the start of a stream falls back', async () => {
    let count = 0
    behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      count += 1
      const events = count === 1 ? [{ type: 'error', error: { message: 'overloaded', type: 'server_error' } }] : EVENTS
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
    }
    const stream = await clientFor().images.generate({ model: 'both', prompt: 'a cat', stream: true })
    for await (const event of stream) expect(event.type).toMatch(/^image_generation/)
    expect(stream._meta?.attempts).toMatchObject([{ target: 'down/m', error: 'ProviderError' }, { target: 'openai/m' }])
  })

  test('break ends the call and its span', async () => {
    behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${JSON.stringify(EVENTS[0])}\n\n`)
    }
    for await (const event of await clientFor().images.generate({ model: 'openai/m', prompt: 'a cat', stream: true })) {
      expect(event).toEqual(EVENTS[0])
      break
    }
    expect(inference()).toHaveLength(1)
  })
})

describe('speech', () => {
  const AUDIO = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256))
  const BODY = { input: 'Hello', voice: 'alloy' }
  const sendAudio = (_: Seen, response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'audio/mpeg', 'x-request-id': 'r1' }).end(AUDIO)

  test('is a Response, as the openai package gives', async () => {
    behave = sendAudio
    const theirs = await openai().audio.speech.create({ ...BODY, model: 'm' })
    const ours = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    expect(ours).toBeInstanceOf(Response)
    expect(ours.headers.get('content-type')).toBe('audio/mpeg')
    expect(ours._meta).toMatchObject({
      provider: 'openai',
      model: 'm',
      cost: { usd: null, missing: [expect.any(String)] },
    })
    expect(inference()).toHaveLength(0)
    expect(Buffer.from(await ours.arrayBuffer())).toEqual(AUDIO)
    expect(Buffer.from(await theirs.arrayBuffer())).toEqual(AUDIO)
    expect(bodyOf(seen[1])).toEqual(bodyOf(seen[0]))
    expect(inference()[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.output.type': 'speech',
    })
  })

  test('is read as it comes', async () => {
    let end = (): void => {}
    behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
      end = () => void response.end(AUDIO)
    }
    const { body } = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    const reader = body!.getReader()
    expect(Buffer.from((await reader.read()).value!)).toEqual(AUDIO)
    end()
    expect(Buffer.from((await reader.read()).value!)).toEqual(AUDIO)
    expect((await reader.read()).done).toBe(true)
    expect(inference()).toHaveLength(1)
  })

  test('a cancelled body ends the call', async () => {
    behave = (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
    const { body } = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    await body!.cancel()
    expect(inference()).toHaveLength(1)
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['an error page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['an empty body', (response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end()],
    ['an error as JSON', (response) => sendJson(response, { error: { message: 'no', type: 'server_error' } })],
    ['a reset', (response) => void response.destroy()],
  ])('%s falls back', async (_what, fault) => {
    behave = (request, response) => (request.path.startsWith('/down') ? fault(response) : sendAudio(request, response))
    const result = await clientFor().audio.speech.create({ ...BODY, model: 'both' })
    expect(result._meta.attempts).toMatchObject([
      { target: 'down/m', error: expect.any(String) },
      { target: 'openai/m', status: 200 },
    ])
    expect(Buffer.from(await result.arrayBuffer())).toEqual(AUDIO)
  })

  test('a body that breaks off or stalls is a typed error', async () => {
    behave = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '600' })
        .write(AUDIO, () => setTimeout(() => response.destroy(), 20))
    const cut = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    await expect(cut.arrayBuffer()).rejects.toMatchObject({ name: 'StreamError', provider: 'openai' })
    behave = (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
    const stalled = await clientFor({ timeout: { idle: 30 } }).audio.speech.create({ ...BODY, model: 'openai/m' })
    await expect(stalled.arrayBuffer()).rejects.toMatchObject({
      name: 'StreamError',
      message: expect.stringContaining('timeout.idle'),
    })
    expect(inference()).toHaveLength(2)
  })
})

describe('transcriptions', () => {
  const AUDIO = Buffer.from('RIFF\r\n--not-a-boundary\r\n\0\x01')
  const ANSWER = {
    text: 'Hello',
    usage: {
      type: 'tokens',
      input_tokens: 14,
      output_tokens: 4,
      total_tokens: 18,
      input_token_details: { text_tokens: 0, audio_tokens: 14 },
    },
  }

  async function entriesOf(one: Seen | undefined) {
    const entries: [string, unknown][] = []
    for (const [name, value] of await formOf(one)) {
      entries.push([
        name,
        typeof value === 'string'
          ? value
          : { name: value.name, bytes: Buffer.from(await value.arrayBuffer()).toString('latin1') },
      ])
    }
    return entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  }

  test('upload what the openai package uploads', async () => {
    answersJson(ANSWER)
    const body = {
      model: 'm',
      language: 'en',
      temperature: 0.5,
      timestamp_granularities: ['word' as const, 'segment' as const],
      chunking_strategy: { type: 'server_vad' as const, threshold: 0.5 },
    }
    const file = new File([AUDIO], 'hello.wav', { type: 'audio/wav' })
    const theirs = await openai().audio.transcriptions.create({ ...body, file })
    const { _meta, ...ours } = await clientFor().audio.transcriptions.create({ ...body, file, model: 'openai/m' })
    expect(ours).toEqual(theirs)
    expect(await entriesOf(seen[1])).toEqual(await entriesOf(seen[0]))
    expect(seen[1]?.headers['content-length']).toBeDefined()
    // 14 tokens of audio at 10, 4 of text at 4.
    expect(_meta.cost.usd).toBeCloseTo((140 + 16) / 1e6)
    expect(inference()[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.output.type': 'text',
      'gen_ai.usage.audio.input_tokens': 14,
    })
  })

  test('the file is sent again to the next target, under its own model', async () => {
    answersJson(ANSWER)
    const folder = await mkdtemp(join(tmpdir(), 'tracestitch-'))
    await writeFile(join(folder, 'hello.wav'), AUDIO)
    const result = await clientFor({ models: { both: ['down/a', 'openai/b'] } }).audio.transcriptions.create({
      model: 'both',
      file: createReadStream(join(folder, 'hello.wav')),
      extra_body: { prompt: 'p' },
    })
    expect(result.text).toBe('Hello')
    const file = { name: 'hello.wav', bytes: AUDIO.toString('latin1') }
    expect(await entriesOf(seen[0])).toEqual([
      ['file', file],
      ['model', 'a'],
      ['prompt', 'p'],
    ])
    expect(await entriesOf(seen[1])).toEqual([
      ['file', file],
      ['model', 'b'],
      ['prompt', 'p'],
    ])
  })

  test.each<[string, Upload, string]>([
    ['bytes', AUDIO, 'file'],
    ['a Blob', new Blob([AUDIO], { type: 'audio/mpeg' }), 'file.mp3'],
    ['a Response', new Response(AUDIO), 'file'],
  ])('%s are a file', async (_what, file, name) => {
    answersJson(ANSWER)
    await clientFor().audio.transcriptions.create({ model: 'openai/m', file })
    expect((await entriesOf(seen[0]))[0]).toEqual(['file', { name, bytes: AUDIO.toString('latin1') }])
  })

  test('subtitles come as text', async () => {
    behave = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        .end('1\n00:00:00,000 --> 00:00:01,000\nHello\n')
    const result = await clientFor().audio.transcriptions.create({
      model: 'groq/m',
      file: AUDIO,
      response_format: 'srt',
    })
    expect(result.text).toContain('--> 00:00:01,000')
  })

  test('a function among the fields is refused, before any request', async () => {
    await expect(
      clientFor().audio.transcriptions.create({ model: 'openai/m', file: (() => AUDIO) as never }),
    ).rejects.toMatchObject({ name: 'ConfigError', path: 'file' })
    expect(seen).toEqual([])
  })
})

describe('rerank', () => {
  const body = { query: 'capital', documents: ['Oslo', 'fish'], top_n: 1 }

  test("speaks each provider's format, and falls back between them", async () => {
    behave = ({ path }, response) =>
      path === '/v2/rerank'
        ? sendJson(response, { message: 'busy' }, 503)
        : sendJson(response, {
            object: 'list',
            data: [{ index: 0, relevance_score: 0.9 }],
            model: 'rerank-2',
            usage: { total_tokens: 12 },
          })
    const ai = clientFor({
      models: { rank: ['cohere/rerank-v4', 'voyage/rerank-2'] },
      prices: { overrides: { 'voyage/rerank-2': { input: 1, output: 0 } } },
    })
    const result = await ai.rerank.create({ model: 'rank', ...body })
    expect(result).toMatchObject({ results: [{ index: 0, relevance_score: 0.9 }], usage: { total_tokens: 12 } })
    expect(result._meta.attempts).toMatchObject([
      { target: 'cohere/rerank-v4', status: 503 },
      { target: 'voyage/rerank-2', status: 200 },
    ])
    expect(bodyOf(seen[0])).toEqual({ model: 'rerank-v4', ...body })
    expect(bodyOf(seen[1])).toEqual({ model: 'rerank-2', query: 'capital', documents: body.documents, top_k: 1 })
    expect(inference()).toHaveLength(1)
    expect(inference()[0]).toMatchObject({
      name: 'rerank rerank-v4',
      attributes: { 'gen_ai.operation.name': 'rerank', 'gen_ai.response.model': 'rerank-2' },
    })
  })

  test('what a format cannot say is an error, or left out', async () => {
    answersJson({ id: 'a', results: [{ index: 0, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } })
    const ask = (dropUnsupported: boolean) =>
      clientFor().rerank.create({ model: 'cohere/m', ...body, return_documents: true }, { dropUnsupported })
    await expect(ask(false)).rejects.toMatchObject({
      name: 'UnsupportedParameterError',
      parameter: 'return_documents',
      provider: 'cohere',
    })
    const result = await ask(true)
    expect(result._meta.warnings).toEqual([expect.stringContaining('return_documents')])
    expect(result.usage).toEqual({ search_units: 1 })
    expect(result._meta.cost.usd).toBeNull()
  })

  test("a provider of one's own is asked in the common format", async () => {
    answersJson({ results: [{ index: 1, relevance_score: 0.2 }] })
    const ai = createClient({ providers: { mine: { baseURL: `${origin}/v1` } } })
    expect((await ai.rerank.create({ model: 'mine/m', ...body })).results).toHaveLength(1)
    expect(seen[0]?.path).toBe('/v1/rerank')
  })

  test('a body without documents is refused, and so is a provider without rerank', async () => {
    await expect(clientFor().rerank.create({ model: 'cohere/m', query: 'x' } as never)).rejects.toMatchObject({
      name: 'ConfigError',
      path: 'documents',
    })
    await expect(clientFor().rerank.create({ model: 'groq/m', ...body })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('has no rerank'),
    })
  })
})
