import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { describe, expect, test, vi } from 'vitest'
import type { ChatCompletion, ChatRequest, Usage } from '../../src/kernel/hub.js'
import { startCall, type CallStart } from '../../src/telemetry/spans/call.js'
import { withContext } from '../../src/telemetry/identity.js'
import { fillSlot, runInOpenSlot } from '../../src/telemetry/spans/call-slot.js'
import { spanHarness } from './span-harness.js'

const harness = spanHarness()

const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'private words' }] }
const answer = (usage?: Partial<Usage>, more: Partial<ChatCompletion> = {}): ChatCompletion => ({
  id: 'answer-1',
  object: 'chat.completion',
  created: 1,
  model: 'm-2026',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      logprobs: null,
      message: { role: 'assistant', content: 'hidden answer', refusal: null },
    },
  ],
  ...(usage && { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, ...usage } }),
  ...more,
})
const chat = (more: Partial<CallStart> = {}) =>
  startCall({
    operation: 'chat',
    provider: 'openai',
    model: 'm',
    request: { chat: request },
    baseURL: 'https://gw.example/v1',
    layer: 'sdk',
    ...more,
  })

describe('one call', () => {
  test('a plain call has the name, kind, attributes and no status', () => {
    const call = chat()
    call.response({ chat: answer({}) })
    call.end()
    const span = harness.only()
    expect(span.name).toBe('chat m')
    expect(span.kind).toBe(SpanKind.CLIENT)
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET })
    expect(span.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
      'server.address': 'gw.example',
      'server.port': 443,
      'gen_ai.response.id': 'answer-1',
      'gen_ai.response.model': 'm-2026',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
    })
    expect(span.events).toEqual([])
  })

  test('the attributes for samplers are there when the span starts', () => {
    let atStart: object | undefined
    harness.onStart = (span) => (atStart = { ...span.attributes })
    chat({ attributes: { 'openai.api.type': 'responses' } }).end()
    expect(atStart).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
      'server.address': 'gw.example',
      'server.port': 443,
    })
  })

  test('a call without a model is named by its operation; the host names the provider', () => {
    harness.use({
      identifyHost: (host) => (host === 'known.example' ? { provider: 'x_ai', firstParty: true } : undefined),
    })
    chat({ model: undefined, baseURL: 'http://known.example:8080/v1' }).end()
    expect(harness.only().name).toBe('chat')
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.provider.name': 'x_ai', 'server.port': 8080 })
    expect(harness.only().attributes).not.toHaveProperty('gen_ai.request.model')
  })

  test('session, user and tags', () => {
    withContext({ session: 's', tags: ['a'] }, () => withContext({ user: 'u' }, () => chat().end()))
    expect(harness.only().attributes).toMatchObject({
      'session.id': 's',
      'gen_ai.conversation.id': 's',
      'user.id': 'u',
      'tracestitch.tags': ['a'],
    })
  })

  test('time to first chunk is in seconds, of the first chunk', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const call = chat()
      vi.advanceTimersByTime(250)
      call.chunk()
      vi.advanceTimersByTime(500)
      call.chunk()
      call.end()
    } finally {
      vi.useRealTimers()
    }
    expect(harness.only().attributes['gen_ai.response.time_to_first_chunk']).toBe(0.25)
  })

  test('an error: type and status code, and never the message', () => {
    const call = chat()
    call.end({ error: Object.assign(new Error('key sk-secret is wrong'), { status: 401, code: 'invalid_api_key' }) })
    call.end()
    const span = harness.only()
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'invalid_api_key' })
    expect(span.attributes).toMatchObject({ 'error.type': 'invalid_api_key', 'http.response.status_code': 401 })
    expect(span.events).toEqual([])
    expect(JSON.stringify([span.attributes, span.status])).not.toContain('secret')
  })

  test('a failed call without an answer has no finish reasons and no usage', () => {
    chat().end({ error: new TypeError('x') })
    const keys = Object.keys(harness.only().attributes)
    expect(keys.filter((key) => /response\.|usage/.test(key))).toEqual([])
  })

  test('messages are read only when content is captured', () => {
    const wanted: boolean[] = []
    const read = (content: boolean) => {
      wanted.push(content)
      return { chat: request }
    }
    chat({ request: read }).end()
    harness.use({ capture: 'span' })
    chat({ request: read }).end()
    expect(wanted).toEqual([false, true])
  })
})

