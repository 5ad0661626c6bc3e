/** Price lists that a user supplies: where they stand, how they load, and what happens when they do not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { costOf, type PriceOptions } from '../../src/cost/price.js'
import { loadPrices } from '../../src/cost/tables.js'

const at = Date.parse('2026-06-01T12:00:00Z')
const usage = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 }
const price = (provider: string, model: string, prices: PriceOptions) => costOf({ provider, model, usage, at }, prices)

const litellm = {
  sample_spec: { input_cost_per_token: 0 },
  'gpt-4o': { litellm_provider: 'openai', input_cost_per_token: 9e-6 },
  'gpt-4o-next': { litellm_provider: 'openai', input_cost_per_token: 7e-6 },
  'together_ai/some/model': { litellm_provider: 'together_ai', input_cost_per_token: 1e-6 },
  'a-model': { litellm_provider: 'groq', input_cost_per_token: 2e-6 },
  'deepinfra/org/a-model': { litellm_provider: 'deepinfra', input_cost_per_token: 3e-6 },
  'bedrock/x': { litellm_provider: 'bedrock', max_tokens: 5 },
  'meta.model-v1:0': { litellm_provider: 'bedrock_converse', input_cost_per_token: 4e-6 },
}
const modelsDev = {
  togetherai: { id: 'togetherai', models: { 'some/model': { id: 'some/model', cost: { input: 8 } } } },
  chutes: { id: 'chutes', models: { 'org/m': { id: 'org/m', cost: { input: 0.5, output: 1 } }, free: { id: 'free' } } },
}

describe('which source counts', () => {
  test.each([
    ['the table before a list', 'openai', 'gpt-4o', { litellm }, 2.5, 'genai-prices'],
    ['a list that has the model before a pattern of the table', 'openai', 'gpt-4o-next', { litellm }, 7, 'litellm'],
    [
      'overrides before all',
      'openai',
      'gpt-4o',
      { litellm, overrides: { 'openai/gpt-4o': { input: 1 } } },
      1,
      'override',
    ],
    ['a list as overrides', 'openai', 'gpt-4o', { overrides: litellm as never }, 9, 'override'],
    ['LiteLLM before models.dev', 'together', 'some/model', { litellm, modelsDev }, 1, 'litellm'],
    ['models.dev by its name of the provider', 'together', 'some/model', { modelsDev }, 8, 'models.dev'],
    ['models.dev', 'chutes', 'org/m', { litellm, modelsDev }, 0.5, 'models.dev'],
    ['a key of another provider is not taken', 'together', 'a-model', { litellm }, null, null],
    ['a key without a provider is that of the entry', 'aws.bedrock', 'meta.model-v1:0', { litellm }, 4, 'litellm'],
    ['an entry without prices', 'bedrock', 'x', { litellm }, null, null],
    ['a model without prices', 'chutes', 'free', { modelsDev }, null, null],
    ['a name out of Object.prototype', 'chutes', 'constructor', { litellm, modelsDev }, null, null],
  ] as const)('%s', (_what, provider, model, prices, usd, source) => {
    expect(price(provider, model, prices)).toMatchObject({ usd, source })
  })
})

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: string) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }

  test('a path and a file URL are read on the spot', () => {
    const path = file('a.json', JSON.stringify(litellm))
    expect(price('deepinfra', 'org/a-model', { litellm: path }).usd).toBe(3)
    expect(price('deepinfra', 'org/a-model', { litellm: pathToFileURL(path) }).usd).toBe(3)
  })

  test.each([
    ['no file', join(folder, 'none.json'), 'ENOENT'],
    ['no JSON', file('text.json', '{"secret": x'), 'it is not JSON'],
    ['another format', file('other.json', '{"a": 1}'), 'it holds no prices in that format'],
  ])('%s: unknown, with the reason', (_what, path, reason) => {
    expect(price('deepinfra', 'org/a-model', { litellm: path })).toMatchObject({
      usd: null,
      missing: [`no price for deepinfra/org/a-model; the price list of litellm could not be loaded: ${reason}`],
    })
  })

  test('a file that breaks leaves the copy before, and says so', async () => {
    const path = file('b.json', JSON.stringify(litellm))
    const prices = { litellm: path }
    expect(await loadPrices(prices)).toMatchObject([{ list: 'litellm', models: 6, error: undefined }])
    writeFileSync(path, '{')
    const [broken] = await loadPrices(prices)
    expect(broken).toMatchObject({ models: 6, error: 'it is not JSON' })
    expect(price('deepinfra', 'org/a-model', prices).usd).toBe(3)
    writeFileSync(path, JSON.stringify({ 'deepinfra/org/a-model': { input_cost_per_token: 5e-6 } }))
    expect(await loadPrices(prices)).toMatchObject([{ models: 1, error: undefined }])
    expect(price('deepinfra', 'org/a-model', prices).usd).toBe(5)
  })
})

describe('addresses', () => {
  let server: Server
  let base: string
  let answer: { status: number; body: string } = { status: 200, body: '{}' }
  let asked = 0
  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked += 1
      response.writeHead(answer.status).end(answer.body)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())
  afterEach(() => vi.useRealTimers())

  test('nobody waits: the price is unknown until the list is there', async () => {
    answer = { status: 200, body: JSON.stringify(modelsDev) }
    const prices = { modelsDev: `${base}/a` }
    expect(price('chutes', 'org/m', prices)).toMatchObject({
      usd: null,
      missing: ['no price for chutes/org/m; the price list of models.dev is being loaded'],
    })
    await expect.poll(() => price('chutes', 'org/m', prices)).toMatchObject({ usd: 0.5, source: 'models.dev' })
  })

  test('it is fetched once for all, and again after a day; a failure leaves the copy before', async () => {
    answer = { status: 200, body: JSON.stringify(modelsDev) }
    const prices = { modelsDev: new URL(`${base}/b?key=secret`) }
    await loadPrices(prices)
    const before = asked
    for (let i = 0; i < 50; i += 1) price('chutes', 'org/m', prices)
    expect(asked).toBe(before)
    answer = { status: 500, body: 'oops' }
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 })
    expect(price('chutes', 'org/m', prices).usd).toBe(0.5)
    vi.useRealTimers()
    await expect.poll(() => asked).toBe(before + 1)
    const [status] = await loadPrices(prices)
    expect(status).toMatchObject({ models: 2, error: 'HTTP 500' })
    expect(price('chutes', 'org/m', prices).usd).toBe(0.5)
  })

  test('a failure tells no address', async () => {
    const [status] = await loadPrices({ litellm: 'http://127.0.0.1:1/list?key=secret' })
    expect(status?.models).toBe(0)
    expect(status?.error).not.toContain('secret')
  })
})
