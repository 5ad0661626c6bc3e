/** Providers nobody here wrote: `@copilotkit/aimock` speaks every wire format on one port, and the client calls all of them. */
import { isChatCompletionBody } from '@copilotkit/aimock'
import { describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { StreamError, TracestitchError } from '../../src/kernel/errors.js'
import { holdTime } from '../support/held-time.js'
import { spanHarness } from '../telemetry/span-harness.js'
import { aimock, asked, chaos, KEY, lastRequest, TEXT, textOf, tools } from './aimock.js'

const harness = spanHarness()
const mock = aimock()

/** Targets by name: rows of the catalogue where the mock speaks their own format, otherwise the format alone. */
function providers(headers: Record<string, string> = {}): NonNullable<ClientOptions['providers']> {
  const { url } = mock
  const shared = { apiKey: KEY, headers }
  return {
    openai: { ...shared, baseURL: `${url}/v1` },
    mistral: { ...shared, baseURL: `${url}/v1` },
    azure: { ...shared, baseURL: `${url}/openai/v1` },
    deployment: { ...shared, protocol: 'openai-chat', baseURL: `${url}/openai/deployments/m?api-version=2024-10-21` },
    anthropic: { ...shared, baseURL: url },
    cohere: { ...shared, baseURL: url },
    bedrock: { ...shared, baseURL: url },
    responses: { ...shared, protocol: 'openai-responses', baseURL: `${url}/v1` },
    gemini: { ...shared, protocol: 'gemini-generate', baseURL: `${url}/v1beta` },
    ollama: { ...shared, protocol: 'ollama-chat', baseURL: url },
  }
}

const client = (options: ClientOptions = {}) =>
  createClient({ providers: providers(), retries: 0, timeout: 5000, ...options })

interface Face {
  readonly provider: string
  readonly path: RegExp
  /** Why a part of the answer is not there in the mock's version of the format. */
  readonly no?: Readonly<Partial<Record<'usage' | 'streamUsage' | 'reasoning' | 'error', string>>>
}

const faces: readonly Face[] = [
  { provider: 'openai', path: /^\/v1\/chat\/completions$/ },
  {
    provider: 'mistral',
    path: /^\/v1\/chat\/completions$/,
    no: { streamUsage: 'Mistral sends it unasked, the mock does not' },
  },
  { provider: 'azure', path: /^\/openai\/v1\/chat\/completions$/ },
  { provider: 'deployment', path: /^\/openai\/deployments\/m\/chat\/completions\?api-version=2024-10-21$/ },
  { provider: 'responses', path: /^\/v1\/responses$/ },
  { provider: 'anthropic', path: /^\/v1\/messages$/ },
  { provider: 'gemini', path: /^\/v1beta\/models\/m:(generate|streamGenerate)Content/ },
  { provider: 'bedrock', path: /^\/model\/m\/converse(-stream)?$/, no: { error: "the mock sends OpenAI's body" } },
  { provider: 'cohere', path: /^\/v2\/chat$/, no: { reasoning: 'the mock sends it as text' } },
  {
    provider: 'ollama',
    path: /^\/api\/chat$/,
    no: {
      usage: 'the mock sends zeros',
      streamUsage: 'the mock sends zeros',
      reasoning: 'the mock names the field as OpenAI-shaped servers do',
    },
  },
]

describe.each(faces)('createClient, $provider', ({ provider, path, no = {} }) => {
  const model = `${provider}/m`

  test('a plain answer', async () => {
    const result = await client().chat.completions.create({ model, messages: asked('Say hello.') })
    expect(result.choices).toMatchObject([
      { index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' },
    ])
    if (!no.usage) expect(result.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 })
    expect(result._meta).toMatchObject({ provider, model: 'm', attempts: [{ target: model, status: 200 }] })
    const request = lastRequest(mock)
    expect(request.path).toMatch(path)
    expect(isChatCompletionBody(request.body) && request.body.messages).toEqual([
      { role: 'user', content: 'Say hello.' },
    ])
  })

  test('a stream says the same', async () => {
    const stream = await client().chat.completions.create({
      model,
      messages: asked('Say hello.'),
      stream: true,
      stream_options: { include_usage: true },
    })
    const pieces: string[] = []
    let finish: unknown
    let counted: unknown
    for await (const { choices, usage: told } of stream) {
      const [choice] = choices
      if (choice?.delta.content) pieces.push(choice.delta.content)
      finish ??= choice?.finish_reason
      counted = told ?? counted
    }
    expect(pieces.join('')).toBe(TEXT)
    expect(pieces.length).toBeGreaterThan(3)
    expect(finish).toBe('stop')
    if (!no.streamUsage) expect(counted).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
    expect(stream._meta).toMatchObject({ provider, attempts: [{ status: 200 }] })
    expect(lastRequest(mock).path).toMatch(path)
  })

  test.each([false, true])('parallel tools and their results, streamed: %s', async (streamed) => {
    const ai = client()
    const messages = asked('The weather?')
    const calls = streamed
      ? await streamedCalls(ai, model)
      : (await ai.chat.completions.create({ model, messages, tools })).choices[0]?.message.tool_calls
    expect(
      calls?.map((call) => call.type === 'function' && [call.function.name, JSON.parse(call.function.arguments)]),
    ).toEqual([
      ['weather', { city: 'Lisbon' }],
      ['weather', { city: 'Oslo' }],
    ])
    expect(new Set(calls?.map(({ id }) => id)).size).toBe(2)
    const results = calls?.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'sunny' })) ?? []
    const result = await ai.chat.completions.create({
      model,
      messages: [...messages, { role: 'assistant', content: null, tool_calls: calls ?? [] }, ...results],
      tools,
    })
    expect(result.choices[0]?.message.content).toBe('Sunny in both.')
  })

  test.skipIf(no.reasoning !== undefined)(
    `reasoning${no.reasoning ? ` (not here: ${no.reasoning})` : ''}`,
    async () => {
      const ai = client()
      const { choices } = await ai.chat.completions.create({ model, messages: asked('Think first.') })
      expect(choices[0]?.message).toMatchObject({ content: 'Four.', reasoning_content: 'Two and two.' })
      let thought = ''
      for await (const item of await ai.chat.completions.create({
        model,
        messages: asked('Think first.'),
        stream: true,
      }))
        thought += item.choices[0]?.delta.reasoning_content ?? ''
      expect(thought).toBe('Two and two.')
    },
  )

  test('its own error is typed and told', async () => {
    const failure = (await client()
      .chat.completions.create({ model, messages: asked('Fail.') })
      .catch((error: unknown) => error)) as TracestitchError
    expect(failure).toMatchObject({ name: 'ProviderError', status: 400, provider, model: 'm', isRetryable: false })
    if (!no.error) expect(failure.message).toContain('no such thing')
  })

  test('the request carries the trace, and the key nowhere but in its header', async () => {
    await client().chat.completions.create({ model, messages: asked('Say hello.') })
    const [attempt] = harness.spans().filter(({ name }) => name.startsWith('attempt '))
    const { traceId, spanId } = attempt!.spanContext()
    expect(lastRequest(mock).headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
    const call = harness.spans().find(({ attributes }) => attributes['gen_ai.operation.name'] !== undefined)
    expect(call?.spanContext().spanId).toBe(attempt?.parentSpanContext?.spanId)
    if (!no.usage)
      expect(call?.attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 7 })
    expect(JSON.stringify(harness.spans().map(({ attributes, events }) => ({ attributes, events })))).not.toContain(KEY)
  })
})

