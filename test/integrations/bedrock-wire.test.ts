/** What Bedrock's client sends, with its own transport and its own signature: trace headers are signed, and are there once. */
import { context, trace } from '@opentelemetry/api'
import {
  BedrockRuntime,
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  ListAsyncInvokesCommand,
  ThrottlingException,
  type BedrockRuntimeClientConfig,
  type ConverseStreamCommandOutput,
} from '@aws-sdk/client-bedrock-runtime'
import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { get } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { bedrock } from '../../integrations/bedrock.js'
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch/patch.js'
import { encodeFrame, FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import { compilePropagate, type Propagate } from '../../src/telemetry/propagation/propagation.js'
import { watchWire } from '../../src/telemetry/propagation/trace-headers.js'
import { listenBoth, type BothHttp } from '../support/both-http.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
let server: BothHttp
let requests: { readonly url: string; readonly version: string; readonly headers: Record<string, string> }[] = []
/** Refused before one is answered. */
let refusals = 0
let session: PatchSession
let unwatch: () => void

const answer = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
}
const events = [
  { event: 'messageStart', data: { role: 'assistant' } },
  { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'Hello.' } } },
  { event: 'messageStop', data: { stopReason: 'end_turn' } },
  { event: 'metadata', data: { usage: answer.usage, metrics: { latencyMs: 1 } } },
]

beforeAll(async () => {
  server = await listenBoth((request, response) => {
    request.resume().on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      requests.push({ url: request.url ?? '', version: request.httpVersion, headers })
      if (refusals-- > 0) {
        response.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' })
        response.end(JSON.stringify({ message: 'slow down' }))
      } else if (request.url?.endsWith('/converse')) {
        response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': 'request-1' })
        response.end(JSON.stringify(answer))
      } else {
        response.writeHead(200, { 'content-type': FRAMING_MEDIA_TYPES['aws-eventstream'] })
        for (const event of events) response.write(encodeFrame(event, 'aws-eventstream'))
        response.end()
      }
    })
  })
})
afterAll(() => server.close())

beforeEach(() => {
  requests = []
  refusals = 0
  session = createPatcher({ integration: 'bedrock', format: 'cjs', options: {}, call: instrumentCall })
  bedrock.targets[0]?.instrument(sdk, session.patcher)
  const wire = watchWire()
  unwatch = () => wire.off()
  propagate('gateways')
})
afterEach(() => {
  unwatch()
  session.off()
})

function propagate(rule: Propagate): void {
  harness.use({ propagates: compilePropagate(rule, () => undefined) })
}

function clientOf(config: BedrockRuntimeClientConfig = {}): BedrockRuntime {
  return new BedrockRuntime({
    endpoint: server.origin,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...config,
  })
}

const input = {
  modelId: 'us.anthropic.claude-sonnet-4-6',
  messages: [{ role: 'user' as const, content: [{ text: 'Hello' }] }],
}

/** Tries again at once. */
const strategy = {
  mode: 'standard',
  acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
  refreshRetryTokenForRetry: async () => ({ getRetryCount: () => 1, getRetryDelay: () => 0 }),
  recordSuccess: () => undefined,
}

const signed = (headers: Record<string, string>): readonly string[] =>
  /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split(';') ?? []

