/** `tracestitch gateway` as users start it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { endGateways, startCommand, startGateway } from './gateway-process.js'

let fake: FakeProvider
beforeAll(async () => void (fake = await startFakeProvider()))
afterEach(endGateways)
afterAll(() => fake.close())

let runs = 0
const providerAt = (behaviour = 'plain') => {
  const run = `command-${(runs += 1)}`
  return { run, baseURL: `${fake.origin}/${run}/${behaviour}/v1` }
}
const body = (model: string) => JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] })
const ask = (url: string, model: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: body(model) })

describe('without a file', () => {
  test('the provider whose key is in the environment serves all names', async () => {
    const { run, baseURL } = providerAt()
    const { url, out } = await startGateway({ env: { OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: baseURL } })
    expect(out()).toContain('keys in the environment (openai)')
    for (const model of ['gpt-5.4-mini', 'openai/gpt-5.4', 'whatever']) {
      expect([model, (await ask(url, model)).status]).toEqual([model, 200])
    }
    expect(fake.requests(run).map((request) => (request.body as { model: string }).model)).toEqual([
      'gpt-5.4-mini',
      'gpt-5.4',
      'whatever',
    ])
    expect((await ask(url, 'groq/x')).status).toBe(200)
    expect(fake.requests(run).at(-1)?.body).toMatchObject({ model: 'groq/x' })
  })

  test('nor a key, it says what to do', async () => {
    const { ended, error } = await startCommand({})
    expect(await ended).toBe(1)
    expect(error()).toContain('OPENAI_API_KEY')
  })
})

describe('with a file', () => {
  const options = (baseURL: string) => ({
    providers: { mine: { baseURL, apiKey: '${MY_KEY}' } },
    models: { smart: 'mine/m' },
  })
  const yaml = (baseURL: string) => `
providers:
  mine: { baseURL: '${baseURL}', apiKey: '\${MY_KEY}' }
models: { smart: mine/m }`
  const litellm = (baseURL: string) => `
model_list:
  - model_name: smart
    litellm_params: { model: openai/m, api_base: '${baseURL}', api_key: os.environ/MY_KEY }`

  test.each([
    ['tracestitch.json', (at: string) => JSON.stringify(options(at))],
    ['tracestitch.yaml', yaml],
    [
      'tracestitch.mjs',
      (at: string) => `export default ${JSON.stringify(options(at)).replace('"${MY_KEY}"', 'process.env.MY_KEY')}`,
    ],
    [
      'tracestitch.js',
      (at: string) =>
        `module.exports = () => (${JSON.stringify(options(at)).replace('"${MY_KEY}"', 'process.env.MY_KEY')})`,
    ],
    ['tracestitch.yml', litellm],
  ])('%s is found, and its variables are read', async (name, text) => {
    const { run, baseURL } = providerAt()
    const { url, out } = await startGateway({ files: { [name]: text(baseURL) }, env: { MY_KEY: 'sk-mine' } })
    expect(out()).toContain(`options  ${name}`)
    expect((await ask(url, 'smart')).status).toBe(200)
    expect(fake.requests(run)[0]?.headers['authorization']).toBe('Bearer sk-mine')
  })

  test.each([
    ['{ "models": { "a": "openai/x" }, "gatewy": {} }', 'gatewy: there is no such option'],
    ['{ "gateway": { "prot": 1 } }', 'gateway.prot: there is no such option'],
    [
      '{ "models": { "a": { "targets": ["${NOT_SET}/m"] } } }',
      'models.a.targets[0]: names the environment variable NOT_SET',
    ],
    ['{', 'neither JSON nor YAML'],
  ])('%s is refused with the fix', async (text, reason) => {
    const { ended, error } = await startCommand({ files: { 'tracestitch.json': text } })
    expect(await ended).toBe(1)
    expect(error()).toContain(reason)
    expect(error()).not.toMatch(/^ +at /m)
  })

  test('a master key of the environment is asked for', async () => {
    const { baseURL } = providerAt()
    const files = { 'tracestitch.json': JSON.stringify(options(baseURL)) }
    const { url, out } = await startGateway({ files, env: { MY_KEY: 'k', TRACESTITCH_MASTER_KEY: 'sk-master' } })
    expect((await ask(url, 'smart')).status).toBe(401)
    expect((await ask(url, 'smart', { authorization: 'Bearer sk-master' })).status).toBe(200)
    expect(out()).not.toContain('sk-master')
  })
})

describe('the end', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s: open streams are finished', async (signal) => {
    const { baseURL } = providerAt('drip')
    const { url, child, ended } = await startGateway({ env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: baseURL } })
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'gpt-5.4', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
    })
    child.kill(signal)
    expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/)
    expect(await ended).toBe(0)
  })

  test('a second signal ends the process at once', async () => {
    const { baseURL } = providerAt('stall')
    const { url, child, ended, error } = await startGateway({ env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: baseURL } })
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'gpt-5.4', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
    })
    child.kill('SIGINT')
    await eventually(() => error().includes('closing'), 'it begins to close')
    child.kill('SIGINT')
    expect(await ended).toBe('SIGINT')
    await expect(response.text()).rejects.toThrow('terminated')
  })
})
