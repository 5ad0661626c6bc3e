/** Operations on the wire that are read by conversion: older APIs, and models inside the envelope of Bedrock. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { clients } from './wire-clients.js'

const PROVIDERS = ['aws.bedrock', 'cohere', 'mistral_ai', 'ollama']
const recorder = recordSpans()
let log: Autolog
let fake: FakeProvider
beforeAll(async () => {
  fake = await startFakeProvider()
  const endpoints = PROVIDERS.map((provider) => ({ url: `${fake.origin}/${provider}`, provider }))
  log = autolog({ exporter: recorder, propagate: 'all', captureContent: 'span', endpoints })
})
afterAll(async () => {
  log.off()
  await fake.close()
})
afterEach(() => {
  expect(log.status.faults).toBe(0)
  recorder.clear()
})

async function onlySpan() {
  await eventually(() => recorder.open.length === 0, 'the end of every span')
  expect(recorder.spans).toHaveLength(1)
  return recorder.spans[0] as NonNullable<(typeof recorder.spans)[0]>
}

interface Operation {
  readonly provider: string
  readonly path: string
  readonly body: object
  readonly name: string
  /** Input and output. */
  readonly usage?: readonly [number, number | undefined]
  readonly attributes?: object
  /** A text of the answer's content. */
  readonly said?: string
  readonly heard?: string
}

const claude = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }] }
const model = 'us.anthropic.claude-sonnet-4-6'
const bedrock = (path: string, body: object, name: string, more: Partial<Operation> = {}): Operation => ({
  provider: 'aws.bedrock',
  path: `/model/${path}`,
  body,
  name,
  usage: [11, 7],
  said: 'Hello there, friend.',
  ...more,
})
const streamed = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': expect.any(Number) as number }
const limited = { 'gen_ai.request.max_tokens': 64 }
const converse = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 64 } }
const v1 = { model: 'command', message: 'Hi', preamble: 'Be brief.', max_tokens: 64 }
const prompt = { model: 'm', prompt: 'Hi' }

const OPERATIONS: readonly Operation[] = [
  bedrock(`${model}/converse`, converse, `chat ${model}`, { attributes: limited, heard: 'Hi' }),
  bedrock(`${model}/converse-stream`, converse, `chat ${model}`, { attributes: streamed, heard: 'Hi' }),
  bedrock(`${model}/invoke`, claude, `chat ${model}`, {
    attributes: { ...limited, 'gen_ai.response.id': 'msg_1', 'gen_ai.response.finish_reasons': ['stop'] },
    heard: 'Hi',
  }),
  bedrock(`${model}/invoke-with-response-stream`, claude, `chat ${model}`, { attributes: streamed }),
  bedrock('meta.llama3/invoke', { prompt: 'Hi', max_gen_len: 64 }, 'text_completion meta.llama3', {
    attributes: limited,
  }),
  bedrock('meta.llama3/invoke-with-response-stream', { prompt: 'Hi' }, 'text_completion meta.llama3', {
    attributes: streamed,
  }),
  bedrock('amazon.titan-embed-text-v2%3A0/invoke', { inputText: 'Hi' }, 'embeddings amazon.titan-embed-text-v2:0', {
    usage: [5, undefined],
    said: '',
  }),
  {
    provider: 'cohere',
    path: '/v1/chat',
    body: { ...v1, chat_history: [{ role: 'CHATBOT', message: 'Before.' }] },
    name: 'chat command',
    usage: [11, 7],
    attributes: { ...limited, 'gen_ai.response.id': 'gen_1', 'gen_ai.response.finish_reasons': ['stop'] },
    said: 'Hello there, friend.',
    heard: 'Before.',
  },
  {
    provider: 'cohere',
    path: '/v1/chat',
    body: { ...v1, stream: true },
    name: 'chat command',
    usage: [11, 7],
    attributes: streamed,
    said: 'Hello there',
  },
  { provider: 'cohere', path: '/v1/generate', body: prompt, name: 'text_completion m', usage: [9, 6] },
  {
    provider: 'cohere',
    path: '/v1/embed',
    body: { model: 'm', texts: ['Hi'] },
    name: 'embeddings m',
    usage: [5, undefined],
  },
  { provider: 'cohere', path: '/v1/rerank', body: { model: 'm', query: 'q', documents: ['a'] }, name: 'rerank m' },
  {
    provider: 'ollama',
    path: '/api/generate',
    body: { ...prompt, stream: false },
    name: 'text_completion m',
    usage: [11, 7],
    said: 'Hello there, friend.',
    heard: 'Hi',
  },
  {
    provider: 'ollama',
    path: '/api/generate',
    body: { ...prompt, stream: true },
    name: 'text_completion m',
    usage: [11, 7],
    attributes: streamed,
    said: 'Hello there, friend.',
  },
  {
    provider: 'mistral_ai',
    path: '/mistral/v1/fim/completions',
    body: { ...prompt, suffix: 'x', max_tokens: 64 },
    name: 'text_completion m',
    usage: [11, 7],
    attributes: limited,
    heard: 'Hi',
  },
  {
    provider: 'mistral_ai',
    path: '/mistral/v1/fim/completions',
    body: { ...prompt, stream: true },
    name: 'text_completion m',
    usage: [11, 7],
    attributes: streamed,
  },
  {
    provider: 'mistral_ai',
    path: '/mistral/v1/ocr',
    body: { model: 'm', document: {} },
    name: 'generate_content m',
    attributes: { 'mistral_ai.ocr.pages': 3, 'gen_ai.output.type': 'text' },
  },
]

describe.each(OPERATIONS.flatMap((operation) => ['fetch', 'node:http'].map((client) => ({ ...operation, client }))))(
  '$provider $path, $name, by $client',
  ({ provider, path, body, client, name, usage, attributes, said = '', heard = '' }) => {
    const send = (behaviour: string) =>
      clients[client]?.(`${fake.origin}/${provider}/${behaviour}${path}`, JSON.stringify(body))

    test('is read', async () => {
      await send('ok')
      const span = await onlySpan()
      expect(span.name).toBe(name)
      expect(span.status.code).toBe('unset')
      expect(span.attributes['tracestitch.unread']).toBeUndefined()
      expect(span.attributes).toMatchObject({ 'gen_ai.provider.name': provider, ...attributes })
      expect([span.attributes['gen_ai.usage.input_tokens'], span.attributes['gen_ai.usage.output_tokens']]).toEqual(
        usage ?? [undefined, undefined],
      )
      expect(span.attributes['gen_ai.output.messages'] ?? '').toContain(said)
      expect(span.attributes['gen_ai.input.messages'] ?? '').toContain(heard)
    })

    test('an error has its kind', async () => {
      await send('error-400')
      const span = await onlySpan()
      expect(span.status.code).toBe('error')
      expect(span.name).toBe(name)
      expect(span.attributes['http.response.status_code']).toBe(400)
      if (provider === 'aws.bedrock') expect(span.attributes['error.type']).toBe('ValidationException')
    })
  },
)
