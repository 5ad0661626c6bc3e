/** Models of the AI SDK's packages for each provider: a call is one inference span, with its tokens, and its request carries it. */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createCohere } from '@ai-sdk/cohere'
import { createGoogle } from '@ai-sdk/google'
import { createGroq } from '@ai-sdk/groq'
import { createMistral } from '@ai-sdk/mistral'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { embed, generateText, rerank, streamText } from 'ai'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const exporter = new InMemorySpanExporter()
let provider: FakeProvider
let log: Autolog

beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false
  provider = await startFakeProvider()
  log = autolog({ exporter: new SimpleSpanProcessor(exporter) })
})
afterAll(async () => {
  log.off()
  await provider.close()
})
afterEach(() => exporter.reset())

type Options = { readonly baseURL: string; readonly apiKey: string }
interface Maker {
  languageModel(id: string): never
  embeddingModel?(id: string): never
  rerankingModel?(id: string): never
}
interface Row {
  readonly create: (options: Options) => unknown
  /** Below the origin and the behaviour. */
  readonly base: string
  readonly name: string
  /** Tokens of an embedding, where the package has embeddings; Google tells none. */
  readonly embedding?: number | 'withoutAnswer'
  readonly reranks?: true
}

const ROWS: Readonly<Record<string, Row>> = {
  openai: { create: createOpenAI, base: '/v1', name: 'openai', embedding: 5 },
  anthropic: { create: createAnthropic, base: '/v1', name: 'anthropic' },
  google: { create: createGoogle, base: '/v1beta', name: 'gcp.gemini', embedding: 'withoutAnswer' },
  mistral: { create: createMistral, base: '/mistral/v1', name: 'mistral_ai', embedding: 5 },
  groq: { create: createGroq, base: '/groq/v1', name: 'groq' },
  cohere: {
    create: createCohere,
    base: '/v2',
    name: 'cohere',
    embedding: 5,
    reranks: true,
  },
  'openai-compatible': {
    create: (options) => createOpenAICompatible({ ...options, name: 'mine', includeUsage: true }),
    base: '/v1',
    name: 'mine',
    embedding: 5,
  },
}

async function traced(
  run: string,
  { create, base }: Row,
  call: (maker: Maker) => PromiseLike<unknown>,
): Promise<ReadableSpan> {
  await call(create({ baseURL: `${provider.origin}/${run}/ok${base}`, apiKey: 'key' }) as Maker)
  const isCall = ({ name }: ReadableSpan): boolean => !name.startsWith('invoke_')
  await expect.poll(() => exporter.getFinishedSpans().some(isCall)).toBe(true)
  const calls = exporter.getFinishedSpans().filter(isCall)
  expect(calls.map(({ name }) => name)).toHaveLength(1)
  const [span] = calls as [ReadableSpan]
  expect(span.attributes).not.toHaveProperty('tracestitch.unread')
  const requests = provider.requests(run)
  expect(requests.map(({ headers }) => headers['traceparent']?.split('-')[2])).toEqual([span.spanContext().spanId])
  return span
}

const rows = Object.entries(ROWS)

test.each(rows)('%s, generateText', async (id, row) => {
  const span = await traced(`${id}-text`, row, (maker) =>
    generateText({ model: maker.languageModel('m-1'), prompt: 'Hi' }),
  )
  expect([span.name, span.attributes]).toMatchObject(['chat m-1', answered(row)])
})

test.each(rows)('%s, streamText', async (id, row) => {
  const span = await traced(`${id}-stream`, row, async (maker) => {
    const { textStream, text } = streamText({ model: maker.languageModel('m-1'), prompt: 'Hi' })
    for await (const _ of textStream);
    expect(await text).toBe('Hello there, friend.')
  })
  expect([span.name, span.attributes]).toMatchObject(['chat m-1', { ...answered(row), 'gen_ai.request.stream': true }])
})

test.each(rows.filter(([, row]) => row.embedding))('%s, embed', async (id, row) => {
  const span = await traced(`${id}-embed`, row, (maker) =>
    embed({ model: maker.embeddingModel?.('m-1') as never, value: 'Hi' }),
  )
  const tokens = row.embedding === 'withoutAnswer' ? {} : { 'gen_ai.usage.input_tokens': row.embedding }
  expect([span.name, span.attributes]).toMatchObject([
    'embeddings m-1',
    { 'gen_ai.provider.name': row.name, ...tokens },
  ])
})

test.each(rows.filter(([, row]) => row.reranks))('%s, rerank', async (id, row) => {
  const span = await traced(`${id}-rerank`, row, (maker) =>
    rerank({ model: maker.rerankingModel?.('m-1') as never, documents: ['a', 'b'], query: 'Hi' }),
  )
  expect([span.name, span.attributes]).toMatchObject(['rerank m-1', { 'gen_ai.provider.name': row.name }])
})

const answered = ({ name }: Row): object => ({
  'gen_ai.provider.name': name,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 11,
  'gen_ai.usage.output_tokens': 7,
})
