/** The caller's formats over targets of every format. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import {
  answers,
  beginStream,
  completion,
  sendEvent,
  sendJson,
  startServer,
  type Behaviour,
  type FaultServer,
} from './fault-server.js'

let server: FaultServer
let second: FaultServer
beforeEach(async () => {
  server = await startServer(answers('Hello'))
  second = await startServer(answers('Hello from the second'))
})
afterEach(() => Promise.all([server.close(), second.close()]))

const messages = [{ role: 'user' as const, content: 'hi' }]
const clientFor = (options: ClientOptions = {}) =>
  createClient({
    retries: 0,
    providers: {
      chat: { baseURL: server.baseURL },
      claude: { baseURL: server.origin, protocol: 'anthropic-messages', apiKey: 'k' },
      responses: { baseURL: server.baseURL, protocol: ['openai-responses', 'openai-chat'] },
      second: { baseURL: second.baseURL },
    },
    ...options,
  })

const claudeAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [{ type: 'text', text: 'Bonjour' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 90, cache_creation_input_tokens: 0 },
}

const claudeStream: Behaviour = (_, response) => {
  beginStream(response)
  const events = [
    { type: 'message_start', message: { ...claudeAnswer, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Bon' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'jour' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ]
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  response.end()
}

const responseAnswer = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_760_000_000,
  status: 'completed',
  model: 'gpt-5.4',
  output: [
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hei', annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 10,
    output_tokens: 5,
    total_tokens: 15,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  },
  a_field_of_tomorrow: { kept: true },
}

const responseStream: Behaviour = (_, response) => {
  beginStream(response)
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const events = [
    { type: 'response.created', response: { ...responseAnswer, status: 'in_progress', output: [], usage: null } },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '', annotations: [] } },
    { type: 'response.output_text.delta', ...at, delta: 'Hei' },
    { type: 'response.output_text.done', ...at, text: 'Hei' },
    { type: 'response.output_item.done', output_index: 0, item: responseAnswer.output[0] },
    { type: 'response.completed', response: responseAnswer },
  ]
  events.forEach((event, sequence_number) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`),
  )
  response.end()
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

describe('chat', () => {
  test('over anthropic-messages, plain', async () => {
    server.behave = (_, response) => sendJson(response, 200, claudeAnswer)
    const result = await clientFor().chat.completions.create({ model: 'claude/claude-sonnet-4-6', messages })
    expect(server.seen[0]?.path).toBe('/v1/messages')
    expect(result.choices[0]?.message.content).toBe('Bonjour')
    expect(result.usage).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 90 },
    })
  })

  test('over anthropic-messages, streamed', async () => {
    server.behave = claudeStream
    const stream = await clientFor().chat.completions.create({
      model: 'claude/claude-sonnet-4-6',
      messages,
      stream: true,
    })
    const items = await collect(stream)
    expect(items.map((item) => item.choices[0]?.delta.content ?? '').join('')).toBe('Bonjour')
    expect(items.at(-1)?._meta?.provider).toBe('claude')
  })

  test('the built-in anthropic row sends its headers', async () => {
    server.behave = (_, response) => sendJson(response, 200, claudeAnswer)
    const ai = createClient({ providers: { anthropic: { baseURL: server.origin, apiKey: 'k-a' } } })
    const result = await ai.chat.completions.create({ model: 'anthropic/claude-sonnet-4-6', messages })
    expect(server.seen[0]?.headers).toMatchObject({ 'x-api-key': 'k-a', 'anthropic-version': '2023-06-01' })
    // 10 plain at 3, 90 cached at 0.3, 5 out at 15, in USD a million.
    expect(result._meta.cost.usd).toBeCloseTo((10 * 3 + 90 * 0.3 + 5 * 15) / 1e6, 12)
    expect(result._meta.cost).toMatchObject({ source: 'genai-prices', confidence: 'exact', missing: [] })
  })

  test('tools pass both ways', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }
    server.behave = (_, response) =>
      sendJson(
        response,
        200,
        completion('', {
          choices: [
            {
              index: 0,
              finish_reason: 'tool_calls',
              logprobs: null,
              message: { role: 'assistant', content: null, refusal: null, tool_calls: [call] },
            },
          ],
        }),
      )
    const tools = [
      { type: 'function' as const, function: { name: 'add', parameters: { type: 'object', properties: {} } } },
    ]
    const result = await clientFor().chat.completions.create({ model: 'chat/m', messages, tools, tool_choice: 'auto' })
    expect(result.choices[0]?.message.tool_calls).toEqual([call])
    expect(server.seen[0]?.body).toMatchObject({ tools, tool_choice: 'auto' })
  })

  test('a target whose format lacks a parameter is skipped for one that has it', async () => {
    const ai = clientFor({ models: { both: ['claude/x', 'second/m'] } })
    const result = await ai.chat.completions.create({ model: 'both', messages, logprobs: true })
    expect(result._meta.attempts).toMatchObject([
      { target: 'claude/x', error: 'UnsupportedParameterError' },
      { target: 'second/m' },
    ])
    expect(server.seen).toHaveLength(0)
  })

  test('dropUnsupported leaves it out with a warning', async () => {
    server.behave = (_, response) => sendJson(response, 200, claudeAnswer)
    const result = await clientFor({ dropUnsupported: true }).chat.completions.create({
      model: 'claude/x',
      messages,
      logprobs: true,
    })
    expect(result._meta.warnings.join()).toContain('logprobs')
  })

  test('the cost in a header counts for gateways only', async () => {
    server.behave = (_, response) => sendJson(response, 200, completion('x'), { 'x-litellm-response-cost': '0.0123' })
    const ai = clientFor({
      providers: {
        litellm: { baseURL: server.baseURL, apiKey: 'k' },
        proxy: { baseURL: server.baseURL, costHeader: 'X-LiteLLM-Response-Cost' },
        other: { baseURL: server.baseURL },
      },
    })
    const costAt = async (provider: string) =>
      (await ai.chat.completions.create({ model: `${provider}/m`, messages }))._meta.cost
    for (const known of ['litellm', 'proxy'])
      expect(await costAt(known)).toMatchObject({ usd: 0.0123, source: 'provider', confidence: 'reported' })
    expect(await costAt('other')).toMatchObject({ usd: null, source: null })
  })

  test('prices of the caller count first', async () => {
    const ai = clientFor({ prices: { overrides: { 'chat/m': { input: 1, output: 4 } } } })
    expect((await ai.chat.completions.create({ model: 'chat/m', messages }))._meta.cost).toMatchObject({
      usd: 0.0014,
      source: 'override',
    })
  })
})

describe('embeddings', () => {
  const numbers = [0.5, -1.25, 3]
  const base64 = Buffer.from(Float32Array.from(numbers).buffer).toString('base64')
  const vectors: Behaviour = (request, response) =>
    sendJson(response, 200, {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [
        { object: 'embedding', index: 0, embedding: request.body.encoding_format === 'base64' ? base64 : numbers },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    })

  test('numbers and base64', async () => {
    server.behave = vectors
    const ai = clientFor()
    const plain = await ai.embeddings.create({ model: 'chat/text-embedding-3-small', input: 'hi' })
    expect(plain.data[0]?.embedding).toEqual(numbers)
    expect(plain._meta).toMatchObject({ provider: 'chat', model: 'text-embedding-3-small' })
    const encoded = await ai.embeddings.create({ model: 'chat/m', input: ['hi'], encoding_format: 'base64' })
    expect(encoded.data[0]?.embedding).toBe(base64)
    expect(server.seen[0]).toMatchObject({
      path: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: 'hi' },
    })
  })

  test('they fall back too', async () => {
    server.behave = (_, response) => sendJson(response, 500, {})
    second.behave = vectors
    const result = await clientFor().embeddings.create({ model: 'chat/m', input: 'hi', fallbacks: ['second/m'] })
    expect(result._meta.provider).toBe('second')
  })

  test('a provider without them is a config error', async () => {
    await expect(clientFor().embeddings.create({ model: 'claude/m', input: 'hi' })).rejects.toMatchObject({
      name: 'ConfigError',
      path: 'model',
    })
  })
})

describe('responses', () => {
  test('a target of the same format gets the body as it is, and so does the caller', async () => {
    server.behave = (_, response) => sendJson(response, 200, responseAnswer)
    const result = await clientFor().responses.create({
      model: 'responses/gpt-5.4',
      input: 'hi',
      store: false,
      a_request_field_of_tomorrow: 7,
    })
    expect(server.seen[0]).toMatchObject({
      path: '/v1/responses',
      body: { model: 'gpt-5.4', input: 'hi', store: false, a_request_field_of_tomorrow: 7 },
    })
    expect(result).toMatchObject({ ...responseAnswer, output_text: 'Hei' })
    expect(result._meta).toMatchObject({ provider: 'responses', model: 'gpt-5.4' })
  })

  test('its stream passes event by event', async () => {
    server.behave = responseStream
    const stream = await clientFor().responses.create({ model: 'responses/gpt-5.4', input: 'hi', stream: true })
    const events = await collect(stream)
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.at(-1)).toMatchObject({
      response: { a_field_of_tomorrow: { kept: true } },
      sequence_number: 6,
      _meta: { provider: 'responses' },
    })
    expect(events.filter((event) => event._meta)).toHaveLength(1)
  })

  test('a chat target answers in the shape of responses', async () => {
    const result = await clientFor().responses.create({
      model: 'chat/m',
      instructions: 'be kind',
      input: [{ role: 'user', content: 'hi' }],
    })
    expect(server.seen[0]).toMatchObject({
      path: '/v1/chat/completions',
      body: { messages: [{ content: 'be kind' }, { role: 'user', content: 'hi' }] },
    })
    expect(result).toMatchObject({
      object: 'response',
      status: 'completed',
      output_text: 'Hello',
      usage: { input_tokens: 1000, output_tokens: 100 },
    })
  })

  test.each(['chat/m', 'claude/m'])('%s streams the events of responses', async (model) => {
    server.behave = model === 'chat/m' ? answers('Hello there') : claudeStream
    const stream = await clientFor().responses.create({ model, input: 'hi', stream: true })
    const events = await collect(stream)
    const text = events
      .map((event) => (event.type === 'response.output_text.delta' ? String(event.delta) : ''))
      .join('')
    expect(text).toBe(model === 'chat/m' ? 'Hello there' : 'Bonjour')
    expect(events[0]?.type).toBe('response.created')
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', _meta: { model: 'm' } })
  })

  test('from one format to the other when the first target fails', async () => {
    server.behave = (_, response) => (
      beginStream(response),
      sendEvent(response, { type: 'response.created', response: { ...responseAnswer, output: [] } }),
      void response.end()
    )
    const stream = await clientFor().responses.create({
      model: 'responses/x',
      input: 'hi',
      stream: true,
      fallbacks: ['second/m'],
    })
    const events = await collect(stream)
    expect(events.filter(({ type }) => type === 'response.created')).toHaveLength(1)
    expect(stream._meta?.provider).toBe('second')
  })
})
