/** Models that a provider serves by another API than the rest: Claude, Mistral and open models on Vertex AI, Claude on Foundry. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, ProviderError, UnsupportedParameterError } from '../../src/index.js'
import { createClientWith } from '../../src/core.js'
import { fromLiteLLM, fromPortkey } from '../../src/config.js'
import { ConfigError } from '../../src/kernel/errors.js'
import type { ClientOptions } from '../../src/index.js'
import { geminiGenerate } from '../../src/protocols.js'
import { vertex } from '../../src/providers.js'
import { startServer, type FaultServer } from './fault-server.js'

let server: FaultServer
const messages = [{ role: 'user' as const, content: 'Capital of Norway?' }]
const PUBLISHERS = '/v1/projects/p/locations/global/publishers'
const OPEN = '/v1/projects/p/locations/global/endpoints/openapi/chat/completions'

const claude = {
  id: 'msg_vrtx_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [{ type: 'text', text: 'Oslo' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1000, output_tokens: 100 },
}
const openai = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Oslo' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
}
const gemini = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Oslo' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6 },
}
const EVENTS = [
  { type: 'message_start', message: { ...claude, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Oslo' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 100 } },
  { type: 'message_stop' },
]

beforeEach(async () => {
  server = await startServer(({ path }, response) => {
    if (path.includes(':streamRawPredict')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))
      return
    }
    const answer = /\/(?:anthropic)\//.test(path) ? claude : path.endsWith(':generateContent') ? gemini : openai
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  })
})
afterEach(() => server.close())

const optionsFor = (base = `${PUBLISHERS}/google`): ClientOptions => ({
  retries: 0,
  providers: {
    vertex: { baseURL: server.origin + base, apiKey: 'a-token' },
    'azure-ai': { baseURL: `${server.origin}/openai/v1`, apiKey: 'a-key' },
  },
})
const clientFor = (base?: string) => createClient(optionsFor(base))
const bodyOf = (i = 0) => server.seen[i]?.body as Record<string, unknown>

describe('Vertex AI', () => {
  test.each([
    // As Vertex AI writes it, and as others do.
    ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5@20250929'],
    ['claude-sonnet-4-5', 'claude-sonnet-4-5'],
    ['claude-opus-4-6@default', 'claude-opus-4-6@default'],
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5@20250929'],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5@20250929'],
    ['anthropic/claude-sonnet-4-6', 'claude-sonnet-4-6'],
    ['anthropic.claude-sonnet-4-6', 'claude-sonnet-4-6'],
    ['publishers/anthropic/models/claude-opus-4-1@20250805', 'claude-opus-4-1@20250805'],
    ['projects/p/locations/global/publishers/anthropic/models/claude-opus-4-1@20250805', 'claude-opus-4-1@20250805'],
  ])('%s is Claude at its own path', async (model, name) => {
    const result = await clientFor().chat.completions.create({ model: `vertex/${model}`, messages, max_tokens: 64 })
    expect(result.choices[0]?.message.content).toBe('Oslo')
    const [seen] = server.seen
    expect(seen?.path).toBe(`${PUBLISHERS}/anthropic/models/${name}:rawPredict`)
    expect(seen?.headers['authorization']).toBe('Bearer a-token')
    expect(bodyOf()).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 64,
      messages: [{ role: 'user', content: 'Capital of Norway?' }],
    })
    const told = result._meta.warnings.filter((warning) => warning.includes('by its name here'))
    expect(told).toHaveLength(name === model ? 0 : 1)
  })

  test('a stream of Claude has a path of its own', async () => {
    const stream = await clientFor().chat.completions.create({
      model: 'vertex/claude-sonnet-4-5',
      messages,
      max_tokens: 64,
      stream: true,
    })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('Oslo')
    expect(server.seen[0]?.path).toBe(`${PUBLISHERS}/anthropic/models/claude-sonnet-4-5:streamRawPredict`)
    expect(bodyOf()).toMatchObject({ stream: true, anthropic_version: 'vertex-2023-10-16' })
    expect(bodyOf()).not.toHaveProperty('model')
  })

  test('without a limit, the most of the model is sent', async () => {
    const { _meta } = await clientFor().chat.completions.create({ model: 'vertex/claude-sonnet-4-6', messages })
    expect(bodyOf()['max_tokens']).toBe(128_000)
    expect(_meta.warnings.join()).toContain('128000 is sent')
  })

  test('what Claude costs is the price of Claude', async () => {
    const model = 'vertex/claude-sonnet-4-5@20250929'
    const { _meta } = await clientFor().chat.completions.create({ model, messages, max_tokens: 64 })
    expect(_meta.cost).toMatchObject({ usd: (1000 * 3 + 100 * 15) / 1e6, confidence: 'exact' })
    expect(_meta.usage).toMatchObject({ prompt_tokens: 1000, completion_tokens: 100 })
  })

  test('the Responses face speaks with Claude too', async () => {
    const result = await clientFor().responses.create({ model: 'vertex/claude-sonnet-4-5', input: 'Capital?' })
    expect(result.output_text).toBe('Oslo')
    expect(server.seen[0]?.path).toMatch(/\/publishers\/anthropic\/models\/claude-sonnet-4-5:rawPredict$/)
  })

  test('web search and betas are named in the header', async () => {
    await clientFor().chat.completions.create(
      {
        model: 'vertex/claude-sonnet-4-5',
        messages,
        max_tokens: 64,
        web_search_options: {},
        extra_body: { context_management: { edits: [] } },
      },
      {},
    )
    const header = String(server.seen[0]?.headers['anthropic-beta'])
    expect(header.split(',').toSorted()).toEqual(['context-management-2025-06-27', 'web-search-2025-03-05'])
  })

  test.each([
    ['image_url', { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
    ['file', { type: 'file', file: { file_data: 'https://example.com/a.pdf' } }],
  ] as const)('an address as %s is refused before it is sent', async (field, part) => {
    const body = {
      model: 'vertex/claude-sonnet-4-5',
      max_tokens: 64,
      messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'What is it?' }, part] }],
    }
    const error: unknown = await clientFor()
      .chat.completions.create(body)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnsupportedParameterError)
    expect((error as Error).message).toContain(field)
    expect((error as Error).message).toContain('base64')
    const { _meta } = await clientFor().chat.completions.create(body, { dropUnsupported: true })
    expect(_meta.warnings.join()).toContain(field)
    expect(bodyOf()['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'What is it?' }] }])
  })

  test.each([
    [
      { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 5 tokens > 4 maximum' } },
      400,
      'context-length',
    ],
    [
      [{ error: { code: 429, message: 'Quota exceeded for base_model: claude', status: 'RESOURCE_EXHAUSTED' } }],
      429,
      'rate-limit',
    ],
    [
      { error: { code: 404, message: 'Publisher Model `…/claude-x` was not found', status: 'NOT_FOUND' } },
      404,
      undefined,
    ],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 529, undefined],
  ])('an error of Claude is read, %#', async (body, status, failure) => {
    server.behave = (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const error: unknown = await clientFor()
      .chat.completions.create({ model: 'vertex/claude-sonnet-4-5', messages, max_tokens: 64 })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ProviderError)
    const said = Array.isArray(body) ? body[0]?.error.message : body.error.message
    expect((error as Error).message).toContain(String(said).slice(0, 12))
    expect(error).toMatchObject({ status })
    if (failure !== undefined) expect(error).toMatchObject({ failureClass: failure })
  })

  test.each([
    ['mistral-medium-3', `${PUBLISHERS}/mistralai/models/mistral-medium-3:rawPredict`, 'mistral-medium-3'],
    ['mistralai/codestral-2', `${PUBLISHERS}/mistralai/models/codestral-2:rawPredict`, 'codestral-2'],
    ['meta/llama-4-maverick-17b-128e-instruct-maas', OPEN, 'meta/llama-4-maverick-17b-128e-instruct-maas'],
    ['deepseek-ai/deepseek-v3.1-maas', OPEN, 'deepseek-ai/deepseek-v3.1-maas'],
    ['openai/gpt-oss-120b-maas', OPEN, 'openai/gpt-oss-120b-maas'],
    ['publishers/qwen/models/qwen3-coder-480b-a35b-instruct-maas', OPEN, 'qwen/qwen3-coder-480b-a35b-instruct-maas'],
    ['gemini-3-flash', `${PUBLISHERS}/google/models/gemini-3-flash:generateContent`, undefined],
    [
      'publishers/google/models/gemini-3-flash',
      `${PUBLISHERS}/google/models/gemini-3-flash:generateContent`,
      undefined,
    ],
    ['google/gemini-3-flash', `${PUBLISHERS}/google/models/gemini-3-flash:generateContent`, undefined],
  ])('%s goes to %s', async (model, path, named) => {
    const result = await clientFor().chat.completions.create({ model: `vertex/${model}`, messages })
    expect(result.choices[0]?.message.content).toBe('Oslo')
    expect(server.seen[0]?.path).toBe(path)
    expect(bodyOf()['model']).toBe(named)
  })

  test('Mistral is spoken to in its dialect', async () => {
    await clientFor().chat.completions.create({
      model: 'vertex/mistral-medium-3',
      messages,
      max_completion_tokens: 9,
      seed: 4,
    })
    expect(bodyOf()).toMatchObject({ max_tokens: 9, random_seed: 4 })
  })

  test.each(['llama-4-scout-17b-16e-instruct-maas', 'deepseek-v3.1-maas', 'qwen3-235b', 'jamba-1.5-large@001'])(
    'the bare name %s is refused, with what to write',
    async (model) => {
      const error: unknown = await clientFor()
        .chat.completions.create({ model: `vertex/${model}`, messages })
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ConfigError)
      expect((error as Error).message).toContain(`vertex/${model}`)
      expect((error as Error).message).toContain('meta/llama-4')
      expect(server.seen).toEqual([])
    },
  )

  test.each([
    ['', '/publishers/anthropic/models/claude-sonnet-4-5:rawPredict'],
    ['/proxy', '/proxy/publishers/anthropic/models/claude-sonnet-4-5:rawPredict'],
    [`${PUBLISHERS}/anthropic/models`, `${PUBLISHERS}/anthropic/models/claude-sonnet-4-5:rawPredict`],
    [OPEN.replace('/chat/completions', ''), `${PUBLISHERS}/anthropic/models/claude-sonnet-4-5:rawPredict`],
  ])('a base URL of the caller, %j, is kept up to its publisher', async (base, path) => {
    await clientFor(base).chat.completions.create({ model: 'vertex/claude-sonnet-4-5', messages, max_tokens: 9 })
    expect(server.seen[0]?.path).toBe(path)
  })

  test.each([
    ['global', 'https://aiplatform.googleapis.com/v1/projects/p/locations/global'],
    ['us-east5', 'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu'],
  ])('in %s the address is that of the region', async (location, base) => {
    const urls: string[] = []
    const ai = createClient({
      providers: { vertex: { apiKey: 'a-token', variables: { project: 'p', location } } },
      fetch: async (url) => {
        urls.push(String(url))
        return Response.json(claude)
      },
    })
    await ai.chat.completions.create({ model: 'vertex/claude-sonnet-4-5', messages, max_tokens: 9 })
    expect(urls).toEqual([`${base}/publishers/anthropic/models/claude-sonnet-4-5:rawPredict`])
  })

  test('a client without the codec says which one it lacks', async () => {
    const ai = createClientWith({ protocols: [geminiGenerate], providers: [vertex] })(optionsForOne())
    const ask = (model: string) => ai.chat.completions.create({ model, messages })
    await expect(ask('vertex/claude-sonnet-4-5')).rejects.toThrow(/anthropicMessages/)
    expect((await ask('vertex/gemini-3-flash')).choices[0]?.message.content).toBe('Oslo')
  })

  function optionsForOne(): ClientOptions {
    const { providers, ...rest } = optionsFor()
    return { ...rest, providers: { vertex: providers?.vertex ?? {} } }
  }
})

describe('Microsoft Foundry', () => {
  test.each([
    ['claude-sonnet-4-5', undefined],
    ['my-deployment', 'claude-sonnet-4-5'],
  ])('%s is Claude at its own path, with its own header of the key', async (model, base) => {
    const ai = createClient({
      ...optionsFor(),
      models: { it: { targets: [{ model: `azure-ai/${model}`, ...(base !== undefined && { base }) }] } },
    })
    const ask = () => ai.chat.completions.create({ model: 'it', messages, max_tokens: 64 })
    expect((await ask()).choices[0]?.message.content).toBe('Oslo')
    const [seen] = server.seen
    expect(seen?.path).toBe('/anthropic/v1/messages')
    expect(seen?.headers).toMatchObject({ 'x-api-key': 'a-key', 'anthropic-version': '2023-06-01' })
    expect(seen?.headers).not.toHaveProperty('api-key')
    expect(bodyOf()).toMatchObject({ model, max_tokens: 64 })
  })

  test('a token stays a bearer token', async () => {
    const ai = createClient({ providers: { 'azure-ai': { baseURL: server.origin, apiKey: () => 'a-token' } } })
    await ai.chat.completions.create({ model: 'azure-ai/claude-sonnet-4-5', messages, max_tokens: 9 })
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer a-token' })
    expect(server.seen[0]?.headers).not.toHaveProperty('x-api-key')
  })

  test('Claude is never asked on the Responses API, and others are', async () => {
    const ai = clientFor()
    const result = await ai.responses.create({ model: 'azure-ai/claude-sonnet-4-5', input: 'Capital?' })
    expect(result.output_text).toBe('Oslo')
    // The server answers in another format.
    await ai.responses.create({ model: 'azure-ai/gpt-4o', input: 'Capital?' }).catch(() => undefined)
    expect(server.seen.map(({ path }) => path)).toEqual(['/anthropic/v1/messages', '/openai/v1/responses'])
  })
})

describe('configurations of others', () => {
  test('LiteLLM', () => {
    const { options, warnings } = fromLiteLLM({
      model_list: [
        { model: 'vertex_ai/claude-sonnet-4-6' },
        { model: 'vertex_ai/mistral-medium-3' },
        { model: 'azure_ai/claude-haiku-4-5', api_base: 'https://r.services.ai.azure.com/anthropic' },
        { model: 'azure_ai/claude-haiku-4-5', api_base: 'https://r.services.ai.azure.com/anthropic/v1/messages' },
      ].map((litellm_params) => ({ model_name: 'all', litellm_params })),
    })
    expect(options.models?.['all']).toMatchObject({
      targets: [
        { model: 'vertex/claude-sonnet-4-6' },
        { model: 'vertex/mistral-medium-3' },
        { model: 'azure-ai/claude-haiku-4-5', variables: { resource: 'r' } },
        { model: 'azure-ai/claude-haiku-4-5', variables: { resource: 'r' } },
      ],
    })
    expect(warnings).toEqual([])
  })

  test('Portkey', () => {
    const { options } = fromPortkey({
      provider: 'vertex-ai',
      vertex_project_id: 'p',
      override_params: { model: 'anthropic.claude-sonnet-4-6' },
    })
    expect(JSON.stringify(options.models)).toContain('vertex/anthropic.claude-sonnet-4-6')
  })
})