async function streamedCalls(ai: ReturnType<typeof client>, model: string) {
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = []
  for await (const { choices } of await ai.chat.completions.create({
    model,
    messages: asked('The weather?'),
    tools,
    stream: true,
  })) {
    for (const { index, id, function: part } of choices[0]?.delta.tool_calls ?? []) {
      const call = (calls[index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } })
      call.id ||= id ?? ''
      call.function.name += part?.name ?? ''
      call.function.arguments += part?.arguments ?? ''
    }
  }
  return calls
}

describe('createClient, other operations', () => {
  test.each(['openai', 'mistral', 'azure', 'cohere'])('embeddings of %s', async (provider) => {
    const result = await client().embeddings.create({ model: `${provider}/m`, input: ['one', 'two'] })
    expect(result.data).toHaveLength(2)
    for (const { embedding } of result.data) expect(embedding.length).toBeGreaterThan(10)
    expect(result.data[0]?.embedding).not.toEqual(result.data[1]?.embedding)
    expect(lastRequest(mock).path).toMatch(/embed/)
  })

  test('responses, by themselves and over another format', async () => {
    for (const provider of ['openai', 'responses', 'anthropic', 'gemini']) {
      const result = await client().responses.create({ model: `${provider}/m`, input: 'Say hello.' })
      expect(result.output_text).toBe(TEXT)
      let text = ''
      for await (const event of await client().responses.create({
        model: `${provider}/m`,
        input: 'Say hello.',
        stream: true,
      })) {
        if (event.type === 'response.output_text.delta') text += String(event['delta'])
      }
      expect(text).toBe(TEXT)
    }
  })
})

