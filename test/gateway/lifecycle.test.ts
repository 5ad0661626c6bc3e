/** A gateway that is changed, or loses a part, while programs call it: no call is dropped, and none is sent twice. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { endGateways, startGateway, type GatewayProcess } from './gateway-process.js'

let fake: FakeProvider
beforeAll(async () => void (fake = await startFakeProvider()))
afterEach(endGateways)
afterAll(() => fake.close())

let runs = 0

function providerAt(behaviour = 'plain') {
  const run = `lifecycle-${(runs += 1)}`
  return { run, baseURL: `${fake.origin}/${run}/${behaviour}/v1` }
}

const fileOf = (baseURL: string): string =>
  JSON.stringify({ retries: 0, providers: { up: { baseURL, apiKey: 'k' } }, models: { smart: 'up/m' } })

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
})
