/** Targets whose key is missing: all are named when the client is made, or left out with `skipWithoutKey`. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions, ConfigError } from '../../src/index.js'

const answer = { choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }] }
const fetched: string[] = []
const fetch = ((url: string | URL | Request) => {
  fetched.push(String(url instanceof Request ? url.url : url))
  return Promise.resolve(Response.json(answer))
}) as typeof globalThis.fetch

const NAMES = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GROQ_API_KEY', 'AZURE_OPENAI_API_KEY', 'AZURE_RESOURCE_NAME']

beforeEach(() => {
  fetched.length = 0
  for (const name of NAMES) vi.stubEnv(name, undefined)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const models: NonNullable<ClientOptions['models']> = {
  smart: ['anthropic/claude-sonnet-4-6', 'openai/gpt-5.4', 'lmstudio/qwen3'],
  fast: { strategy: 'weighted', targets: [{ model: 'groq/llama-3.3-70b', weight: 3 }, 'smart'] },
  claude: 'anthropic/claude-haiku-4-5',
  best: ['claude', 'claude-x'],
  'claude-*': ['anthropic/claude-*'],
}
const messages = [{ role: 'user' as const, content: 'hi' }]

test('all of them are in one error, with the fix of each and how to go on', () => {
  let error: unknown
  try {
    createClient({ models, fallbacks: ['azure/my-deployment'] })
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(ConfigError)
  const { message, path } = error as ConfigError
  expect(path).toBe('models.smart[0]')
  for (const word of ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'models.smart[1]', 'GROQ_API_KEY', 'fallbacks[0]'])
    expect(message).toContain(word)
  expect(message).toContain('skipWithoutKey')
  expect(message.match(/ANTHROPIC_API_KEY/g)).toHaveLength(1)
})

test('skipWithoutKey uses those that are ready, and warns once of the others', async () => {
  const ai = createClient({ models, fallbacks: ['azure/my-deployment', 'lmstudio/last'], skipWithoutKey: true, fetch })
  expect(ai.health().skipped.map(({ target, path }) => `${path} ${target}`)).toEqual([
    'models.smart[0] anthropic/claude-sonnet-4-6',
    'models.smart[1] openai/gpt-5.4',
    'models.fast.targets[0].model groq/llama-3.3-70b',
    'models.claude anthropic/claude-haiku-4-5',
    'models.claude-*[0] anthropic/claude-*',
    'fallbacks[0] azure/my-deployment',
    'models.best[0] claude',
    'models.best[1] claude-x',
  ])
  const said = vi.mocked(console.warn).mock.calls.map(([line]) => String(line))
  expect(said.find((line) => line.includes('groq/llama-3.3-70b'))).toContain('GROQ_API_KEY')
  for (const model of ['smart', 'fast']) {
    const { _meta } = await ai.chat.completions.create({ model, messages })
    expect([_meta.provider, _meta.model]).toEqual(['lmstudio', 'qwen3'])
  }
  createClient({ models, skipWithoutKey: true, fetch })
  expect(vi.mocked(console.warn).mock.calls.filter(([line]) => String(line).includes('groq/llama'))).toHaveLength(1)
})

test.each(['claude', 'best', 'claude-opus'])(
  'an alias of which none is left fails when it is called: %s',
  async (model) => {
    const ai = createClient({ models, skipWithoutKey: true, fetch })
    const call = ai.chat.completions.create({ model, messages })
    await expect(call).rejects.toThrow(ConfigError)
    await expect(call).rejects.toThrow(/can be called: .*ANTHROPIC_API_KEY/)
    expect(fetched).toEqual([])
  },
)

test('a key of the target, or a variable that it names, makes it ready', () => {
  vi.stubEnv('TEAM_KEY', 'k')
  const ai = createClient({
    models: {
      a: [
        { model: 'openai/gpt-5.4', apiKey: 'k', name: 'own' },
        { model: 'groq/x', apiKeyEnv: 'TEAM_KEY', name: 'team' },
        { model: 'groq/x', apiKeyEnv: 'NOBODY_KEY', name: 'nobody' },
      ],
    },
    skipWithoutKey: true,
    fetch,
  })
  expect(ai.health().targets.map(({ target }) => target)).toEqual(['openai/gpt-5.4#own', 'groq/x#team'])
  expect(ai.health().skipped).toMatchObject([
    { path: 'models.a[2].model', reason: expect.stringContaining('NOBODY_KEY') as string },
  ])
})