describe.each(faces)('faults of $provider', ({ provider }) => {
  const target = `${provider}/m`
  const time = holdTime()

  test.each(chaos)('%s: a typed error alone, the next target otherwise', async (_name, headers, error) => {
    const good = { protocol: 'openai-chat' as const, baseURL: `${mock.url}/v1` }
    const ai = client({
      providers: { ...providers(headers), good },
      timeout: { firstChunk: 150, total: error === 'TimeoutError' ? 300 : 5000 },
      // A target that was at its rate would cool down, and not be asked again.
      cooldown: false,
    })
    for (const stream of [false, true]) {
      const alone = ai.chat.completions.create({ model: target, messages: asked('Say hello.'), stream })
      const failure: unknown = await time.passing(alone).catch((thrown: unknown) => thrown)
      expect(failure).toBeInstanceOf(TracestitchError)
      expect(failure).toMatchObject({ name: error, provider, attempts: [{ target }] })
      expect(String(failure)).not.toMatch(/hello|secret/)
      // No limit but the total ends a plain call that gets no headers.
      if (error === 'TimeoutError' && !stream) continue
      const answer = await time.passing(
        ai.chat.completions.create({ model: target, messages: asked('Say hello.'), stream, fallbacks: ['good/m'] }),
      )
      const text = Symbol.asyncIterator in answer ? time.passing(textOf(answer)) : answer.choices[0]?.message.content
      expect(await text).toBe(TEXT)
      expect(answer._meta?.attempts.map((attempt) => attempt.target)).toEqual([target, 'good/m'])
    }
  })

  test('a stream that is cut keeps what came', async () => {
    const stream = await time.passing(
      client().chat.completions.create({ model: `${provider}/cut`, messages: asked('Say hello.'), stream: true }),
    )
    let text = ''
    const reading = (async () => {
      for await (const item of stream) text += item.choices[0]?.delta.content ?? ''
    })()
    const failure: unknown = await time.passing(reading).catch((thrown: unknown) => thrown)
    expect(text).not.toBe('')
    expect(TEXT.startsWith(text)).toBe(true)
    expect(failure).toBeInstanceOf(StreamError)
    expect(failure).toMatchObject({ provider, partial: { choices: [{ message: { content: text } }] } })
  })
})

test('a rate limit says when to come back', async () => {
  const ai = client({ providers: providers({ 'x-aimock-chaos-ratelimit': '1' }) })
  const failure: unknown = await ai.chat.completions
    .create({ model: 'openai/m', messages: asked('Say hello.') })
    .catch((thrown: unknown) => thrown)
  expect(failure).toMatchObject({ status: 429, isRetryable: true })
  expect((failure as TracestitchError).retryAfterMs).toBeGreaterThanOrEqual(1000)
})
