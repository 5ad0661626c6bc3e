/** What a client does because of the model that a call goes to: the format, the words for a limit, the price. */
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClientWith } from '../../src/core.js'
import { createClient, type ChatBody, type ClientOptions } from '../../src/index.js'
import { openaiChat } from '../../src/protocols.js'
import { openai } from '../../src/providers.js'
import { applySettings, defaultSettings } from '../../src/telemetry/settings.js'
import { noKeys } from './no-keys.js'
import { startServer, type FaultServer, type Seen } from './fault-server.js'

let server: FaultServer
const exporter = new InMemorySpanExporter()

beforeEach(async () => {
  noKeys()
  server = await startServer((request, response) => reply(request, response))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  trace.disable()
  applySettings(undefined)
  exporter.reset()
  await server.close()
})

/** Answers each format in its own words. */
function reply({ path, body }: Seen, response: ServerResponse): void {
  if (path.endsWith('/responses') && body['stream'] === true) {
    response.setHeader('content-type', 'text/event-stream')
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
    for (const event of [
      { type: 'response.created', response: { ...responseObject(), status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '', annotations: [] } },
      { type: 'response.output_text.delta', ...at, delta: 'Oslo' },
      { type: 'response.completed', response: responseObject() },
    ])
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    return void response.end()
  }
  response.setHeader('content-type', 'application/json')
  if (path.endsWith('/responses')) return void response.end(JSON.stringify(responseObject()))
  if (path.endsWith('/converse')) {
    const output = { message: { role: 'assistant', content: [{ text: 'Oslo' }] } }
    const usage = { inputTokens: 8, outputTokens: 2, totalTokens: 10 }
    return void response.end(JSON.stringify({ output, stopReason: 'end_turn', usage }))
  }
  const message = { role: 'assistant', content: 'Oslo' }
  const usage = { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: '', choices, usage }))
}

function responseObject() {
  const content = [{ type: 'output_text', text: 'Oslo', annotations: [] }]
  const usage = { input_tokens: 8, output_tokens: 3, total_tokens: 11 }
  const output = [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }]
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'gpt-5.4-2026-03-05',
    output,
    usage,
  }
}

function clientFor(options: ClientOptions = {}) {
  const at = { baseURL: server.baseURL, apiKey: 'k' }
  const { providers, ...others } = options
  return createClient({
    retries: 0,
    ...others,
    providers: {
      openai: at,
      azure: at,
      openrouter: at,
      mine: at,
      bedrock: { ...at, baseURL: server.origin },
      ...providers,
    },
  })
}

type Plain = ChatBody & { stream?: false }

const messages: ChatBody['messages'] = [{ role: 'user', content: 'The capital of Norway?' }]
const tools: NonNullable<ChatBody['tools']> = [
  { type: 'function', function: { name: 'look_up', parameters: { type: 'object', properties: {} } } },
]