describe('cost', () => {
  const prices = { 'm-2026': 0.5, m: 0.25 } as Record<string, number | undefined>
  test.each<[string, Partial<Usage> | undefined, Record<string, number | undefined>, number | undefined]>([
    ['the served model is priced', {}, prices, 0.5],
    ['the asked model is priced when the served one is unknown', {}, { m: 0.25 }, 0.25],
    ['what the provider reports wins', { cost: 0.125 }, prices, 0.125],
    ['a reported cost of another type does not', { cost: '1' as never }, prices, 0.5],
    ['an unknown price is absent', {}, {}, undefined],
    ['without usage there is none', undefined, prices, undefined],
    ['a price that is no number is none', {}, { 'm-2026': Number.NaN }, undefined],
  ])('%s', (_name, usage, table, cost) => {
    harness.use({
      price({ model, served = '' }) {
        const usd = table[served] ?? table[model]
        return usd === undefined ? undefined : { usd, parts: {} }
      },
    })
    const call = chat()
    call.response({ chat: answer(usage) })
    call.end()
    expect(harness.only().attributes['gen_ai.usage.cost']).toBe(cost)
  })

  test('the cost in the headers counts, with usage and without', () => {
    harness.use({ price: () => ({ usd: 0.5, parts: {} }), reportedCost: () => 0.25 })
    const call = chat()
    call.headers(new Headers())
    call.response({ chat: answer({}) })
    call.end()
    expect(harness.only().attributes['gen_ai.usage.cost']).toBe(0.25)
  })

  test('a call below brings the cost that its headers say, though no usage came', () => {
    harness.use({ reportedCost: () => 0.25 })
    const outer = chat({ layer: 'framework' })
    context.with(outer.context, () => {
      const inner = chat()
      inner.headers(new Headers())
      inner.end()
    })
    outer.end()
    expect(harness.only().attributes['gen_ai.usage.cost']).toBe(0.25)
  })

  test('a price function that throws loses only the cost', () => {
    harness.use({
      price: () => {
        throw new Error('price')
      },
    })
    const call = chat()
    call.response({ chat: answer({}) })
    call.end()
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 10 })
    expect(harness.only().attributes).not.toHaveProperty('gen_ai.usage.cost')
  })
})

describe('calls inside calls', () => {
  const framework = () => chat({ layer: 'framework', provider: 'langchain', baseURL: undefined })

  test('a layer below completes the span of the layer above', () => {
    const outer = framework()
    const inner = context.with(outer.context, () => chat())
    expect(inner.span).toBe(outer.span)
    inner.headers(new Headers({ 'x-request-id': 'r1' }))
    inner.chunk()
    inner.response({ chat: answer({}) })
    inner.end()
    outer.end()
    expect(harness.only().attributes).toMatchObject({
      'server.address': 'gw.example',
      'gen_ai.response.id': 'answer-1',
      'gen_ai.usage.input_tokens': 10,
      'http.response.header.x-request-id': ['r1'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    })
  })

  test('the first fails, the second succeeds: one span without error', () => {
    const outer = framework()
    for (const outcome of [{ error: new Error('503') }, {}]) {
      const inner = context.with(outer.context, () => chat())
      if (!('error' in outcome)) inner.response({ chat: answer({}) })
      inner.end(outcome)
    }
    outer.end()
    expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 10 })
  })

  test('several that succeed: tokens and cost add up, and the answer is the last one', () => {
    harness.use({ price: () => ({ usd: 0.25, parts: { input: 0.1, output: 0.15 } }), semconv: 'both' })
    const outer = framework()
    outer.response({ chat: answer({ prompt_tokens: 1, completion_tokens: 1 }, { id: 'of the framework' }) })
    for (const id of ['first', 'second']) {
      const inner = context.with(outer.context, () => chat())
      inner.response({ chat: answer({ prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 } }, { id }) })
      inner.end()
    }
    outer.end()
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.response.id': 'second',
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.output_tokens': 10,
      'gen_ai.usage.cache_read.input_tokens': 8,
      'gen_ai.usage.cache_write.input_tokens': 2,
      'gen_ai.usage.cache_creation.input_tokens': 2,
      'gen_ai.usage.cost': 0.5,
      'gen_ai.usage.cost.input': 0.2,
      'gen_ai.usage.cost.output': 0.3,
    })
  })

  test('a batch of embeddings below one: tokens add up', () => {
    const start: Partial<CallStart> = { operation: 'embeddings', request: undefined }
    const outer = chat({ ...start, layer: 'framework' })
    for (let i = 0; i < 3; i++) {
      const inner = context.with(outer.context, () => chat(start))
      inner.response({
        embeddings: { object: 'list', data: [], model: 'e', usage: { prompt_tokens: 7, total_tokens: 7 } },
      })
      inner.end()
    }
    outer.end()
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 21, 'gen_ai.response.model': 'e' })
  })

  test.each<[string, Partial<CallStart>, Partial<CallStart>, number]>([
    ['the client under an SDK is the same call', { layer: 'sdk' }, { layer: 'client' }, 1],
    ['another name for the same generation', { layer: 'framework' }, { layer: 'sdk', operation: 'text_completion' }, 1],
    ['a framework over a framework', { layer: 'framework' }, { layer: 'framework' }, 1],
    ['an SDK inside an SDK is a call of its own', { layer: 'sdk' }, { layer: 'sdk' }, 2],
    ['an SDK inside the client is a call of its own', { layer: 'client' }, { layer: 'sdk' }, 2],
    ['an embedding on the way to an answer', { layer: 'framework' }, { layer: 'sdk', operation: 'embeddings' }, 2],
    ['counting tokens on the way', { layer: 'framework' }, { layer: 'sdk', operation: 'count_tokens' }, 2],
  ])('%s', (_name, above, below, spans) => {
    const outer = chat(above)
    const inner = context.with(outer.context, () => chat(below))
    inner.end()
    outer.end()
    expect(harness.spans()).toHaveLength(spans)
    if (spans === 2) expect(harness.spans()[0]?.parentSpanContext?.spanId).toBe(outer.span?.spanContext().spanId)
  })

  test('the layer that is innermost decides, not the first', () => {
    const outer = framework()
    const sdk = context.with(outer.context, () => chat())
    const other = context.with(sdk.context, () => chat({ model: 'judge' }))
    for (const call of [other, sdk, outer]) call.end()
    expect(harness.spans().map(({ name }) => name)).toEqual(['chat judge', 'chat m'])
  })

  test('an ended call is no longer open for what its context still runs', () => {
    const outer = framework()
    outer.end()
    context.with(outer.context, () => chat()).end()
    expect(harness.spans()).toHaveLength(2)
  })

  test('an inner call that ends after the outer one harms nothing', () => {
    const outer = framework()
    const inner = context.with(outer.context, () => chat())
    outer.end()
    inner.response({ chat: answer({}) })
    inner.end()
    expect(harness.only().attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
  })

  test('an open slot is filled once, by the hook that reports the call', () => {
    runInOpenSlot(() => {
      const first = chat({ layer: 'framework' })
      expect([fillSlot(first, first.span), fillSlot(first, first.span)]).toEqual([true, false])
      chat({ provider: 'wire' }).end()
      first.end()
    })
    expect(harness.only().attributes['gen_ai.provider.name']).toBe('openai')
    expect(fillSlot(chat(), undefined)).toBe(false)
  })
})