const traceparentOf = (span: ReadableSpan): string => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`

const TRANSPORTS = [
  { name: 'HTTP/2, the default', version: '2.0', config: {} },
  { name: 'HTTP/1.1', version: '1.1', config: { requestHandler: new NodeHttpHandler() } },
]

describe.each(TRANSPORTS)('over $name', ({ version, config }) => {
  test.each(['converse', 'converseStream'] as const)('%s: one signed traceparent, of the span', async (method) => {
    const result = await clientOf(config)[method](input)
    if ('stream' in result) for await (const _event of result.stream ?? []) void _event
    const span = harness.only()
    const [request, ...others] = requests
    expect(others).toEqual([])
    expect(request?.version).toBe(version)
    expect(request?.headers['traceparent']).toBe(traceparentOf(span))
    expect(signed(request?.headers ?? {})).toContain('traceparent')
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.request.model': input.modelId,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.response.finish_reasons': ['stop'],
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(server.origin).port),
    })
  })

  test('a request to a host without headers', async () => {
    propagate('none')
    await clientOf(config).converse(input)
    expect(requests.map(({ headers }) => headers['traceparent'])).toEqual([undefined])
    expect(harness.only().status.code).toBe(0)
  })

  test('retries of the SDK are one call, and each has its traceparent', async () => {
    refusals = 1
    await clientOf({ ...config, maxAttempts: 2, retryStrategy: strategy }).converse(input)
    const expected = traceparentOf(harness.only())
    expect(requests.map(({ headers }) => headers['traceparent'])).toEqual([expected, expected])
    for (const { headers } of requests) expect(signed(headers)).toContain('traceparent')
    expect(harness.only().status.code).toBe(0)
  })

  test('a header that the program set is left', async () => {
    const own = '00-11111111111111111111111111111111-2222222222222222-01'
    const client = clientOf(config)
    client.middlewareStack.add(
      (next) => (args) => {
        ;(args.request as { headers: Record<string, string> }).headers['Traceparent'] = own
        return next(args)
      },
      { step: 'build', priority: 'high' },
    )
    await client.converse(input)
    expect(requests.map(({ headers }) => headers['traceparent'])).toEqual([own])
  })

  test('other requests of the SDK, such as for credentials, get none', async () => {
    const credentials = async () => {
      await new Promise((done) => get(`${server.origin}/credentials`, (response) => response.resume().on('end', done)))
      return { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
    }
    await clientOf({ ...config, credentials }).converse(input)
    expect(requests.map(({ url, headers }) => [url.split('/').at(-1), 'traceparent' in headers])).toEqual([
      ['credentials', false],
      ['converse', true],
    ])
  })

  test('no open call, no header', async () => {
    await clientOf(config)
      .send(new ListAsyncInvokesCommand({}))
      .catch(() => undefined)
    expect(requests.map(({ headers }) => 'traceparent' in headers)).toEqual([false])
    expect(harness.spans()).toEqual([])
  })
})

describe('callbacks', () => {
  const called = (client: BedrockRuntimeClient, run: (done: (error: unknown, result?: unknown) => void) => unknown) =>
    new Promise<{ error: unknown; result: unknown; parent: string | undefined; returned: unknown }>((resolve) => {
      const returned = run((error, result) =>
        resolve({ error, result, parent: trace.getSpan(context.active())?.spanContext().spanId, returned }),
      )
    })

  test('are called once, in the context of the program', async () => {
    const client = clientOf()
    const outer = trace.getTracer('test').startSpan('outer')
    const outcome = await context.with(trace.setSpan(context.active(), outer), () =>
      called(client, (done) => client.send(new ConverseCommand(input), done)),
    )
    expect(outcome).toMatchObject({ error: null, result: { stopReason: 'end_turn' }, returned: undefined })
    expect(outcome.parent).toBe(outer.spanContext().spanId)
    expect(harness.only().parentSpanContext?.spanId).toBe(outer.spanContext().spanId)
    expect(harness.only().attributes['gen_ai.usage.output_tokens']).toBe(7)
  })

  test('with options, and by the method of its own', async () => {
    const client = clientOf()
    await called(client, (done) => client.send(new ConverseCommand(input), {}, done))
    await called(client, (done) => client.converse(input, done))
    expect(harness.spans().map(({ name }) => name)).toEqual([`chat ${input.modelId}`, `chat ${input.modelId}`])
  })

  test('a stream ends its span when it is read', async () => {
    const client = clientOf()
    const { result } = await called(client, (done) => client.send(new ConverseStreamCommand(input), done))
    expect(harness.spans()).toEqual([])
    for await (const _event of (result as ConverseStreamCommandOutput).stream ?? []) void _event
    expect(harness.only().attributes['gen_ai.usage.output_tokens']).toBe(7)
    expect(harness.only().attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
  })

  test('an error', async () => {
    refusals = 1
    const client = clientOf()
    const { error } = await called(client, (done) => client.send(new ConverseCommand(input), done))
    expect(error).toBeInstanceOf(ThrottlingException)
    expect(harness.only().attributes).toMatchObject({
      'error.type': 'ThrottlingException',
      'http.response.status_code': 429,
    })
  })
})

describe('the client', () => {
  test('has a stack of middleware without any of ours', async () => {
    const client = clientOf()
    const before = client.middlewareStack.identify()
    const sent = client.converse(input)
    expect(client.middlewareStack.identify()).toEqual(before)
    await sent
    expect(client.middlewareStack.identify()).toEqual(before)
  })

  test('that keeps its handlers gets headers too, and none after off()', async () => {
    session.off()
    const client = clientOf({ cacheMiddleware: true })
    await client.converse(input)
    session = createPatcher({ integration: 'bedrock', format: 'cjs', options: {}, call: instrumentCall })
    bedrock.targets[0]?.instrument(sdk, session.patcher)
    await client.converse(input)
    await client.converse(input)
    session.off()
    await client.converse(input)
    expect(requests.map(({ headers }) => 'traceparent' in headers)).toEqual([false, true, true, false])
    expect(harness.spans()).toHaveLength(2)
  })

  test('has its own method back after off()', () => {
    expect(Object.hasOwn(BedrockRuntimeClient.prototype, 'send')).toBe(true)
    session.off()
    expect(Object.hasOwn(BedrockRuntimeClient.prototype, 'send')).toBe(false)
  })

  test('of another copy of the package: its commands have the same names', async () => {
    class ConverseCommand2 extends ConverseCommand {}
    Object.defineProperty(ConverseCommand2, 'name', { value: 'ConverseCommand' })
    await clientOf().send(new ConverseCommand2(input))
    expect(harness.only().name).toBe(`chat ${input.modelId}`)
  })

  test('below a framework is the same call', async () => {
    const call = startCall({ operation: 'chat', provider: 'lc', model: 'm', request: undefined, baseURL: undefined })
    await context.with(call.context, () => clientOf().converse(input))
    call.end()
    const span = harness.only()
    expect(span.attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 11, 'server.address': '127.0.0.1' })
    expect(requests.map(({ headers }) => headers['traceparent'])).toEqual([traceparentOf(span)])
  })
})
