/** Real coding agents in front of `tracestitch gateway`: each runs a tool, before a model of its own format and of others. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'
import { endGateways, startGateway } from '../gateway/gateway-process.js'
import { AGENTS, reasonToSkip, type Agent } from './agents.js'
import { startFakeModel, type FakeModel, type WireId } from './fake-model/server.js'
import { runAgent } from './run-agent.js'
import { startTap, type Tap } from './tap.js'

interface Backend {
  readonly provider: string
  readonly model: string
  /** Of its address. */
  readonly base: string
}

/** A model behind each format. */
const BACKENDS: Readonly<Record<WireId, Backend>> = {
  'openai-chat': { provider: 'openai', model: 'gpt-5.4', base: '/v1' },
  'openai-responses': { provider: 'openai', model: 'gpt-5.4', base: '/v1' },
  'anthropic-messages': { provider: 'anthropic', model: 'claude-sonnet-4-6', base: '' },
  'gemini-generate': { provider: 'gemini', model: 'gemini-3.1-pro-preview', base: '/v1beta' },
}

let model: FakeModel
let receiver: OtlpReceiver
const taps: Tap[] = []

beforeAll(async () => {
  model = await startFakeModel()
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  await endGateways()
  await Promise.all(taps.splice(0).map((tap) => tap.close()))
  model.exchanges.length = 0
  receiver.clear()
})
afterAll(() => Promise.all([model.close(), receiver.close()]))

async function gatewayBefore(protocol: WireId) {
  const { provider, model: name, base } = BACKENDS[protocol]
  const options = {
    retries: 0,
    providers: { [provider]: { protocol, baseURL: model.origin + base, apiKey: 'sk-up' } },
    models: { '*': `${provider}/${name}` },
  }
  const gateway = await startGateway({
    files: { 'tracestitch.json': JSON.stringify(options) },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'gateway' },
  })
  const tap = await startTap(gateway.url)
  taps.push(tap)
  return { gateway, tap }
}

/** Each of its calls is one span that says what it cost, and of which session it is where the agent tells. */
function expectSpans({ tellsSession = false }: Agent): void {
  const calls = receiver.spans.filter(({ attributes }) => 'gen_ai.request.model' in attributes)
  expect(calls.length).toBe(model.exchanges.length)
  for (const { attributes } of calls) {
    expect(attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.output_tokens': 20 })
    expect(attributes['gen_ai.usage.cost']).toBeGreaterThan(0)
    if (tellsSession) expect(attributes['session.id']).toMatch(/\w/)
  }
}

describe.each(AGENTS.map((agent) => [agent.name, agent] as const))('%s', (_name, agent) => {
  const reason = reasonToSkip(agent)
  const title = reason === undefined ? '' : `(${reason}) `
  const others = (Object.keys(BACKENDS) as WireId[]).filter((id) => id !== agent.wire)
  test.skipIf(reason !== undefined).each([agent.wire, ...others])(`${title}before %s`, async (protocol) => {
    const { gateway, tap } = await gatewayBefore(protocol)
    const run = await runAgent(agent, tap.url, 'word-7f3a')
    gateway.child.kill('SIGTERM')
    await gateway.ended
    expect(`${run.out}\n${run.error}`).toContain('The word is word-7f3a.')
    expect(model.exchanges.filter(({ fault }) => fault !== undefined)).toEqual([])
    expect(model.exchanges.map(({ reply }) => reply?.kind)).toContain('call')
    expect(new Set(model.exchanges.map(({ wire }) => wire))).toEqual(new Set([protocol]))
    expect(tap.heard.filter(({ status }) => status >= 400).map(({ path, status }) => `${path} ${status}`)).toEqual([])
    expectSpans(agent)
  })
})

describe.each(AGENTS.filter(({ tracing }) => tracing).map((agent) => [agent.name, agent] as const))(
  '%s',
  (_name, agent) => {
    const reason = reasonToSkip(agent)
    const title = reason === undefined ? '' : `(${reason}) `
    test.skipIf(reason !== undefined)(`${title}is in one tree with the gateway, if its telemetry is on`, async () => {
      const { gateway, tap } = await gatewayBefore(agent.wire)
      await runAgent(agent, tap.url, 'word-7f3a', { receiver: receiver.url })
      gateway.child.kill('SIGTERM')
      await gateway.ended
      const [own, calls] = [false, true].map((isGateway) =>
        receiver.spans.filter(({ resource }) => (resource['service.name'] === 'gateway') === isGateway),
      )
      const roots = calls?.filter(({ name }) => !name.startsWith('attempt')) ?? []
      expect(roots.length).toBe(2)
      for (const { traceId, parentSpanId } of roots) {
        expect(own?.map((span) => `${span.traceId} ${span.spanId}`)).toContain(`${traceId} ${parentSpanId}`)
      }
    })
  },
)

const codex = AGENTS.find(({ wire }) => wire === 'openai-responses') as Agent
const noCodex = reasonToSkip(codex)

test.skipIf(noCodex !== undefined)(
  `${noCodex ? `(${noCodex}) ` : ''}Codex goes on over HTTP when WebSockets are refused`,
  async () => {
    const { tap } = await gatewayBefore(codex.wire)
    const edit = (text: string): string => text.replace('wire_api', 'supports_websockets = true\nwire_api')
    const run = await runAgent(codex, tap.url, 'word-7f3a', { edit })
    expect(run.out).toContain('The word is word-7f3a.')
    expect(tap.heard.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET /v1/responses 426',
      'POST /v1/responses 200',
      'POST /v1/responses 200',
    ])
  },
)