describe('faults', () => {
  const boom = (): never => {
    throw new Error('boom')
  }

  test('a processor that throws leaves the call untraced and its children in their place', () => {
    harness.onStart = boom
    const parent = trace.setSpanContext(context.active(), {
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      traceFlags: 1,
    })
    const call = chat({ parent })
    harness.onStart = undefined
    expect(call.recording).toBe(false)
    const child = trace.getTracer('app').startSpan('child', {}, call.context) as unknown as {
      parentSpanContext: { spanId: string }
    }
    expect(child.parentSpanContext.spanId).toBe('2'.repeat(16))
    call.response({ chat: answer({}) })
    call.end({ error: new Error('x') })
    expect(harness.faults()).toBeGreaterThan(0)
  })

  test.each<[string, Parameters<typeof harness.use>[0]]>([
    ['onSpanStart throws', { onSpanStart: boom }],
    ['onSpanEnd throws', { onSpanEnd: boom }],
    ['onSpanStart rejects', { onSpanStart: () => Promise.reject(new Error('later')) as never }],
    ['onSpanEnd rejects', { onSpanEnd: () => Promise.reject(new Error('later')) as never }],
    ['identifyHost throws', { identifyHost: boom }],
    ['the redactor throws', { capture: 'both', redact: boom }],
    ['the redactor rejects', { capture: 'both', redact: () => Promise.reject(new Error('later')) as never }],
  ])('%s: counted, and the span is whole', async (_name, settings) => {
    harness.use(settings)
    const call = chat()
    call.response({ chat: answer({}) })
    call.end()
    await new Promise((resolve) => setImmediate(resolve))
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.provider.name': 'openai',
    })
    expect(harness.faults()).toBeGreaterThan(0)
    expect(JSON.stringify([harness.only().attributes, harness.only().events])).not.toMatch(/private|hidden/)
  })

  test.each<[string, unknown]>([
    ['an error whose fields throw', new Proxy(new Error('x'), { get: boom })],
    ['an error that is a string', 'text'],
    ['an error that is null', null],
  ])('%s ends the span all the same', (_name, error) => {
    chat().end({ error })
    expect(harness.only().status).toEqual({ code: SpanStatusCode.ERROR, message: '_OTHER' })
  })

  test('a request that cannot be read loses only its own attributes', () => {
    chat({ request: boom, attributes: { 'openai.api.type': 'responses' } }).end()
    expect(harness.only().attributes).toMatchObject({ 'openai.api.type': 'responses', 'gen_ai.request.model': 'm' })
  })

  test('headers that throw, and a base URL that is none', () => {
    const call = chat({ baseURL: 'not a url' })
    call.headers({ forEach: boom, get: boom })
    call.end()
    expect(harness.only().attributes).not.toHaveProperty('server.address')
  })
})
