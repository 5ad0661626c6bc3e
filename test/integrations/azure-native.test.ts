/** The spans that Azure's SDKs make of their own, by `@azure/core-tracing`: of a call that is traced there is no second one. */
import { context, SpanKind, trace, type Context, type Span } from '@opentelemetry/api'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { root } from '../architecture/sources.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const home = join(root, 'test/sdks/package.json')
const isInstalled = existsSync(join(root, 'test/sdks/node_modules/@azure-rest/ai-inference'))

interface Inference {
  default(
    endpoint: string,
    credential: object,
    options: object,
  ): { path(route: string): { post(options: object): PromiseLike<{ readonly status: string }> } }
}

interface Started {
  readonly span: Span
  readonly tracingContext: Context
}

interface CoreTracing {
  useInstrumenter(instrumenter: object | undefined): void
}

/** As `@azure/opentelemetry-instrumentation-azure-sdk` does it: each span goes to the global tracer provider. */
const instrumenter = {
  startSpan(name: string, { packageName, tracingContext }: { packageName: string; tracingContext?: Context }): Started {
    const parent = tracingContext ?? context.active()
    const span = trace.getTracer(packageName).startSpan(name, { kind: SpanKind.CLIENT }, parent)
    return { span, tracingContext: trace.setSpan(parent, span) }
  },
  withContext: (current: Context, run: (...args: unknown[]) => unknown, ...args: unknown[]) =>
    context.with(current, run, undefined, ...args),
  parseTraceparentHeader: () => undefined,
  createRequestHeaders: () => ({}),
}

test.skipIf(isInstalled)('Azure makes no second span (not installed: npm run sdks)', () => undefined)

describe.skipIf(!isInstalled)('@azure-rest/ai-inference', () => {
  const recorder = recordSpans()
  let fake: FakeProvider
  let log: Autolog
  let tracing: CoreTracing
  let ask: () => PromiseLike<{ readonly status: string }>

  beforeAll(async () => {
    fake = await startFakeProvider()
    const load = createRequire(home)
    const { default: createClient } = load('@azure-rest/ai-inference') as Inference
    tracing = createRequire(load.resolve('@azure-rest/ai-inference'))('@azure/core-tracing') as CoreTracing
    tracing.useInstrumenter(instrumenter)
    const client = createClient(`${fake.origin}/native/ok`, { key: 'k' }, { allowInsecureConnection: true })
    ask = () =>
      client
        .path('/chat/completions')
        .post({ body: { model: 'Phi-4', messages: [{ role: 'user', content: 'What is private.' }] } })
    log = autolog({ exporter: recorder, modules: { 'azure-ai-inference': load('@azure-rest/ai-inference') as object } })
  })
  afterEach(() => recorder.clear())
  afterAll(async () => {
    tracing?.useInstrumenter(undefined)
    await fake?.close()
  })

  test('a call that is traced has one span, without its texts', async () => {
    expect((await ask()).status).toBe('200')
    const told = recorder.spans.map(({ name, attributes }) => [name, attributes['gen_ai.usage.input_tokens']])
    expect(told).toEqual([
      ['HTTP POST', undefined],
      ['chat Phi-4', 11],
    ])
    expect(JSON.stringify(recorder.spans)).not.toContain('private')
    const [request, call] = recorder.spans
    expect(request?.parentSpanId).toBe(call?.spanId)
    expect(fake.requests('native').at(-1)?.traceparents).toBe(1)
  })

  test('a call that is not nested has its own span', async () => {
    log.off()
    log = autolog({ exporter: recorder, integrations: { 'azure-ai-inference': false, wire: false } })
    expect((await ask()).status).toBe('200')
    const own = recorder.spans.filter(({ name }) => name === 'chat Phi-4')
    expect(own.map(({ scope }) => scope)).toEqual(['@azure/ai-inference-rest'])
    log.off()
  })
})

/** A newer copy of the API refuses what an older one has registered: these SDKs get the copy of the root. */
function useOneApi(load: NodeJS.Require): void {
  const fromRoot = createRequire(join(root, 'package.json'))
  fromRoot('@opentelemetry/api')
  load.cache[load.resolve('@opentelemetry/api')] = load.cache[fromRoot.resolve('@opentelemetry/api')]
}

interface Projects {
  readonly AIProjectClient: new (
    endpoint: string,
    credential: object,
    options: object,
  ) => {
    getOpenAIClient(options: object): { readonly responses: { create(body: object): Promise<unknown> } }
  }
}

describe.skipIf(!isInstalled)('@azure/ai-projects, which traces by itself on request', () => {
  const recorder = recordSpans()
  let fake: FakeProvider
  let log: Autolog
  let ask: (body: object) => Promise<unknown>

  beforeAll(async () => {
    fake = await startFakeProvider()
    const load = createRequire(home)
    useOneApi(load)
    const projects = load('@azure/ai-projects') as Projects
    const openai = createRequire(load.resolve('@azure/ai-projects'))('openai') as object
    log = autolog({ exporter: recorder, modules: { 'azure-ai-projects': projects, openai } })
    const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: 4_000_000_000_000 }) }
    const project = new projects.AIProjectClient('https://127.0.0.1', credential, {
      tracingOptions: { experimental: true },
    })
    const client = project.getOpenAIClient({ baseURL: `${fake.origin}/native/ok/v1`, maxRetries: 0 })
    ask = (body) => client.responses.create({ input: 'What is private.', ...body })
  })
  afterEach(() => {
    expect(JSON.stringify(recorder.spans)).not.toContain('private')
    recorder.clear()
  })
  afterAll(async () => {
    log?.off()
    await fake?.close()
  })

  test.each([
    ['a response', { model: 'gpt-4.1' }, 'chat gpt-4.1'],
    ['a response of an agent', { agent: { name: 'helper', type: 'agent_reference' } }, 'invoke_agent helper'],
  ])('%s has one span, which is completed', async (_name, body, name) => {
    await ask(body)
    const told = recorder.spans.map(({ name: own, scope, attributes }) => [
      own,
      scope,
      attributes['gen_ai.usage.output_tokens'],
      attributes['gen_ai.usage.cache_read.input_tokens'],
    ])
    expect(told).toEqual([[name, '@azure/ai-projects', 7, 4]])
  })
})
