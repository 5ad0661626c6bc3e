/** The spans that Mistral's SDK makes of its own, by each way to ask for them: beside ours they are not, elsewhere they are. */
import { trace, type ProxyTracerProvider, type TracerProvider } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Mistral } from '@mistralai/mistralai'
import { configureTelemetry, registerTracerProvider, setTracerProvider } from '@mistralai/mistralai/extra/observability'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { autolog, type Autolog } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const PROMPT = 'A question that is private.'
const ours = new InMemorySpanExporter()
const theirs = new InMemorySpanExporter()
const elsewhere = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(theirs)] })
let provider: FakeProvider
let log: Autolog

beforeAll(async () => {
  provider = await startFakeProvider()
  log = autolog({ exporter: new SimpleSpanProcessor(ours) })
})
afterAll(async () => {
  log.off()
  await provider.close()
})
afterEach(() => {
  registerTracerProvider(undefined as never)
  delete process.env['MISTRAL_SDK_TELEMETRY']
  ours.reset()
  theirs.reset()
})

type Ask = (client: Mistral) => unknown
const delegate = (): TracerProvider => (trace.getTracerProvider() as ProxyTracerProvider).getDelegate()
const ways: Readonly<Record<string, { readonly ask: Ask; readonly made: number }>> = {
  nothing: { ask: () => undefined, made: 0 },
  MISTRAL_SDK_TELEMETRY: { ask: () => (process.env['MISTRAL_SDK_TELEMETRY'] = 'global'), made: 0 },
  "configureTelemetry 'global'": { ask: (client) => configureTelemetry(client, 'global'), made: 0 },
  'configureTelemetry with the global provider': {
    ask: (client) => configureTelemetry(client, trace.getTracerProvider()),
    made: 0,
  },
  'setTracerProvider with what stands behind it': { ask: (client) => setTracerProvider(client, delegate()), made: 0 },
  'registerTracerProvider with the global provider': {
    ask: () => registerTracerProvider(trace.getTracerProvider()),
    made: 0,
  },
  'registerTracerProvider with what stands behind it': { ask: () => registerTracerProvider(delegate()), made: 0 },
  'registerTracerProvider with another': { ask: () => registerTracerProvider(elsewhere), made: 1 },
  'setTracerProvider with another': { ask: (client) => setTracerProvider(client, elsewhere), made: 1 },
  'another for the client, the global for all': {
    async ask(client) {
      registerTracerProvider(delegate())
      await setTracerProvider(client, elsewhere)
    },
    made: 1,
  },
}

const calls: Readonly<Record<string, (client: Mistral) => Promise<unknown>>> = {
  complete: (client) => client.chat.complete({ model: 'm-1', messages: [{ role: 'user', content: PROMPT }] }),
  async stream(client) {
    for await (const _ of await client.chat.stream({ model: 'm-1', messages: [{ role: 'user', content: PROMPT }] }));
  },
  embeddings: (client) => client.embeddings.create({ model: 'm-1', inputs: PROMPT }),
}

const rows = Object.entries(ways).flatMap(([way, { ask, made }]) =>
  Object.entries(calls).map(([name, call]) => ({ way, name, ask, made, call })),
)

test.each(rows)('$way, $name', async ({ way, name, ask, made, call }) => {
  const serverURL = `${provider.origin}/${way.replaceAll(/\W/g, '')}-${name}/ok/mistral`
  const client = new Mistral({ apiKey: 'key', serverURL })
  await ask(client)
  await call(client)
  await expect.poll(() => [ours.getFinishedSpans().length, theirs.getFinishedSpans().length]).toEqual([1, made])
  const [span] = ours.getFinishedSpans()
  expect(span?.name).toBe(name === 'embeddings' ? 'embeddings m-1' : 'chat m-1')
  expect(span?.instrumentationScope.name).toBe('tracestitch')
  expect(span?.attributes['gen_ai.usage.input_tokens']).toBe(name === 'embeddings' ? 5 : 11)
  expect(JSON.stringify(span?.attributes)).not.toContain(PROMPT)
})
