/** The openai and anthropic SDKs under `autolog()`, against providers nobody here wrote. */
import Anthropic from '@anthropic-ai/sdk'
import * as anthropicModule from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import * as openaiModule from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { spanHarness } from '../telemetry/span-harness.js'
import { aimock, asked, chaos, KEY, lastRequest, TEXT, textOf, tools } from './aimock.js'

const harness = spanHarness()
const mock = aimock()

describe('SDKs under autolog', () => {
  const start = () => autolog({ modules: { openai: openaiModule, '@anthropic-ai/sdk': anthropicModule } })
  let log: Autolog
  beforeAll(() => {
    log = start()
  })
  afterAll(() => log.off())
  const openai = () => new OpenAI({ apiKey: KEY, baseURL: `${mock.url}/v1`, maxRetries: 0 })
  const anthropic = () => new Anthropic({ apiKey: KEY, baseURL: mock.url, maxRetries: 0 })

  /** The one span of a call, which the request named as its parent. */
  function only(attributes: Record<string, unknown>): void {
    const span = harness.only()
    const { traceId, spanId } = span.spanContext()
    expect(lastRequest(mock).headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
    expect(span.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      ...attributes,
    })
  }

  test('they are patched', () => {
    expect(
      log.report.filter(({ package: name }) => /openai|anthropic/.test(name)).map(({ status }) => status),
    ).toContain('patched')
  })

  test('openai: chat', async () => {
    const result = await openai().chat.completions.create({ model: 'm', messages: asked('Say hello.') })
    expect(result.choices[0]?.message.content).toBe(TEXT)
    only({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.response.finish_reasons': ['stop'] })
  })

  test('openai: streamed chat', async () => {
    expect(
      await textOf(
        await openai().chat.completions.create({
          model: 'm',
          messages: asked('Say hello.'),
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
    ).toBe(TEXT)
    only({ 'gen_ai.operation.name': 'chat', 'gen_ai.response.finish_reasons': ['stop'] })
  })

  test('openai: tools', async () => {
    const result = await openai().chat.completions.create({ model: 'm', messages: asked('The weather?'), tools })
    expect(result.choices[0]?.message.tool_calls).toHaveLength(2)
    only({ 'gen_ai.response.finish_reasons': ['tool_calls'] })
  })

  test.each([false, true])('openai: responses, streamed: %s', async (streamed) => {
    if (streamed)
      for await (const event of await openai().responses.create({ model: 'm', input: 'Say hello.', stream: true }))
        expect(event.type).toMatch(/^response\./)
    else expect((await openai().responses.create({ model: 'm', input: 'Say hello.' })).output_text).toBe(TEXT)
    only({ 'gen_ai.request.model': 'm' })
  })

  test('openai: embeddings', async () => {
    const { data } = await openai().embeddings.create({ model: 'm', input: 'one', encoding_format: 'float' })
    expect(data[0]?.embedding.length).toBeGreaterThan(10)
    const { traceId, spanId } = harness.only().spanContext()
    expect(lastRequest(mock).headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.operation.name': 'embeddings' })
  })

  test.each([false, true])('anthropic: messages, streamed: %s', async (streamed) => {
    const body = { model: 'm', max_tokens: 50, messages: asked('Say hello.') }
    const message = streamed
      ? await anthropic().messages.stream(body).finalMessage()
      : await anthropic().messages.create(body)
    expect(message.content).toMatchObject([{ type: 'text', text: TEXT }])
    only({ 'gen_ai.operation.name': 'chat', 'gen_ai.response.finish_reasons': ['stop'] })
  })

  test.each(chaos.filter(([, , error]) => error !== 'TimeoutError'))(
    '%s reaches the program as the SDK raises it, and ends the span',
    async (_name, headers) => {
      const fails = async (call: () => Promise<unknown>): Promise<unknown> =>
        call().then(
          () => 'no error',
          (error: unknown) => (error as Error).constructor.name,
        )
      const calls = [
        () => openai().chat.completions.create({ model: 'm', messages: asked('Say hello.') }, { headers }),
        () => anthropic().messages.create({ model: 'm', max_tokens: 50, messages: asked('Say hello.') }, { headers }),
      ]
      const traced: unknown[] = []
      for (const call of calls) traced.push(await fails(call))
      expect(harness.spans()).toHaveLength(2)
      for (const span of harness.spans()) expect(span.attributes['error.type']).toBeDefined()
      log.off()
      try {
        const bare: unknown[] = []
        for (const call of calls) bare.push(await fails(call))
        expect(traced).toEqual(bare)
      } finally {
        log = start()
      }
    },
  )
})
