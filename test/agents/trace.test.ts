/** One trace through processes: a program of the openai SDK, gateways in a row, and a provider that sees the last of it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver, type RecordedSpan } from '../../src/testing.js'
import { root } from '../architecture/sources.js'
import { endGateways, startGateway, type GatewayProcess } from '../gateway/gateway-process.js'
import { eventually, turn } from '../support/eventually.js'
import { startFakeModel, type FakeModel } from './fake-model/server.js'

const PORTKEY = join(root, 'test/agents/node_modules/@portkey-ai/gateway/build/start-server.js')
const COST = 0.0028

let model: FakeModel
let receiver: OtlpReceiver
const children: ChildProcess[] = []

beforeAll(async () => {
  model = await startFakeModel()
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  await endGateways()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  model.exchanges.length = 0
  receiver.clear()
})
afterAll(() => Promise.all([model.close(), receiver.close()]))

function gateway(name: string, options: object): Promise<GatewayProcess> {
  return startGateway({
    files: { 'tracestitch.json': JSON.stringify({ retries: 0, ...options }) },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: name },
  })
}

const last = () =>
  gateway('last', {
    providers: { openai: { baseURL: `${model.origin}/v1`, apiKey: 'k' } },
    models: { smart: 'openai/gpt-5.4' },
  })

/** Runs the program, ends the gateways from the first to the last, and gives the spans of each process. */
async function run(base: string, name: string, gateways: readonly GatewayProcess[], headers: object = {}) {
  const program = spawn(process.execPath, [join(root, 'test/gateway/traced-program.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      GATEWAY: base,
      MODEL: name,
      HEADERS: JSON.stringify(headers),
    },
  })
  children.push(program)
  let out = ''
  program.stdout.on('data', (text) => (out += String(text)))
  expect(await once(program, 'close')).toEqual([0, null])
  expect(JSON.parse(out)).toEqual(['A note', 'A note'])
  for (const { child, ended } of gateways) {
    child.kill('SIGTERM')
    await ended
  }
  return (service: string) => receiver.spans.filter(({ resource }) => resource['service.name'] === service)
}

const isCall = ({ attributes }: RecordedSpan): boolean => 'gen_ai.operation.name' in attributes
const ids = (spans: readonly RecordedSpan[]): readonly string[] => spans.map(({ spanId }) => spanId).sort()
const parents = (spans: readonly RecordedSpan[]) => spans.map(({ parentSpanId }) => parentSpanId).sort()
const isServer = ({ kind }: RecordedSpan): boolean => kind === 'server'
const isAttempt = ({ name }: RecordedSpan): boolean => name.startsWith('attempt')

/** The parents that the provider was told. */
function received(): readonly (string | undefined)[] {
  return model.exchanges.map(({ headers }) => headers['traceparent']?.split('-')[2])
}

test('program, gateway, second gateway, provider', async () => {
  const second = await last()
  const first = await gateway('first', {
    providers: { second: { baseURL: `${second.url}/v1`, apiKey: 'k' } },
    models: { quick: 'second/smart' },
  })
  const of = await run(`${first.url}/v1`, 'quick', [first, second])

  const [program, before, after] = [of('agent'), of('first'), of('last')]
  expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1)
  expect(program.filter(isCall).length).toBe(2)
  // Each process hangs below the span of the one before that stands for its request.
  expect(parents(before.filter(isServer))).toEqual(ids(program.filter(isCall)))
  expect(parents(before.filter(isCall))).toEqual(ids(before.filter(isServer)))
  expect(parents(before.filter(isAttempt))).toEqual(ids(before.filter(isCall)))
  expect(parents(after.filter(isServer))).toEqual(ids(before.filter(isAttempt)))
  expect(parents(after.filter(isCall))).toEqual(ids(after.filter(isServer)))
  expect(parents(after.filter(isAttempt))).toEqual(ids(after.filter(isCall)))
  // A provider on this machine gets `traceparent` too.
  expect(received().toSorted()).toEqual(ids(after.filter(isAttempt)))
  expectCounts(after)
})

const hasPortkey = existsSync(PORTKEY)

test.skipIf(!hasPortkey).each([
  ['which drops the trace, so each call there is one of its own', {}, 3],
  ['which forwards it when it is told to: one trace', { 'x-portkey-forward-headers': 'traceparent,tracestate' }, 1],
])(
  `${hasPortkey ? '' : '(not installed: npm run agents) '}program, Portkey's gateway, ours: %s`,
  async (_, more, traces) => {
    const ours = await last()
    const port = await freePort()
    const portkey = spawn(process.execPath, [PORTKEY, '--headless', `--port=${port}`], {
      env: { PATH: process.env['PATH'], TRUSTED_CUSTOM_HOSTS: 'localhost,127.0.0.1' },
      stdio: 'ignore',
    })
    children.push(portkey)
    await answers(`http://127.0.0.1:${port}`)
    const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${ours.url}/v1`, ...more }
    const of = await run(`http://127.0.0.1:${port}/v1`, 'smart', [ours], headers)

    const [program, after] = [of('agent'), of('last')]
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(traces)
    if (traces === 1) expect(parents(after.filter(isServer))).toEqual(ids(program.filter(isCall)))
    expectCounts(after)
  },
)

/** The gateway that calls the provider knows the model and its price. */
function expectCounts(spans: readonly RecordedSpan[]): void {
  for (const { attributes } of spans.filter(isCall)) {
    expect(attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cost': COST,
    })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(url: string): Promise<void> {
  let up = false
  const ask = (): Promise<void> =>
    fetch(url).then(
      () => void (up = true),
      () => turn().then(ask),
    )
  void ask()
  await eventually(() => up, `${url} answers`)
}
