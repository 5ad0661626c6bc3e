/** Model calls that no layer above traces become spans as they pass on the wire, whatever client makes them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { context, trace } from '@opentelemetry/api'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { autolog, createClient, type Autolog } from '../../src/index.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { root } from '../architecture/sources.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { clients, moreClients, type Send } from './wire-clients.js'

const recorder = recordSpans()
let log: Autolog
let fake: FakeProvider
beforeAll(async () => {
  log = autolog({ exporter: recorder, propagate: 'all', captureContent: 'span' })
  fake = await startFakeProvider()
})
afterAll(async () => {
  log.off()
  await fake.close()
})
afterEach(() => {
  expect(log.status.faults).toBe(0)
  recorder.clear()
})

const hasSdks = existsSync(join(root, 'test/sdks/node_modules/axios'))
const senders = Object.entries({ ...clients, ...(hasSdks && moreClients) })

const chat = (more: object = {}): string =>
  JSON.stringify({ model: 'gpt-x', messages: [{ role: 'user', content: 'Hi' }], temperature: 0.5, ...more })
let runs = 0
const at = (behaviour: string, run = `r${runs++}`): string => `${fake.origin}/${run}/${behaviour}/v1/chat/completions`

/** The one span that has ended. */
async function onlySpan() {
  await eventually(() => recorder.open.length === 0, 'the end of every span')
  expect(recorder.spans).toHaveLength(1)
  return recorder.spans[0] as NonNullable<(typeof recorder.spans)[0]>
}

describe.each(senders)('by %s', (_name, send: Send) => {
  test('a whole answer', async () => {
    const run = `whole${runs++}`
    const answer = await send(at('ok', run), chat())
    expect(answer.status).toBe(200)
    const span = await onlySpan()
    expect(span.name).toBe('chat gpt-x')
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-x',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.response.finish_reasons': ['stop'],
      'server.address': '127.0.0.1',
    })
    expect(span.attributes['gen_ai.input.messages']).toContain('Hi')
    const [request] = fake.requests(run)
    expect(request?.traceparents).toBe(1)
    expect(request?.headers['traceparent']).toContain(span.spanId)
    expect(request?.body).toMatchObject({ model: 'gpt-x' })
  })

  test('a stream', async () => {
    await send(at('ok'), chat({ stream: true, stream_options: { include_usage: true } }))
    const { attributes, status } = await onlySpan()
    expect(status.code).toBe('unset')
    expect(attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    })
  })

  test('an error of the provider', async () => {
    expect((await send(at('error-401'), chat())).status).toBe(401)
    const { attributes, status } = await onlySpan()
    expect(status.code).toBe('error')
    expect(attributes).toMatchObject({ 'error.type': 'invalid_api_key', 'http.response.status_code': 401 })
  })

  test('a connection that breaks', async () => {
    await expect(send(at('reset'), chat())).rejects.toBeInstanceOf(Error)
    const { attributes, status } = await onlySpan()
    expect(status.code).toBe('error')
    expect(attributes['error.type']).toBeTypeOf('string')
  })

  test('an abort before the answer', async () => {
    const controller = new AbortController()
    const run = `abort${runs++}`
    const sent = send(at('slow', run), chat(), { signal: controller.signal })
    sent.catch(() => {})
    await eventually(() => fake.requests(run).length === 1, 'the request')
    controller.abort()
    await expect(sent).rejects.toBeInstanceOf(Error)
    const { status } = await onlySpan()
    expect(status.code).toBe('error')
  })
})

test('an SDK that is patched makes one span, and other requests make none', async () => {
  await new OpenAI({ apiKey: 'k', baseURL: `${fake.origin}/sdk/ok/v1` }).chat.completions.create({
    model: 'gpt-x',
    messages: [{ role: 'user', content: 'Hi' }],
  })
  await (await fetch(`${fake.origin}/other/ok/v1/other`, { method: 'POST', body: '{}' })).text()
  expect((await onlySpan()).name).toBe('chat gpt-x')
})

describe('what it leaves alone', () => {
  const ask = async (behaviour = 'ok') => void (await clients['fetch']?.(at(behaviour), chat()))

  test('a call in the span that another tool has made of it: that is completed', async () => {
    const span = trace.getTracer('other').startSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } })
    await context.with(trace.setSpan(context.active(), span), ask)
    span.end()
    const { name, attributes } = await onlySpan()
    expect(name).toBe('chat')
    expect(attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 11, 'gen_ai.request.model': 'gpt-x' })
  })

  test('a call in the span of a tool whose words are not known', async () => {
    const span = trace.getTracer('other').startSpan('llm', { attributes: { 'ai.model.id': 'gpt-x' } })
    await context.with(trace.setSpan(context.active(), span), ask)
    span.end()
    expect((await onlySpan()).name).toBe('llm')
  })

  test('but not a call below the agent of another tool', async () => {
    const attributes = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.request.model': 'gpt-x' }
    const span = trace.getTracer('other').startSpan('agent', { attributes })
    await context.with(trace.setSpan(context.active(), span), ask)
    span.end()
    expect(recorder.spans.map(({ name }) => name).toSorted()).toEqual(['agent', 'chat gpt-x'])
  })

  test('a request that may be that of an open call, whose context a queue has lost', async () => {
    const open = { operation: 'chat', provider: 'p', request: undefined } as const
    const lost = startCall({ ...open, model: 'gpt-x', baseURL: undefined })
    await ask()
    expect(recorder.spans).toEqual([])
    lost.end()
    recorder.clear()
    const elsewhere = startCall({ ...open, model: 'm', baseURL: 'https://api.openai.com/v1' })
    await ask()
    expect(recorder.spans.map(({ name }) => name)).toEqual(['chat gpt-x'])
    elsewhere.end()
  })

  test('calls of the client of this package', async () => {
    const ai = createClient({
      providers: { mine: { protocol: 'openai-chat', baseURL: `${fake.origin}/client/ok/v1`, apiKey: 'k' } },
    })
    await ai.chat.completions.create({ model: 'mine/gpt-x', messages: [{ role: 'user', content: 'Hi' }] })
    await ai.close?.()
    const calls = recorder.spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] !== undefined)
    expect(calls).toHaveLength(1)
  })
})

test('the report has a line for each host, and says how its calls are seen', async () => {
  await clients['fetch']?.(at('ok'), chat())
  const { host } = new URL(fake.origin)
  expect(log.report.filter(({ integration }) => integration === 'wire')).toEqual([
    expect.objectContaining({
      package: host,
      status: 'patched',
      detail: expect.stringContaining('on the wire') as string,
    }),
  ])
})
