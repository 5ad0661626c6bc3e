/** A LiteLLM configuration becomes options that a client takes and routes by. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fromLiteLLM } from '../../src/config.js'
import { createClient } from '../../src/index.js'
import { startFakeProvider } from '../support/fake-provider.js'

afterEach(() => vi.unstubAllEnvs())

const file = (origin: string): string => `
model_list:
  - model_name: support-chat            # two deployments share the work
    litellm_params:
      model: openai/main-model
      api_base: ${origin}/litellm/ok/v1
      api_key: os.environ/SUPPORT_KEY
      rpm: 300
      timeout: 20
      stream_timeout: 4
    model_info:
      id: main
      max_input_tokens: 100000
      supports_vision: true
  - model_name: support-chat
    litellm_params:
      model: openai/second-model
      api_base: ${origin}/litellm/ok/v1
      api_key: sk-literal-secret
      rpm: 100
      input_cost_per_token: 0.000002
      output_cost_per_token: 0.000008
      max_budget: 5
  - model_name: support-large
    litellm_params: { model: openai/large-model, api_base: "${origin}/litellm/ok/v1", api_key: os.environ/SUPPORT_KEY, temperature: 0.2 }
  - model_name: unreachable
    litellm_params: { model: petals/none, api_key: os.environ/SUPPORT_KEY }
  - model_name: hidden-host
    litellm_params: { model: openai/x, api_base: os.environ/SOME_BASE }
litellm_settings:
  drop_params: true
  success_callback: [langfuse]
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 1
  timeout: 30
  cooldown_time: 60
  allowed_fails: 3
  fallbacks: [{ support-chat: [support-large] }, { support-large: [support-chat] }]
  context_window_fallbacks: [{ support-chat: [support-large] }]
  model_group_alias: { helpdesk: support-chat }
  redis_host: cache.internal
general_settings:
  master_key: os.environ/MASTER
`

describe('fromLiteLLM', () => {
  test('routes as the file says, and names all that it cannot say', async () => {
    vi.stubEnv('SUPPORT_KEY', 'k-support')
    const server = await startFakeProvider()
    try {
      const { options, warnings } = fromLiteLLM(file(server.origin))
      expect(options).toEqual(JSON.parse(JSON.stringify(options)))
      expect(options.models?.['support-chat.targets']).toMatchObject({
        strategy: 'weighted',
        targets: [
          {
            model: 'openai/main-model',
            name: 'main',
            apiKeyEnv: 'SUPPORT_KEY',
            weight: 300,
            limits: { rpm: 300 },
            timeout: { total: 20_000, firstChunk: 4_000 },
            contextWindow: 100_000,
            capabilities: { vision: true },
          },
          { model: 'openai/second-model', weight: 100 },
        ],
      })
      expect(options.models?.['support-chat']).toMatchObject({
        fallbacks: [{ model: 'support-large.targets', on: 'context-length' }, 'support-large.targets'],
      })
      expect(options).toMatchObject({
        retries: 1,
        timeout: { total: 30_000 },
        cooldown: { duration: 60_000, consecutive: 4 },
        dropUnsupported: true,
        prices: { overrides: { 'openai/second-model': { input: 2, output: 8 } } },
      })
      expect(warnings.map((warning) => warning.slice(0, warning.indexOf(':'))).sort()).toEqual(
        [
          'general_settings',
          'litellm_settings.success_callback',
          'model_list[1].litellm_params.api_key',
          'model_list[1].litellm_params.max_budget',
          'model_list[3].litellm_params.model',
          'model_list[4].litellm_params.api_base',
          'router_settings.allowed_fails',
          'router_settings.redis_host',
          'router_settings.timeout',
        ].sort(),
      )
      expect(JSON.stringify(warnings)).not.toContain('sk-literal-secret')

      const ai = createClient(options)
      const messages = [{ role: 'user' as const, content: 'hi' }]
      for (let call = 0; call < 40; call += 1) await ai.chat.completions.create({ model: 'helpdesk', messages })
      await ai.chat.completions.create({ model: 'support-large', messages })
      const sent = server.requests('litellm').map(({ headers, body }) => ({
        key: headers['authorization'],
        ...(body as { model: string; temperature?: number }),
      }))
      const keys = new Map(sent.map(({ model, key }) => [model, key]))
      expect(keys).toEqual(
        new Map([
          ['main-model', 'Bearer k-support'],
          ['second-model', 'Bearer sk-literal-secret'],
          ['large-model', 'Bearer k-support'],
        ]),
      )
      expect(sent.at(-1)).toMatchObject({ model: 'large-model', temperature: 0.2 })
    } finally {
      await server.close()
    }
  })

  test.each([
    [
      'router_settings.timeout',
      { router_settings: { timeout: 30 }, litellm_settings: { request_timeout: 60 } },
      30_000,
    ],
    ['litellm_settings.request_timeout', { litellm_settings: { request_timeout: 60 } }, 60_000],
  ])('%s is named where it is the time limit', (field, settings, total) => {
    const { options, warnings } = fromLiteLLM({
      model_list: [{ model_name: 'a', litellm_params: { model: 'ollama/a' } }],
      ...settings,
    })
    expect(options.timeout).toEqual({ total })
    expect(
      warnings.filter((warning) => warning.includes('whole call')).map((warning) => warning.split(':')[0]),
    ).toEqual([field])
  })

  test('a group that has the name of its own model, and a wildcard', () => {
    vi.stubEnv('OPENAI_API_KEY', 'k')
    const { options } = fromLiteLLM({
      model_list: [
        { model_name: 'openai/gpt-5.4', litellm_params: { model: 'openai/gpt-5.4' } },
        { model_name: 'openai/*', litellm_params: { model: 'openai/*' } },
        { model_name: 'bare', litellm_params: { model: 'gpt-5.4' } },
      ],
      router_settings: {
        routing_strategy: 'latency-based-routing',
        routing_strategy_args: { lowest_latency_buffer: 0.5 },
      },
    })
    expect(() => createClient(options)).not.toThrow()
  })

  test('a model that its provider serves by another API goes there, or is left out with a warning', () => {
    const { options, warnings } = fromLiteLLM({
      model_list: [
        'vertex_ai/claude-sonnet-4-6',
        'vertex_ai/gemini-3-flash',
        'vertex_ai/meta/llama-4-scout-maas',
        'vertex_ai/jamba-1.5-large@001',
        'azure_ai/claude-haiku-4-5',
        'bedrock/converse/us-east-1/anthropic.claude-haiku-4-5',
        'watsonx/ibm/granite-4',
      ].map((model) => ({ model_name: 'all', litellm_params: { model } })),
    })
    expect(options.models?.['all']).toEqual({
      strategy: 'weighted',
      targets: [
        { model: 'vertex/claude-sonnet-4-6' },
        { model: 'vertex/gemini-3-flash' },
        { model: 'vertex-openai/meta/llama-4-scout-maas' },
        { model: 'azure-ai/claude-haiku-4-5' },
        { model: 'bedrock/anthropic.claude-haiku-4-5', variables: { region: 'us-east-1' } },
        { model: 'watsonx-text/ibm/granite-4' },
      ],
    })
    expect(warnings).toEqual(
      [[3, 'vertex_ai/jamba-1.5-large@001', 'vertex']].map(
        ([at, model, row]) =>
          `model_list[${at}].litellm_params.model: \`${model}\` is served by an API of \`${row}\` that is not supported here; the deployment is left out`,
      ),
    )
  })

  test.each([
    ['anthropic/claude-haiku-4-5', 'https://proxy.example/v1', { baseURL: 'https://proxy.example' }],
    ['anthropic/claude-haiku-4-5', 'https://proxy.example/team/v1/messages', { baseURL: 'https://proxy.example/team' }],
    ['cohere/command-a', 'https://proxy.example/v2/chat', { baseURL: 'https://proxy.example' }],
    ['ollama/llama', 'http://127.0.0.1:11434/api/chat', { baseURL: 'http://127.0.0.1:11434' }],
    ['openai/gpt-5.4', 'https://proxy.example/v1/chat/completions', { baseURL: 'https://proxy.example/v1' }],
    ['openai/gpt-5.4', 'https://proxy.example/v1/', { baseURL: 'https://proxy.example/v1' }],
    ['azure/d', 'https://mine.openai.azure.com/', { variables: { resource: 'mine' } }],
    ['azure_ai/m', 'https://mine.services.ai.azure.com/models', { variables: { resource: 'mine' } }],
    ['watsonx/m', 'https://eu-de.ml.cloud.ibm.com', { variables: { region: 'eu-de' } }],
  ])('the address of %s: %s', (model, api_base, expected) => {
    const { options, warnings } = fromLiteLLM({
      model_list: [{ model_name: 'm', litellm_params: { model, api_base, api_key: 'os.environ/TEAM_KEY' } }],
    })
    expect(warnings).toEqual([])
    vi.stubEnv('TEAM_KEY', 'k')
    expect(() => createClient(options)).not.toThrow()
    expect(options.models?.['m']).toEqual({
      targets: [{ model: expect.any(String), apiKeyEnv: 'TEAM_KEY', ...expected }],
    })
  })

  test('fields of bodies, and variables of the provider that they are for', () => {
    const { options, warnings } = fromLiteLLM({
      model_list: [
        {
          model_name: 'm',
          litellm_params: {
            model: 'watsonx/ibm/granite-4',
            project_id: 'p-1',
            drop_params: true,
            thinking: { type: 'enabled', budget_tokens: 1024 },
            extra_body: { mine: 1 },
          },
          model_info: { mode: 'chat' },
        },
        { model_name: 'n', litellm_params: { model: 'openai/gpt-5.4', project_id: 'p-2' } },
      ],
    })
    expect(options.models?.['m']).toEqual({
      targets: [
        {
          model: 'watsonx-text/ibm/granite-4',
          variables: { project_id: 'p-1' },
          dropUnsupported: true,
          params: { thinking: { type: 'enabled', budget_tokens: 1024 }, extra_body: { mine: 1 } },
        },
      ],
    })
    expect(warnings).toEqual(['model_list[1].litellm_params.project_id: has no counterpart here; left out'])
  })

  test('text that is neither JSON nor YAML is told without quoting it', () => {
    expect(() => fromLiteLLM('model_list: [\n  sk-secret: {')).toThrow(
      /^fromLiteLLM\(config\): is neither JSON nor YAML; line \d+ is at fault$/,
    )
  })
})