describe('functions and reasoning together', () => {
  test.each<[string, Partial<ChatBody>]>([
    ['openai/gpt-5.4', { tools, reasoning_effort: 'low' }],
    ['openai/gpt-5.5', { tools, reasoning_effort: 'medium' }],
    ['openai/gpt-5.6-terra', { tools }],
    ['azure/gpt-5.4-mini', { tools, reasoning_effort: 'high' }],
    ['azure/my-gpt-5.4', { tools, reasoning_effort: 'high' }],
    ['openai/gpt-5.4', { tools, extra_body: { reasoning_effort: 'low' } }],
    ['openai/gpt-5.3-codex', {}],
    ['openai/o3-pro', {}],
    ['openai/ft:gpt-5.4-2026-03-05:acme::x', { tools, reasoning_effort: 'low' }],
  ])('%s %# goes to the Responses API, which is said', async (model, request) => {
    const result = await clientFor().chat.completions.create({
      model,
      messages,
      max_tokens: 50,
      ...request,
    } as Plain)
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/responses'])
    const { body } = server.seen[0]!
    expect(body).toMatchObject({ model: model.slice(model.indexOf('/') + 1), max_output_tokens: 50, store: false })
    const effort = request.reasoning_effort ?? request.extra_body?.['reasoning_effort']
    expect(body['reasoning']).toEqual(effort === undefined ? undefined : { effort })
    expect(body).not.toHaveProperty('reasoning_effort')
    expect(result).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'Oslo' } }] })
    expect(result.usage).toMatchObject({ prompt_tokens: 8, completion_tokens: 3 })
    expect(result._meta.warnings).toEqual([expect.stringMatching(/only on the Responses API: sent to \/responses/)])
  })

  test('a stream too', async () => {
    const body = { model: 'openai/gpt-5.4', messages, tools, reasoning_effort: 'low', stream: true } as const
    const stream = await clientFor().chat.completions.create(body)
    let text = ''
    for await (const chunk of stream) {
      expect(chunk.object).toBe('chat.completion.chunk')
      text += chunk.choices[0]?.delta.content ?? ''
    }
    expect(text).toBe('Oslo')
    expect(server.seen[0]).toMatchObject({ path: '/v1/responses', body: { stream: true, store: false } })
    expect(stream._meta?.warnings).toEqual([expect.stringContaining('sent to /responses')])
  })

  test('what the call says of storage counts', async () => {
    const body = { model: 'openai/gpt-5.4', messages, tools, reasoning_effort: 'low', store: true } as const
    await clientFor().chat.completions.create(body)
    expect(server.seen[0]?.body).toMatchObject({ store: true })
  })

  test.each<[string, Partial<ChatBody>]>([
    ['openai/gpt-5.4', { tools }],
    ['openai/gpt-5.4', { tools, reasoning_effort: 'none' }],
    ['openai/gpt-5.4', { reasoning_effort: 'high' }],
    ['openai/gpt-5.6-terra', { tools, reasoning_effort: 'none' }],
    ['openai/gpt-5.2', { tools, reasoning_effort: 'high' }],
    ['openai/gpt-5-mini', { tools, reasoning_effort: 'high' }],
    ['openai/gpt-4.1', { tools }],
    ['mine/gpt-5.4', { tools, reasoning_effort: 'high' }],
  ])('%s %j stays on chat completions', async (model, request) => {
    const result = await clientFor().chat.completions.create({ model, messages, ...request } as Plain)
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/chat/completions'])
    expect(result._meta.warnings).toEqual([])
  })

  const needy = { messages, tools, reasoning_effort: 'low' } as const

  test.each<[string, ClientOptions, string]>([
    ['the provider', { providers: { openai: { protocol: 'openai-chat', apiKey: 'k' } } }, 'openai/gpt-5.4'],
    ['a target', { models: { smart: [{ model: 'openai/gpt-5.4', protocol: 'openai-chat' }] } }, 'smart'],
  ])('the `protocol` of %s decides', async (_, options, model) => {
    const openaiAt = { baseURL: server.baseURL, ...options.providers?.['openai'], apiKey: 'k' }
    const ai = clientFor({ ...options, providers: { openai: openaiAt } })
    const result = await ai.chat.completions.create({ model, ...needy })
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/chat/completions'])
    expect(result._meta.warnings).toEqual([expect.stringContaining('`protocol`')])
  })

  test('a client without the codec says which one it lacks', async () => {
    const create = createClientWith({ protocols: [openaiChat], providers: [openai] })
    const ai = create({ providers: { openai: { baseURL: server.baseURL, apiKey: 'k' } } })
    const result = await ai.chat.completions.create({ model: 'openai/gpt-5.4', ...needy })
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/chat/completions'])
    expect(result._meta.warnings).toEqual([expect.stringMatching(/createClientWith has no openaiResponses/)])
  })

  test('a fallback target gets the request in its own format', async () => {
    server.behave = (request, response) => {
      if (!request.path.endsWith('/responses')) return reply(request, response)
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"busy"}}')
    }
    const ai = clientFor({ models: { smart: ['openai/gpt-5.4', 'mine/llama'] } })
    const result = await ai.chat.completions.create({ model: 'smart', ...needy })
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/responses', '/v1/chat/completions'])
    expect(server.seen[1]?.body).toMatchObject({ model: 'llama', reasoning_effort: 'low' })
    expect(result.choices[0]?.message.content).toBe('Oslo')
  })
})

