/** What a call of `ai` says not to record is not recorded, also where content is; all else of it is. */
import { createOpenAI } from '@ai-sdk/openai'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { generateText, streamText } from 'ai'
import { createOpenAI as createOpenAI2 } from 'ai-sdk-openai-v2'
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai-v3'
import { generateText as generateText5, streamText as streamText5 } from 'ai-v5'
import { generateText as generateText6, streamText as streamText6 } from 'ai-v6'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const PROMPT = 'A question that is private.'
const ANSWER = 'Hello there, friend.'
const exporter = new InMemorySpanExporter()
let provider: FakeProvider
let log: Autolog

beforeAll(async () => {
  provider = await startFakeProvider()
  log = autolog({ exporter: new SimpleSpanProcessor(exporter), captureContent: 'span' })
})
afterAll(async () => {
  log.off()
  await provider.close()
})
afterEach(() => exporter.reset())

interface Version {
  readonly create: (options: { baseURL: string; apiKey: string }) => { chat(model: string): unknown }
  readonly generate: (options: never) => PromiseLike<{ readonly text: string }>
  readonly stream: (options: never) => { readonly textStream: AsyncIterable<string> }
  /** The option of the call. */
  readonly option: string
}

const versions: Readonly<Record<string, Version>> = {
  5: { create: createOpenAI2, generate: generateText5, stream: streamText5, option: 'experimental_telemetry' },
  6: { create: createOpenAI3, generate: generateText6, stream: streamText6, option: 'experimental_telemetry' },
  7: { create: createOpenAI, generate: generateText, stream: streamText, option: 'telemetry' },
}
const wishes = [{}, { recordInputs: false }, { recordOutputs: false }, { recordInputs: false, recordOutputs: false }]
const rows = Object.keys(versions).flatMap((version) =>
  ['generate', 'stream'].flatMap((kind) => wishes.map((wish) => ({ version, kind, wish }))),
)

test.each(rows)('ai $version, $kind, $wish', async ({ version, kind, wish }) => {
  const { create, generate, stream, option } = versions[version] as Version
  const baseURL = `${provider.origin}/${version}-${kind}-${JSON.stringify(wish).length}/ok/v1`
  const model = create({ baseURL, apiKey: 'key' }).chat('gpt-4o')
  const call = { model, prompt: PROMPT, [option]: { isEnabled: true, ...wish } } as never
  let text = ''
  if (kind === 'generate') text = (await generate(call)).text
  else for await (const piece of stream(call).textStream) text += piece
  expect(text).toBe(ANSWER)
  await expect.poll(() => exporter.getFinishedSpans().length).toBe(2)
  const spans = exporter.getFinishedSpans()
  const said = JSON.stringify(spans.map(({ attributes }) => attributes))
  expect({ prompt: said.includes(PROMPT), answer: said.includes(ANSWER) }).toEqual({
    prompt: !('recordInputs' in wish),
    answer: !('recordOutputs' in wish),
  })
  const inference = spans.find(({ name }) => name === 'chat gpt-4o')
  expect(inference?.attributes).toMatchObject({
    'gen_ai.usage.input_tokens': 11,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.response.finish_reasons': ['stop'],
  })
  expect(inference?.attributes).not.toHaveProperty('tracestitch.unread')
})
