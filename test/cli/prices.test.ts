/** `tracestitch prices`: what models cost, and which configured ones have no price. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracestitch-prices-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function prices(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = ''
  let error = ''
  const code = await run(['prices', ...args], {
    env: {},
    out: (text) => void (out += text),
    error: (text) => void (error += text),
  })
  return { code, out, error }
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const SECRET = 'sk-this-must-never-be-shown'
const LITELLM = {
  'mine/m': { litellm_provider: 'mine', input_cost_per_token: 1e-6, output_cost_per_token: 3e-6 },
}

describe('a model', () => {
  test('is shown as a table, with where the prices are from', async () => {
    const { code, out, error } = await prices('anthropic/claude-sonnet-4-5')
    expect([code, error]).toEqual([0, ''])
    expect(out).toMatch(/^anthropic\/claude-sonnet-4-5: genai-prices, exact, 20\d\d-\d\d-\d\d\n\n/)
    expect(out).toMatch(/^USD PER MILLION TOKENS {2}STANDARD {2}ABOVE 200000 .*FAST$/m)
    // https://platform.claude.com/docs/en/about-claude/pricing
    expect(out).toMatch(/^input +3 +6 /m)
    expect(out).toMatch(/^cache_read +0\.3 +0\.6 /m)
    expect(out).toMatch(/^output +15 +22\.5 /m)
    expect(out).toMatch(/^USD EACH +STANDARD\nweb_searches +0\.01$/m)
    expect(out).toContain('\n- service tier batch: priced at half the standard prices\n')
    expect(out.split('\n').filter((line) => line.endsWith(' '))).toEqual([])
  })

  test('several are one after the other; --json has them as overrides', async () => {
    const { code, out } = await prices('openai/gpt-4o', 'anthropic/claude-sonnet-4-5', '--json')
    expect(code).toBe(0)
    const cards = JSON.parse(out) as readonly { model: string }[]
    expect(cards.map(({ model }) => model)).toEqual(['openai/gpt-4o', 'anthropic/claude-sonnet-4-5'])
    expect(cards[0]).toMatchObject({ source: 'genai-prices', prices: { input: 2.5, cache_read: 1.25, output: 10 } })
  })

  test('that no source knows: what to do, and exit code 1; the others are shown', async () => {
    const { code, out, error } = await prices('opnai/gpt-4o', 'openai/gpt-4o')
    expect(code).toBe(1)
    expect(out).toMatch(/^openai\/gpt-4o: /)
    expect(error).toContain('tracestitch: opnai/gpt-4o: no price for opnai/gpt-4o; did you mean `openai`?\n')
    expect(error).toContain('{ "prices": { "overrides": { "opnai/gpt-4o": { "input": 1, "output": 2 } } } }')
    const { code: sameCode, out: json } = await prices('mine/m', '--json')
    expect(sameCode).toBe(1)
    expect(JSON.parse(json)).toMatchObject([{ source: null, prices: null, notes: ['no price for mine/m'] }])
  })

  test.each([
    [['gpt-4o'], 1, '`gpt-4o` names no provider; write provider/model'],
    [[], 2, '<provider/model> or --check is missing'],
    [['--check'], 2, '--check needs --config <file>'],
    [['--check', '--config', 'x', 'openai/gpt-4o'], 2, '--check takes no model'],
    [['openai/gpt-4o', '--config', 'no-such-file.json'], 1, 'there is no such file'],
    [['openai/gpt-4o', '--litellm', 'no-such-file.json'], 1, 'the price list of litellm cannot be loaded: there is no'],
  ])('%j is a mistake', async (args, exit, words) => {
    const { code, out, error } = await prices(...args)
    expect([code, out]).toEqual([exit, ''])
    expect(error).toContain(words)
  })
})

describe('prices come from', () => {
  test('overrides of the options, over all others', async () => {
    const config = await file('own.json', {
      prices: { overrides: { 'openai/gpt-4o': { input: 0.000_000_5, output: 7 } } },
    })
    const { code, out } = await prices('openai/gpt-4o', '--config', config)
    expect(code).toBe(0)
    expect(out).toMatch(/^openai\/gpt-4o: override, exact/)
    expect(out).toMatch(/^input +0\.0000005$/m)
  })

  test("LiteLLM's list in a file", async () => {
    const { code, out } = await prices('mine/m', '--litellm', await file('litellm.json', LITELLM))
    expect(code).toBe(0)
    expect(out).toMatch(/^mine\/m: litellm, exact.*\n\n.*\ninput +1\noutput +3\n/)
  })

  test('the list of models.dev at an address', async () => {
    const list = {
      mine: { models: { m: { cost: { input: 4, output: 5, context_over_200k: { input: 8, output: 9 } } } } },
    }
    const server = createServer((_, response) => response.end(JSON.stringify(list)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api.json?key=${SECRET}`
    const { code, out } = await prices('mine/m', '--models-dev', address)
    expect(code).toBe(0)
    expect(out).toMatch(/^mine\/m: models\.dev, exact.*\n\n.*ABOVE 200000\ninput +4 +8\noutput +5 +9\n/)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    const { code: gone, error } = await prices('mine/m', '--models-dev', `${address}&again`)
    expect(gone).toBe(1)
    expect(error).toContain('the price list of models.dev cannot be loaded: ECONNREFUSED')
    expect(error).not.toContain(SECRET)
  })
})

describe('--check', () => {
  const options = {
    models: {
      smart: {
        targets: [
          { model: 'openai/gpt-4o', apiKeyEnv: 'A_VARIABLE_THAT_IS_NOT_SET' },
          { model: 'openai/gpt-4o', name: 'other', apiKey: SECRET },
          'azure/gpt-4o',
        ],
        fallbacks: [{ model: 'mine/m', on: 'context-length' }],
      },
      both: ['smart', 'anthropic/claude-sonnet-4-5'],
      'any-*': 'groq/*',
    },
    providers: { mine: { baseURL: 'http://127.0.0.1:8080/v1', apiKey: SECRET } },
    fallbacks: ['bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0'],
  }

  test('every target that the options name, without any key; exit code 1 when one has no price', async () => {
    const { code, out, error } = await prices('--check', '--config', await file('options.json', options))
    expect(code).toBe(1)
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^MODEL +USD PER MILLION TOKENS +SOURCE +CONFIDENCE$/)
    expect(lines.slice(1, 6).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'openai/gpt-4o',
      'azure/gpt-4o',
      'mine/m',
      'anthropic/claude-sonnet-4-5',
      'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0',
    ])
    expect(out).toMatch(/^openai\/gpt-4o +2\.5 in, 10 out +genai-prices +exact$/m)
    expect(out).toMatch(/^mine\/m +no price$/m)
    expect(out).toMatch(/\n\n5 models, 1 without a price\n$/)
    expect(error).toContain('tracestitch: mine/m: no price for mine/m\n')
    expect(out + error).not.toContain(SECRET)
  })

  test('0 when all have one, which the options may give', async () => {
    const config = await file('priced.json', {
      ...options,
      prices: { overrides: { 'mine/m': { input: 0, output: 0 } } },
    })
    const { code, out, error } = await prices('--check', '--config', config)
    expect([code, error]).toEqual([0, ''])
    expect(out).toMatch(/^mine\/m +0 in, 0 out +override +exact$/m)
    const listed = await prices(
      '--check',
      '--config',
      await file('options.json', options),
      '--json',
      '--litellm',
      await file('litellm.json', LITELLM),
    )
    expect(listed.code).toBe(0)
    const cards = JSON.parse(listed.out) as readonly { model: string; source: string }[]
    expect(cards).toHaveLength(5)
    expect(cards.find(({ model }) => model === 'mine/m')).toMatchObject({ source: 'litellm', prices: { input: 1 } })
  })

  test('options that name nothing have nothing without a price', async () => {
    expect(await prices('--check', '--config', await file('empty.json', {}))).toEqual({
      code: 0,
      out: '0 models, 0 without a price\n',
      error: '',
    })
  })

  test.each([
    ['that are none', { modles: {} }, 'modles: there is no such option; did you mean `models`?'],
    ['that name a provider that there is not', { models: { a: 'opnai/x' } }, 'no provider `opnai`'],
    ['that are no JSON', `{ "models": "${SECRET}`, 'broken.json'],
  ])('options %s are told as such', async (_what, content, words) => {
    const { code, out, error } = await prices('--check', '--config', await file('broken.json', content))
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(words)
    expect(error).not.toContain(SECRET)
  })
})