describe('a model behind a name that says nothing', () => {
  const ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6'
  const base = 'anthropic.claude-sonnet-4-6'

  test('has the traits and the price of its base, and its own name on the wire and the span', async () => {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    applySettings(defaultSettings())
    const ai = clientFor({ models: { claude: [{ model: `bedrock/${ARN}`, base }] } })
    const result = await ai.chat.completions.create({ model: 'claude', messages, reasoning_effort: 'low' })
    expect(server.seen[0]?.path).toBe(`/model/${encodeURIComponent(ARN)}/converse`)
    expect(server.seen[0]?.body).toMatchObject({ additionalModelRequestFields: { thinking: { type: 'adaptive' } } })
    expect(result._meta).toMatchObject({ model: ARN, warnings: [] })
    const known = await ai.chat.completions.create({ model: `bedrock/${base}`, messages })
    expect(result._meta.cost.usd).toBeGreaterThan(0)
    expect(result._meta.cost).toEqual(known._meta.cost)
    const span = exporter.getFinishedSpans().find(({ attributes }) => attributes['tracestitch.alias'] === 'claude')
    expect(span?.attributes['gen_ai.request.model']).toBe(ARN)
  })

  test('takes no prefilled answer where its base takes none', async () => {
    const ai = clientFor({ models: { claude: [{ model: `bedrock/${ARN}`, base }] } })
    const prefilled: ChatBody['messages'] = [...messages, { role: 'assistant', content: '{' }]
    await expect(ai.chat.completions.create({ model: 'claude', messages: prefilled })).rejects.toMatchObject({
      name: 'UnsupportedParameterError',
      parameter: 'messages[1]',
    })
    expect(server.seen).toEqual([])
  })

  test('may be named at the provider, for every call that names it', async () => {
    const ai = clientFor({
      providers: { azure: { baseURL: server.baseURL, apiKey: 'k', bases: { 'team-chat': 'gpt-5.4' } } },
      models: { team: ['azure/team-chat'] },
    })
    for (const model of ['azure/team-chat', 'team']) {
      const result = await ai.chat.completions.create({ model, messages, max_tokens: 9 })
      expect(server.seen.at(-1)?.body).toMatchObject({ model: 'team-chat', max_completion_tokens: 9 })
      expect(result._meta.cost.usd).toBeGreaterThan(0)
      await ai.chat.completions.create({ model, messages, tools, reasoning_effort: 'low' })
      expect(server.seen.at(-1)?.path).toBe('/v1/responses')
    }
  })

  test('a price of its own goes before that of its base', async () => {
    const ai = clientFor({
      models: { claude: [{ model: `bedrock/${ARN}`, base }] },
      prices: { overrides: { [`bedrock/${ARN}`]: { input: 7, output: 7 } } },
    })
    const result = await ai.chat.completions.create({ model: 'claude', messages })
    expect(result._meta.cost).toMatchObject({ usd: 0.00007, source: 'override' })
  })

  test('an alias has no base, and two targets of one name have one', () => {
    expect(() => clientFor({ models: { a: ['mine/x'], b: [{ model: 'a', base: 'gpt-5' }] } })).toThrow('base')
    const twice = [
      { model: 'mine/x', name: 'one', base: 'gpt-5' },
      { model: 'mine/x', name: 'one', base: 'gpt-4.1' },
    ]
    expect(() => clientFor({ models: { a: twice } })).toThrow('base')
  })
})
