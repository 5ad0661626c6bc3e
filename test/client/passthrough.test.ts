/** Moderation, images and rerank: the `openai` package beside the client, at a server that keeps what it got. */
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { answersJson, bodyOf, clientFor, openai, sendJson, usePassedServer, wire } from './passthrough-server.js'

const traces = usePassedServer()

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
    expect(bodyOf(wire.seen[1])).toEqual({ model: 'm', input: 'a private text', future_option: 7 })
    expect(wire.seen[1]).toMatchObject({ path: '/v1/moderations', headers: { authorization: 'Bearer sk-secret' } })
    const [span] = traces.inference()
    expect(traces.inference()).toHaveLength(1)
    expect(span?.name).toBe('moderation m')
    expect(span?.attributes).toMatchObject({
      'gen_ai.operation.name': 'moderation',
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.model': 'omni-moderation-latest',
      'gen_ai.response.id': 'modr-1',
    })
    expect(JSON.stringify(traces.spans().map(({ attributes }) => attributes))).not.toContain('a private text')
  })

  test("an error is the provider's, without the key", async () => {
    wire.behave = (_, response) =>
      sendJson(response, { error: { message: 'bad key sk-secret', code: 'invalid_api_key' } }, 401)
    const error = await clientFor()
      .moderations.create({ model: 'openai/m', input: 'x' })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'ProviderError', status: 401, code: 'invalid_api_key', provider: 'openai' })
    expect(String(error)).not.toContain('sk-secret')
    expect(traces.inference()[0]?.attributes['error.type']).toBe('invalid_api_key')
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
    expect(wire.seen).toEqual([])
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
    expect(bodyOf(wire.seen[1])).toEqual(bodyOf(wire.seen[0]))
    expect(_meta.cost).toMatchObject({ usd: (50 + 4000) / 1e6, source: 'override' })
    expect(traces.inference()[0]?.attributes).toMatchObject({
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
    wire.behave = (_, response) => {
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
    expect(wire.seen[0]?.headers.accept).toBe('text/event-stream')
    expect(traces.inference()).toHaveLength(1)
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
    expect(traces.inference()[0]?.attributes['error.type']).toBe('StreamError')
  })

  test('an error at the start of a stream falls back', async () => {
    let count = 0
    wire.behave = (_, response) => {
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
    wire.behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${JSON.stringify(EVENTS[0])}\n\n`)
    }
    for await (const event of await clientFor().images.generate({ model: 'openai/m', prompt: 'a cat', stream: true })) {
      expect(event).toEqual(EVENTS[0])
      break
    }
    expect(traces.inference()).toHaveLength(1)
  })
})

describe('rerank', () => {
  const body = { query: 'capital', documents: ['Oslo', 'fish'], top_n: 1 }

  test("speaks each provider's format, and falls back between them", async () => {
    wire.behave = ({ path }, response) =>
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
    expect(bodyOf(wire.seen[0])).toEqual({ model: 'rerank-v4', ...body })
    expect(bodyOf(wire.seen[1])).toEqual({ model: 'rerank-2', query: 'capital', documents: body.documents, top_k: 1 })
    expect(traces.inference()).toHaveLength(1)
    expect(traces.inference()[0]).toMatchObject({
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
    const ai = createClient({ providers: { mine: { baseURL: `${wire.origin}/v1` } } })
    expect((await ai.rerank.create({ model: 'mine/m', ...body })).results).toHaveLength(1)
    expect(wire.seen[0]?.path).toBe('/v1/rerank')
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
