/** The client's models in AI SDK 5, 6 and 7: the same program on each. */
import * as ai7 from 'ai'
import * as ai5 from 'ai-v5'
import * as ai6 from 'ai-v6'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { aiSdk } from '../../src/ai-sdk.js'
import { LimitError, ProviderError } from '../../src/index.js'
import { call, completion, refusal, scripted, streamed } from './scripted.js'

/** What all three have in common, as far as this test calls it. */
type Ai = typeof ai7
type AnyAi = { readonly name: string; readonly version: 5 | 6 | 7; readonly ai: Ai }

const versions: readonly AnyAi[] = [
  { name: 'AI SDK 5', version: 5, ai: ai5 as unknown as Ai },
  { name: 'AI SDK 6', version: 6, ai: ai6 as unknown as Ai },
  { name: 'AI SDK 7', version: 7, ai: ai7 },
]

const weather = (ai: Ai, ran: unknown[] = []) =>
  ai.tool({
    description: 'The weather',
    inputSchema: z.object({ city: z.string() }),
    execute: (input: { city: string }) => {
      ran.push(input)
      return Promise.resolve({ sky: 'clear' })
    },
  })

const metadata = (result: { readonly providerMetadata?: unknown }): Record<string, unknown> =>
  (result.providerMetadata as { tracestitch: Record<string, unknown> }).tracestitch

