/** Keys of the gateway: made by the command, used over HTTP, changed while it runs. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fileKeys } from '../../src/gateway/file-keys.js'
import { keyCheck, newKey } from '../../src/gateway/virtual-keys.js'
import type { VirtualKey } from '../../src/kernel/key-store.js'
import { root } from '../architecture/sources.js'
import { noRedis, RedisServer } from '../stores/redis-server.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { endGateways, startGateway } from './gateway-process.js'

const run = promisify(execFile)

let fake: FakeProvider
let folder: string
beforeAll(async () => void (fake = await startFakeProvider()))
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tracestitch-keys-'))))
afterEach(async () => {
  await endGateways()
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => fake.close())

interface Made {
  readonly key: string
  readonly id: string
}

async function command(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return run(process.execPath, [join(root, 'dist/cli.cjs'), 'keys', ...args], { cwd: folder })
}

async function create(where: readonly string[], ...args: readonly string[]): Promise<Made> {
  const { stdout, stderr } = await command('create', ...where, ...args)
  return { key: stdout.trim(), id: /key_\w+/.exec(stderr)?.[0] ?? '' }
}

let runs = 0
function options(gateway: object) {
  const name = `keys-${(runs += 1)}`
  return {
    run: name,
    files: {
      'tracestitch.json': JSON.stringify({
        gateway,
        providers: { mine: { baseURL: `${fake.origin}/${name}/plain/v1`, apiKey: 'upstream-secret' } },
        models: { smart: 'mine/m', other: 'mine/o' },
        prices: { overrides: { 'mine/m': { input: 1000, output: 1000 }, 'mine/o': { input: 0, output: 0 } } },
      }),
    },
  }
}

const ask = (url: string, key: string | undefined, model = 'other', headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }], max_tokens: 10 }),
  })
const errorOf = async (answer: Response): Promise<{ code: unknown; message: string }> =>
  ((await answer.json()) as { error: { code: unknown; message: string } }).error
const codeOf = async (answer: Response): Promise<unknown> => (await errorOf(answer)).code

describe('with a file', () => {
  const at = () => ['--file', join(folder, 'keys.json')] as const
  const start = async () => {
    const given = options({ keys: join(folder, 'keys.json') })
    return { ...(await startGateway(given)), run: given.run }
  }

  test('a key is shown once, kept as a hash, and only for its user', async () => {
    const { stdout, stderr } = await command('create', ...at(), '--name', 'ann')
    const key = stdout.trim()
    expect(key).toMatch(/^ts-[\w-]{43}$/)
    expect(stderr).not.toContain(key)
    const kept = await readFile(join(folder, 'keys.json'), 'utf8')
    expect(kept).not.toContain(key)
    expect((JSON.parse(kept) as { keys: VirtualKey[] }).keys[0]?.hash).toMatch(/^[\da-f]{64}$/)
    if (process.platform !== 'win32') expect((await stat(join(folder, 'keys.json'))).mode & 0o777).toBe(0o600)
    const listed = await command('list', ...at(), '--json')
    expect(listed.stdout).not.toMatch(/hash|ts-/)
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'ann' }])
  })

  test('keys made at once are all kept', async () => {
    const store = fileKeys(join(folder, 'keys.json'))
    await Promise.all(Array.from({ length: 20 }, () => fileKeys(join(folder, 'keys.json')).put(newKey({}).kept)))
    expect(await store.list()).toHaveLength(20)
  })

  test('unknown, missing, revoked and expired keys are refused; changes need no restart', async () => {
    const { url, error, out } = await start()
    expect((await ask(url, undefined)).status).toBe(401)
    const made = await create(at())
    expect((await ask(url, made.key)).status).toBe(200)
    const over = await create(at(), '--expires', '2020-01-01')
    const refusals = await Promise.all([ask(url, over.key), ask(url, 'ts-never-made')])
    expect(refusals.map(({ status }) => status)).toEqual([401, 401])
    const [first, second] = await Promise.all(refusals.map((answer) => answer.text()))
    expect(first).toBe(second)
    await command('revoke', ...at(), made.id)
    expect((await ask(url, made.key)).status).toBe(401)
    expect(out() + error()).not.toContain(made.key)
  })

  test('models: others are refused, and are in no list; each path has its own shape', async () => {
    const { url } = await start()
    const { key } = await create(at(), '--models', 'smart,mine/o*')
    expect((await ask(url, key, 'smart')).status).toBe(200)
    expect((await ask(url, key, 'mine/o-2')).status).toBe(200)
    const refused = await ask(url, key, 'other')
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'model_not_allowed'])
    const list = await fetch(`${url}/v1/models`, { headers: { 'x-api-key': key } })
    expect(((await list.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
      'smart',
      'mine/o',
      'mine/o-2',
    ])
    const anthropic = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: JSON.stringify({ model: 'other', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }),
    })
    expect(anthropic.status).toBe(403)
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'permission_error' } })
    const gemini = await fetch(`${url}/v1beta/models/other:generateContent?key=${key}`, { method: 'POST', body: '{}' })
    expect(gemini.status).toBe(403)
  })

  test('a limit and a budget of a key are its own', async () => {
    const { url, run: name } = await start()
    const limited = await create(at(), '--rpm', '1')
    expect((await ask(url, limited.key)).status).toBe(200)
    const over = await ask(url, limited.key)
    const told = await errorOf(over)
    expect([over.status, told.code]).toEqual([429, 'rate_limit_exceeded'])
    expect(told.message).toMatch(/^this key takes no further call/)
    // 11 tokens in and 7 out, of 0.001 USD each; the estimate of a call is about as much.
    const poor = await create(at(), '--budget', '0.03/day')
    expect((await ask(url, poor.key, 'smart')).status).toBe(200)
    const spent = await ask(url, poor.key, 'smart')
    expect([spent.status, await codeOf(spent)]).toEqual([429, 'budget_exceeded'])
    const free = await create(at())
    expect((await ask(url, free.key, 'smart')).status).toBe(200)
    expect(fake.requests(name)).toHaveLength(3)
  })

  test('a broken file is an error, not an open door', async () => {
    await writeFile(join(folder, 'keys.json'), '{}')
    const { url } = await start()
    const answer = await ask(url, 'ts-x')
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'keys_unavailable'])
    expect((await ask(url, undefined)).status).toBe(401)
  })
})

test('user, tags and metadata are those of the key, and its id is the key', async () => {
  const { key, kept } = newKey({ user: 'ann', tags: ['a'], metadata: { region: 'eu', user: 'not me' } })
  const store = fileKeys(join(folder, 'keys.json'))
  await store.put(kept)
  const request = { method: 'POST', url: new URL('http://x/'), headers: new Headers() }
  const access = await keyCheck(store)(key, request)
  expect(access?.identity).toEqual({ user: 'ann', tags: ['a'], region: 'eu', key: kept.id })
  expect(await keyCheck(store)(`${key}x`, request)).toBeUndefined()
})

describe.skipIf(noRedis)(`with Redis${noRedis}`, () => {
  let server: RedisServer
  beforeAll(async () => void (server = await RedisServer.start()))
  afterAll(() => server.stop())

  test('two gateways share keys, limits and budgets', async () => {
    const redis = `redis://127.0.0.1:${server.port}`
    const given = options({ keys: 'redis', redis })
    const [one, two] = await Promise.all([startGateway(given), startGateway(given)])
    const at = ['--redis', redis]
    const limited = await create(at, '--rpm', '1')
    expect((await ask(one.url, limited.key)).status).toBe(200)
    expect((await ask(two.url, limited.key)).status).toBe(429)
    const poor = await create(at, '--budget', '0.03/day')
    expect((await ask(one.url, poor.key, 'smart')).status).toBe(200)
    expect((await ask(two.url, poor.key, 'smart')).status).toBe(429)
    expect((await command('list', ...at)).stdout).toContain(limited.id)
    await command('revoke', ...at, limited.id)
    expect((await ask(two.url, limited.key)).status).toBe(401)
    await expect(command('revoke', ...at, 'key_none')).rejects.toMatchObject({ code: 1 })
  })
})
