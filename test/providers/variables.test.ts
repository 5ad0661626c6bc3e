import { describe, expect, test } from 'vitest'
import { everything } from '../../src/whole-catalogue.js'
import { ConfigError } from '../../src/kernel/errors.js'
import type { ProviderOptions } from '../../src/router/options.js'
import { planProvider, type Environment } from '../../src/router/provider-plan.js'
import type { PlannedProvider } from '../../src/router/target.js'

function plan(id: string, options: ProviderOptions = {}, env: Environment = {}): PlannedProvider {
  return planProvider(id, options, everything, env)
}

function faultOf(step: () => unknown): ConfigError {
  try {
    step()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a base URL with variables', () => {
  test.each<[string, string, ProviderOptions, Environment, string]>([
    ['from the options', 'azure', { variables: { resource: 'mine' } }, {}, 'https://mine.openai.azure.com/openai/v1'],
    ['from the environment', 'azure', {}, { AZURE_RESOURCE_NAME: 'mine' }, 'https://mine.openai.azure.com/openai/v1'],
    [
      'from the options before the environment',
      'azure',
      { variables: { resource: 'mine' } },
      { AZURE_RESOURCE_NAME: 'other' },
      'https://mine.openai.azure.com/openai/v1',
    ],
    [
      'from the second name',
      'bedrock-mantle',
      {},
      { AWS_DEFAULT_REGION: 'eu-west-1' },
      'https://bedrock-mantle.eu-west-1.api.aws/v1',
    ],
    [
      'several, one of them by default',
      'cloudflare',
      { variables: { account: 'a1' } },
      {},
      'https://gateway.ai.cloudflare.com/v1/a1/default/compat',
    ],
    [
      'a host that is kept as an address',
      'databricks',
      {},
      { DATABRICKS_HOST: 'https://adb-1.2.azuredatabricks.net/' },
      'https://adb-1.2.azuredatabricks.net/serving-endpoints',
    ],
    ['not at all, with a base URL', 'azure', { baseURL: 'https://other/v1' }, {}, 'https://other/v1'],
  ])('is filled %s', (_how, id, options, env, baseURL) => {
    const planned = plan(id, { apiKey: 'k', ...options }, env)
    expect(planned.baseURL).toBe(baseURL)
    expect(planned.missing).toBeUndefined()
    expect(planned.authorize()).toBeDefined()
  })

  test('says what is missing and where it can be given, and only on use', () => {
    const planned = plan('azure', { apiKey: 'k' })
    const hint = 'Azure OpenAI needs its resource: set AZURE_RESOURCE_NAME or providers.azure.variables.resource'
    expect(planned.missing).toBe(hint)
    expect(faultOf(() => planned.authorize()).message).toContain(hint)
  })

  test.each(['evil.com/v1?x=', 'a b', '../..', 'user@host', '', 'a#b'].map((value) => [value] as const))(
    'refuses %j as a part of a URL without showing it',
    (value) => {
      const fault = faultOf(() => plan('azure', { apiKey: 'k', variables: { resource: value } }))
      expect(fault.message).toContain('providers.azure.variables.resource')
      if (value !== '') expect(fault.message).not.toContain(value)
    },
  )

  test('refuses a variable that the provider does not have', () => {
    const fault = faultOf(() => plan('azure', { apiKey: 'k', variables: { region: 'x' } }))
    expect(fault.message).toContain('it takes resource')
    expect(faultOf(() => plan('openai', { apiKey: 'k', variables: { region: 'x' } })).message).toContain('has none')
  })
})

describe('a key that is optional', () => {
  test('is sent when there is one', () => {
    expect(plan('litellm', {}, { LITELLM_API_KEY: 'sk-1' }).authorize()).toEqual(['authorization', 'Bearer sk-1'])
  })

  test('is not missed when there is none', () => {
    const planned = plan('litellm')
    expect(planned.missing).toBeUndefined()
    expect(planned.authorize()).toBeUndefined()
  })
})

describe('a base URL that depends on a variable', () => {
  test.each([
    ['global', 'https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google'],
    [
      'europe-west4',
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/publishers/google',
    ],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/google'],
  ])('Vertex AI in %s', (location, baseURL) => {
    expect(plan('vertex', { variables: { project: 'p', location } }).baseURL).toBe(baseURL)
  })

  test('Vertex AI is ready where the environment names credentials, and otherwise may still find some', () => {
    const env = { GOOGLE_CLOUD_PROJECT: 'p' }
    expect(plan('vertex', {}, env)).toMatchObject({ ready: false, missing: undefined, renewable: true })
    expect(plan('vertex', {}, { ...env, GOOGLE_APPLICATION_CREDENTIALS: '/key.json' }).ready).toBe(true)
    expect(plan('vertex', { apiKey: 'token' }, env)).toMatchObject({ ready: true, renewable: false })
  })
})

describe("an address of a server of one's own", () => {
  test.each([
    ['10.0.0.7', 'http://10.0.0.7:11434'],
    ['10.0.0.7:8080', 'http://10.0.0.7:8080'],
    [':8080', 'http://127.0.0.1:8080'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['gpu-box', 'http://gpu-box:11434'],
    ['https://ollama.example/', 'https://ollama.example'],
  ])('OLLAMA_HOST=%s', (address, baseURL) => {
    expect(plan('ollama', {}, { OLLAMA_HOST: address }).baseURL).toBe(baseURL)
    expect(plan('ollama', { baseURL: 'http://mine/' }, { OLLAMA_HOST: address }).baseURL).toBe('http://mine')
  })

  test.each(['a b', 'user:pass@host', 'host/path', ':123456'])(
    'OLLAMA_HOST=%s is refused without showing it',
    (address) => {
      const fault = faultOf(() => plan('ollama', {}, { OLLAMA_HOST: address }))
      expect(fault.path).toBe('OLLAMA_HOST')
      expect(fault.message).not.toContain(address)
    },
  )
})