describe.each(versions)('$name', ({ version, ai }) => {
  // The types of the three do not fit one variable.
  const modelOf = (client: Parameters<typeof aiSdk>[0]) => aiSdk(client, { version }) as ReturnType<typeof aiSdk<7>>

  test('generateText: text, usage, who answered and for how much', async () => {
    const { client, sent } = scripted(() => completion({ content: 'Hi' }))
    const result = await ai.generateText({
      model: modelOf(client)('smart'),
      instructions: 'be brief',
      ...(version < 7 && { system: 'be brief' }),
      prompt: 'Hello',
      temperature: 0.5,
      maxOutputTokens: 20,
      stopSequences: ['end'],
      headers: { 'x-mine': '1' },
      maxRetries: 0,
    } as Parameters<Ai['generateText']>[0])
    expect(result.text).toBe('Hi')
    expect(result.finishReason).toBe('stop')
    expect(result.usage).toMatchObject({ inputTokens: 11, outputTokens: 7, totalTokens: 18 })
    expect(result.response.modelId).toBe('m-1')
    expect(result.response.timestamp.getTime()).toBe(1_700_000_000_000)
    expect(metadata(result)).toMatchObject({ provider: 'main', model: 'm', cost: 0.000025 })
    expect(sent[0]?.body).toMatchObject({ temperature: 0.5, stop: ['end'] })
    expect(sent[0]?.body['messages']).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'Hello' },
    ])
    expect(sent[0]?.headers.get('x-mine')).toBe('1')
  })

  test('a target that fails falls back', async () => {
    const { client, sent } = scripted(({ url }) =>
      url.includes('main') ? refusal(503) : completion({ content: 'Hi' }),
    )
    const result = await ai.generateText({ model: modelOf(client)('smart'), prompt: 'Hello' })
    expect(sent).toHaveLength(2)
    expect(metadata(result)).toMatchObject({ provider: 'spare', attempts: [{ status: 503 }, { target: 'spare/s' }] })
  })

  test('an error is an APICallError that ai does not retry', async () => {
    const { client, sent } = scripted(() => refusal(503))
    const thrown = await ai
      .generateText({ model: modelOf(client)('smart'), prompt: 'secret words' })
      .catch((e: unknown) => e)
    expect(ai.APICallError.isInstance(thrown)).toBe(true)
    expect(thrown).toMatchObject({ statusCode: 503, isRetryable: false, responseHeaders: { 'retry-after': '3' } })
    expect((thrown as Error).cause).toBeInstanceOf(ProviderError)
    expect(sent).toHaveLength(2)
    expect(JSON.stringify(thrown) + String((thrown as Error).stack)).not.toMatch(/secret/)
  })

  test('a limit of the client is an APICallError with 429', async () => {
    const { client } = scripted(() => completion({ content: 'Hi' }), {
      limits: [{ scope: {}, rpm: 1, onLimit: 'reject' }],
    })
    const model = modelOf(client)('smart')
    await ai.generateText({ model, prompt: 'Hello' })
    const thrown = await ai.generateText({ model, prompt: 'Hello' }).catch((e: unknown) => e)
    expect(ai.APICallError.isInstance(thrown)).toBe(true)
    expect(thrown).toMatchObject({ statusCode: 429, cause: expect.any(LimitError) as unknown })
  })

  test('a loop with tools', async () => {
    const ran: unknown[] = []
    const { client, sent } = scripted(({ body }) =>
      (body['messages'] as unknown[]).length === 1 ? completion(call, 'tool_calls') : completion({ content: 'Clear' }),
    )
    const result = await ai.generateText({
      model: modelOf(client)('smart'),
      prompt: 'Weather?',
      tools: { weather: weather(ai, ran) },
      toolChoice: 'auto',
      stopWhen: ai.stepCountIs(3),
    })
    expect(result.text).toBe('Clear')
    expect(ran).toEqual([{ city: 'Oslo' }])
    expect(sent[0]?.body['tool_choice']).toBe('auto')
    expect(sent[0]?.body['tools']).toMatchObject([
      { type: 'function', function: { name: 'weather', description: 'The weather' } },
    ])
    expect((sent[1]!.body['messages'] as unknown[]).slice(1)).toEqual([
      expect.objectContaining({ role: 'assistant', tool_calls: [expect.objectContaining({ id: 'call_1' })] }),
      { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear"}' },
    ])
  })

  test('streamText: reasoning, text, tool input, usage', async () => {
    const { client } = scripted(({ body }) =>
      (body['messages'] as unknown[]).length > 1
        ? streamed([{ content: 'Clear' }])
        : streamed(
            [
              { reasoning_content: 'Let me ' },
              { reasoning_content: 'see' },
              { content: 'I ' },
              { content: 'look' },
              {
                tool_calls: [
                  { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } },
                ],
              },
              { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
              { tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] },
            ],
            'tool_calls',
          ),
    )
    const result = ai.streamText({
      model: modelOf(client)('smart'),
      prompt: 'Weather?',
      tools: { weather: weather(ai) },
      stopWhen: ai.stepCountIs(3),
    })
    const types: string[] = []
    const stream = (result as { readonly stream?: AsyncIterable<{ type: string }> }).stream ?? result.fullStream
    for await (const part of stream) types.push(part.type)
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual(
      expect.arrayContaining([
        'reasoning-start',
        'reasoning-delta',
        'reasoning-end',
        'text-start',
        'text-delta',
        'text-end',
        'tool-input-start',
        'tool-input-delta',
        'tool-input-end',
        'tool-call',
        'tool-result',
        'finish',
      ]),
    )
    const steps = await result.steps
    expect(steps.map(({ text }) => text)).toEqual(['I look', 'Clear'])
    expect(steps[0]?.reasoningText).toBe('Let me see')
    expect(steps[0]?.toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'Oslo' } }])
    expect(steps[0]?.usage).toMatchObject({ inputTokens: 11, outputTokens: 7 })
    expect(metadata(steps[1]!)).toMatchObject({ provider: 'main', cost: 0.000025 })
  })

  test('a stream falls back before its first words, and breaks with an error after them', async () => {
    const cut = new Response(
      'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hal"},"finish_reason":null}]}\n\n',
      {
        headers: { 'content-type': 'text/event-stream' },
      },
    )
    const { client, sent } = scripted(({ url }) => (url.includes('main') ? refusal(503) : cut))
    const errors: unknown[] = []
    const { textStream } = ai.streamText({
      model: modelOf(client)('smart'),
      prompt: 'Hello',
      onError: ({ error }) => void errors.push(error),
    })
    let text = ''
    for await (const piece of textStream) text += piece
    expect(text).toBe('Hal')
    expect(sent).toHaveLength(2)
    expect(errors).toHaveLength(1)
    expect(ai.APICallError.isInstance(errors[0])).toBe(true)
  })

  test('an abort ends the call with its reason', async () => {
    const controller = new AbortController()
    const reason = new DOMException('enough', 'AbortError')
    const { client } = scripted(() => {
      controller.abort(reason)
      return completion({ content: 'late' })
    })
    const given = ai.generateText({ model: modelOf(client)('smart'), prompt: 'Hello', abortSignal: controller.signal })
    await expect(given).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('generateObject sends the schema and reads the object', async () => {
    const { client, sent } = scripted(() => completion({ content: '{"city":"Oslo"}' }))
    const schema = z.object({ city: z.string() })
    const model = modelOf(client)('smart')
    const { object } = await ai.generateObject({ model, schema, prompt: 'Where?' })
    expect(object).toEqual({ city: 'Oslo' })
    expect(sent[0]?.body['response_format']).toMatchObject({
      type: 'json_schema',
      json_schema: { schema: { properties: { city: { type: 'string' } } } },
    })
  })

  test('embed and embedMany', async () => {
    const { client, sent } = scripted(({ body }) =>
      Response.json({
        object: 'list',
        model: 'e-1',
        data: (body['input'] as string[]).map((_, index) => ({ object: 'embedding', index, embedding: [index, 1] })),
        usage: { prompt_tokens: 3, total_tokens: 3 },
      }),
    )
    const model = modelOf(client).textEmbeddingModel('smart')
    expect((await ai.embed({ model, value: 'a' })).embedding).toEqual([0, 1])
    const many = await ai.embedMany({ model, values: ['a', 'b'] })
    expect(many.embeddings).toEqual([
      [0, 1],
      [1, 1],
    ])
    expect(many.usage.tokens).toBe(3)
    expect(sent.map(({ body }) => body['input'])).toEqual([['a'], ['a', 'b']])
  })

  test('stands in a registry and a custom provider', async () => {
    const { client } = scripted(() => completion({ content: 'Hi' }))
    const provider = modelOf(client)
    const registry = ai.createProviderRegistry({ ts: provider })
    expect((await ai.generateText({ model: registry.languageModel('ts:main/m'), prompt: 'x' })).text).toBe('Hi')
    const custom = ai.customProvider({ languageModels: { fast: provider('smart') }, fallbackProvider: provider })
    expect((await ai.generateText({ model: custom.languageModel('fast'), prompt: 'x' })).text).toBe('Hi')
    expect((await ai.generateText({ model: custom.languageModel('main/m'), prompt: 'x' })).text).toBe('Hi')
  })

  test('options of the call, and what is not supported', async () => {
    const { client, sent } = scripted(() => completion({ content: 'Hi' }))
    const result = await ai.generateText({
      model: modelOf(client)('smart', { metadata: { tags: ['team-a'] } }),
      prompt: 'x',
      providerOptions: {
        tracestitch: { metadata: { user: 'ann' }, verbosity: 'low' },
        openai: { reasoningEffort: 'low', truncation: 'auto' },
      },
    })
    expect(sent[0]?.body).toMatchObject({ reasoning_effort: 'low', verbosity: 'low' })
    expect(JSON.stringify(result.warnings)).toContain('providerOptions.openai.truncation')
    expect(client.spend({ by: 'user' }).rows.map(({ name }) => name)).toEqual(['ann'])
  })

  test('an image goes as bytes', async () => {
    const { client, sent } = scripted(() => completion({ content: 'A cat' }))
    const image = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10])
    await ai.generateText({
      model: modelOf(client)('smart'),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image', image },
          ],
        },
      ],
    })
    const [message] = sent[0]!.body['messages'] as { content: unknown[] }[]
    expect(message?.content).toEqual([
      { type: 'text', text: 'What?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    ])
  })
})
