/** A gateway that is changed, or loses a part, while programs call it: no call is dropped, and none is sent twice. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually, turn } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { endGateways, startCommand, startGateway, type GatewayProcess } from './gateway-process.js'

let fake: FakeProvider
beforeAll(async () => void (fake = await startFakeProvider()))
afterEach(endGateways)
afterAll(() => fake.close())

let runs = 0

function providerAt(behaviour = 'plain') {
  const run = `lifecycle-${(runs += 1)}`
  return { run, baseURL: `${fake.origin}/${run}/${behaviour}/v1` }
}

const fileOf = (baseURL: string, more: object = {}): string =>
  JSON.stringify({ retries: 0, providers: { up: { baseURL, apiKey: 'k' } }, models: { smart: 'up/m' }, ...more })

let calls = 0

/** One call with a text of its own, so that the provider's side can tell it. */
async function call(url: string, stream = false): Promise<string> {
  const content = `call-${(calls += 1)}`
  const body = JSON.stringify({ model: 'smart', stream, messages: [{ role: 'user', content }] })
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })
  const text = await answer.text()
  if (answer.status !== 200 || (stream && !text.endsWith('data: [DONE]\n\n')))
    throw new Error(`${answer.status} ${text}`)
  return content
}

/** Calls one after the other until it is ended, on several lines at once. */
function load(url: string) {
  const done: string[] = []
  let over = false
  const lines = Array.from({ length: 8 }, async (_, i) => {
    while (!over) done.push(await call(url, i % 2 === 0))
  })
  return {
    done,
    async end(): Promise<readonly string[]> {
      over = true
      await Promise.all(lines)
      return done
    },
  }
}

function contentsAt(run: string): readonly string[] {
  return fake.requests(run).map(({ body }) => (body as { messages: { content: string }[] }).messages[0]?.content ?? '')
}

const CONFIG = 'tracestitch.json'

async function change({ folder }: GatewayProcess, text: string): Promise<void> {
  await writeFile(join(folder, 'next'), text)
  await rename(join(folder, 'next'), join(folder, CONFIG))
}

describe('a configuration that is read again', () => {
  test.each([
    ['by SIGHUP', []],
    ['as the file changes', ['--watch']],
  ])('under load, %s: every call is answered, once', async (_, args) => {
    const before = providerAt('drip')
    const after = providerAt()
    const gateway = await startGateway({ files: { [CONFIG]: fileOf(before.baseURL) }, args })
    const running = load(gateway.url)
    await eventually(() => contentsAt(before.run).length > 8, 'calls go to the first provider')
    await change(gateway, fileOf(after.baseURL))
    if (args.length === 0) gateway.child.kill('SIGHUP')
    await eventually(() => contentsAt(after.run).length > 8, 'calls go to the second provider')
    const done = await running.end()
    const asked = [...contentsAt(before.run), ...contentsAt(after.run)]
    expect(asked.toSorted()).toEqual(done.toSorted())
    expect(gateway.error()).toContain('was read again')
  })

  test('that is wrong leaves the old one, and says why', async () => {
    const { baseURL } = providerAt()
    const gateway = await startGateway({ files: { [CONFIG]: fileOf(baseURL) } })
    for (const [text, reason] of [
      ['{ "modles": {} }', 'modles: there is no such option'],
      ['{', 'neither JSON nor YAML'],
      ['{ "models": { "smart": "nobody/m" } }', 'models.smart'],
    ] as const) {
      await change(gateway, text)
      gateway.child.kill('SIGHUP')
      await eventually(() => gateway.error().includes(reason), reason)
      await call(gateway.url)
    }
    expect(gateway.error()).toContain('stays as it was')
  })

  test('keeps what budgets have used', async () => {
    const { baseURL } = providerAt()
    const budget = { budgets: [{ tokens: 1_010, per: 'day' }] }
    const gateway = await startGateway({ files: { [CONFIG]: fileOf(baseURL, budget) } })
    await call(gateway.url)
    await change(gateway, fileOf(baseURL, { ...budget, timeout: 5_000 }))
    gateway.child.kill('SIGHUP')
    await eventually(() => gateway.error().includes('was read again'), 'it is read')
    await expect(call(gateway.url)).rejects.toThrow('429')
  })
})

describe('workers', () => {
  const pids = (gateway: GatewayProcess) => fetch(`${gateway.url}/metrics`).then((answer) => answer.text())

  test('share the port, and one that is killed is replaced', async () => {
    const { run, baseURL } = providerAt()
    const files = { [CONFIG]: fileOf(baseURL) }
    const gateway = await startGateway({ files, args: ['--workers', '2'] })
    expect(gateway.out()).toContain('workers  2; limits, budgets and cooldowns are of each alone')
    for (let i = 0; i < 8; i += 1) await call(gateway.url)
    const figures = await pids(gateway)
    expect([...figures.matchAll(/^http_server_active_requests\{worker="(\d)"\}/gm)].map(([, name]) => name)).toEqual([
      '1',
      '2',
    ])
    // The one that a connection has is killed in the middle of a load.
    const other = await workerOf(gateway)
    const running = loadWithFailures(gateway.url)
    await eventually(() => running.answered() > 8, 'calls are answered')
    process.kill(other, 'SIGKILL')
    await eventually(() => gateway.error().includes('is replaced'), 'the worker is replaced')
    const since = running.answered()
    await eventually(() => running.answered() > since + 8, 'calls are answered again')
    const { answered } = await running.end()
    const asked = contentsAt(run)
    // A connection that broke may have carried a call, but no call is sent twice.
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked).toEqual(expect.arrayContaining([...answered]))
    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toBe(0)
  })

  test('end their streams when the first process is told to stop', async () => {
    const { baseURL } = providerAt('drip')
    const gateway = await startGateway({ files: { [CONFIG]: fileOf(baseURL) }, args: ['--workers', '2'] })
    const body = JSON.stringify({ model: 'smart', stream: true, messages: [{ role: 'user', content: 'hi' }] })
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body })),
    )
    gateway.child.kill('SIGTERM')
    for (const answer of answers) expect(await answer.text()).toMatch(/data: \[DONE\]\n\n$/)
    expect(await gateway.ended).toBe(0)
  })

  test('say once what is wrong with the configuration', async () => {
    const { ended, error } = await startCommand({ files: { [CONFIG]: '{ "modles": {} }' }, args: ['--workers', '3'] })
    expect(await ended).toBe(1)
    expect(error().match(/modles/g)).toHaveLength(1)
  })
})

/** The process of one worker, which its parent started. */
async function workerOf({ child }: GatewayProcess): Promise<number> {
  const { execFile } = await import('node:child_process')
  const { promisify } = await import('node:util')
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(child.pid)])
  const [first] = stdout.trim().split(/\s+/)
  return Number(first)
}

/** As {@link load}, where calls may fail with their connection. */
function loadWithFailures(url: string) {
  const answered: string[] = []
  let over = false
  const lines = Array.from({ length: 4 }, async () => {
    while (!over) {
      await call(url).then(
        (content) => answered.push(content),
        // Its connection broke with the worker.
        () => turn(),
      )
    }
  })
  return {
    answered: () => answered.length,
    async end() {
      over = true
      await Promise.all(lines)
      return { answered }
    },
  }
}
