/** A real, tiny model: nothing of what it says, or of how it counts, was written for a test. */
import OpenAI from 'openai'
import * as openaiModule from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { autolog, createClient, type Autolog } from '../../src/index.js'
import { spanHarness } from '../telemetry/span-harness.js'
import { missingForModel, startModelServer, type ModelServer } from './llama-server.js'

const missing = missingForModel()
const SAYS = 'Hello! How can I help you today?'
const messages = [
  { role: 'system' as const, content: 'You are a helpful assistant.' },
  { role: 'user' as const, content: 'Hello' },
]

if (missing !== undefined) {
  test(`no real model was asked: ${missing} is not here`, () => {
    expect(missingForModel()).toBe(missing)
  })
} else {
  describe('a real model', () => {
    const harness = spanHarness()
    let server: ModelServer
    beforeAll(async () => {
      server = await startModelServer()
    })
    afterAll(() => server.close())

    const client = () => createClient({ providers: { local: { protocol: 'openai-chat', baseURL: server.baseURL } } })

    /** Counts on the one span of a call, and the request's parent. */
    function counted(): { input: unknown; output: unknown } {
      const span = harness.spans().find(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat')
      expect(span?.attributes).toMatchObject({
        'gen_ai.response.model': 'tiny-chat',
        'gen_ai.response.finish_reasons': ['stop'],
      })
      expect(server.traceparents.at(-1)).toContain(span?.spanContext().traceId)
      return {
        input: span?.attributes['gen_ai.usage.input_tokens'],
        output: span?.attributes['gen_ai.usage.output_tokens'],
      }
    }

    test('createClient, plain', async () => {
      const { choices, usage, _meta } = await client().chat.completions.create({ model: 'local/tiny-chat', messages })
      expect(choices).toMatchObject([{ message: { role: 'assistant', content: SAYS }, finish_reason: 'stop' }])
      expect(usage?.prompt_tokens).toBeGreaterThan(10)
      expect(usage?.completion_tokens).toBeGreaterThan(5)
      expect(counted()).toEqual({ input: usage?.prompt_tokens, output: usage?.completion_tokens })
      expect(_meta).toMatchObject({ provider: 'local', attempts: [{ status: 200 }] })
    })

    test('createClient, streamed: the same words and counts, in several pieces', async () => {
      const plain = await client().chat.completions.create({ model: 'local/tiny-chat', messages })
      const ofPlain = counted()
      const pieces: string[] = []
      const stream = await client().chat.completions.create({ model: 'local/tiny-chat', messages, stream: true })
      for await (const { choices } of stream) if (choices[0]?.delta.content) pieces.push(choices[0].delta.content)
      expect(pieces.join('')).toBe(plain.choices[0]?.message.content)
      expect(pieces.length).toBeGreaterThan(4)
      const spans = harness.spans().filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat')
      expect(spans[1]?.attributes).toMatchObject({
        'gen_ai.usage.input_tokens': ofPlain.input,
        'gen_ai.usage.output_tokens': ofPlain.output,
      })
      expect(spans[1]?.attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
    })

    test('a conversation, and its limit', async () => {
      const before = [
        ...messages,
        { role: 'assistant' as const, content: SAYS },
        { role: 'user' as const, content: 'What is the weather in Paris?' },
      ]
      const { choices } = await client().chat.completions.create({ model: 'local/tiny-chat', messages: before })
      expect(choices[0]?.message.content).toMatch(/^It is \w+ in \w+ today\.$/)
      const short = await client().chat.completions.create({
        model: 'local/tiny-chat',
        messages: before,
        max_tokens: 2,
      })
      expect(short.choices[0]?.finish_reason).toBe('length')
      expect(short.usage?.completion_tokens).toBeLessThan(5)
    })

    test('a caller that leaves ends the stream, and the next call is served', async () => {
      const stream = await client().chat.completions.create({
        model: 'local/tiny-chat',
        messages: [{ role: 'user', content: 'Tell me a story about a fox.' }],
        stream: true,
      })
      for await (const item of stream) if (item.choices[0]?.delta.content) break
      const { choices } = await client().chat.completions.create({ model: 'local/tiny-chat', messages })
      expect(choices[0]?.message.content).toBe(SAYS)
    })

    describe('the openai SDK under autolog', () => {
      let log: Autolog
      beforeAll(() => {
        log = autolog({ modules: { openai: openaiModule } })
      })
      afterAll(() => log.off())
      const openai = () => new OpenAI({ apiKey: 'none', baseURL: server.baseURL, maxRetries: 0 })

      test('plain', async () => {
        const { choices, usage } = await openai().chat.completions.create({ model: 'tiny-chat', messages })
        expect(choices[0]?.message.content).toBe(SAYS)
        expect(counted()).toEqual({ input: usage?.prompt_tokens, output: usage?.completion_tokens })
        expect(harness.spans()).toHaveLength(1)
      })

      test('streamed', async () => {
        const stream = await openai().chat.completions.create({
          model: 'tiny-chat',
          messages,
          stream: true,
          stream_options: { include_usage: true },
        })
        let text = ''
        let usage: OpenAI.CompletionUsage | null | undefined
        for await (const item of stream) {
          text += item.choices[0]?.delta.content ?? ''
          usage = item.usage ?? usage
        }
        expect(text).toBe(SAYS)
        expect(counted()).toEqual({ input: usage?.prompt_tokens, output: usage?.completion_tokens })
        expect(harness.spans()).toHaveLength(1)
      })
    })
  })
}
