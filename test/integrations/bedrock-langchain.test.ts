/** LangChain over Bedrock's client: what both layers see of a call is one span, which the request names. */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { ChatBedrockConverse } from '@langchain/aws'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const exporter = new InMemorySpanExporter()
let provider: FakeProvider
let log: Autolog

beforeAll(async () => {
  provider = await startFakeProvider()
  log = autolog({ exporter: new SimpleSpanProcessor(exporter) })
})
afterAll(async () => {
  log.off()
  await provider.close()
})
afterEach(() => exporter.reset())

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const modelId = 'us.anthropic.claude-sonnet-4-6'

function modelOf(run: string): ChatBedrockConverse {
  const endpoint = `${provider.origin}/${run}/ok`
  const client = new BedrockRuntimeClient({ endpoint, region: 'us-east-1', credentials })
  return new ChatBedrockConverse({ model: modelId, region: 'us-east-1', credentials, client })
}

function expectOne(run: string): void {
  const spans = exporter.getFinishedSpans()
  expect(spans.map(({ name }) => name)).toEqual([`chat ${modelId}`])
  expect(spans[0]?.attributes).toMatchObject({
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.usage.input_tokens': 11,
    'gen_ai.usage.output_tokens': 7,
    'server.address': '127.0.0.1',
  })
  const parents = provider.requests(run).map(({ headers }) => headers['traceparent']?.split('-')[2])
  expect(parents).toEqual([spans[0]?.spanContext().spanId])
}

test('a whole answer', async () => {
  const answer = await modelOf('whole').invoke('Say hello.')
  expect(answer.content).toBe('Hello there, friend.')
  expectOne('whole')
})

test('a stream', async () => {
  let text = ''
  for await (const chunk of await modelOf('stream').stream('Say hello.')) text += String(chunk.content)
  expect(text).toBe('Hello there, friend.')
  expectOne('stream')
})
