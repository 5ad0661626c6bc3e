/** A Portkey config becomes options that a client takes and routes by. */
import { describe, expect, test } from 'vitest'
import { fromPortkey } from '../../src/config.js'
import { createClient, type ClientOptions } from '../../src/index.js'
import { startFakeProvider } from '../support/fake-provider.js'

const messages = [{ role: 'user' as const, content: 'hi' }]
const pathsOf = (warnings: readonly string[]): string[] => warnings.map((one) => one.slice(0, one.indexOf(':'))).sort()

test('nested targets, weights, retries, and what stays at Portkey', async () => {
  const server = await startFakeProvider()
  const custom_host = `${server.origin}/portkey/ok/v1`
  const broken = `${server.origin}/portkey/error-500/v1`
  try {
    const { options, warnings } = fromPortkey({
      strategy: { mode: 'fallback', on_status_codes: [429, 500] },
      retry: { attempts: 2, on_status_codes: [429, 503, 401] },
      cache: { mode: 'simple', max_age: 60 },
      targets: [
        { provider: 'openai', api_key: 'k-broken', customHost: broken, overrideParams: { model: 'first' } },
        {
          strategy: { mode: 'loadbalance' },
          targets: [
            {
              name: 'a',
              provider: 'openai',
              api_key: 'k-a',
              custom_host,
              weight: 0.7,
              override_params: { model: 'one' },
            },
            {
              name: 'b',
              provider: 'openai',
              api_key: 'k-b',
              custom_host,
              weight: 0.3,
              override_params: { model: 'two', top_p: 0.5 },
            },
            { provider: '@team-keys', override_params: { model: 'x' } },
          ],
        },
      ],
    })
    expect(options.retries).toEqual({ max: 0, on: { 'rate-limit': 2, overloaded: 2 } })
    expect(options.models?.['default']).toMatchObject({
      fallbacks: [{ model: 'default.2', on: ['rate-limit', 'quota', 'server'] }],
    })
    expect(options.models?.['default.2']).toMatchObject({
      strategy: 'weighted',
      targets: [{ weight: 0.7 }, { weight: 0.3 }],
    })
    expect(pathsOf(warnings)).toEqual([
      'cache',
      'retry.on_status_codes',
      'targets[0].api_key',
      'targets[1].targets[0].api_key',
      'targets[1].targets[1].api_key',
      'targets[1].targets[2].provider',
    ])
    expect(JSON.stringify(warnings)).not.toMatch(/k-(a|b|broken)/)
    const ai = createClient(options)
    for (let call = 0; call < 4; call += 1) await ai.chat.completions.create({ model: 'default', messages })
    const models = server.requests('portkey').map(({ body }) => (body as { model: string }).model)
    expect(models[0]).toBe('first')
    expect(['one', 'two']).toContain(models[1])
  } finally {
    await server.close()
  }
})

test('conditions choose by metadata; a model that is not said is that of the call', async () => {
  const server = await startFakeProvider()
  const custom_host = `${server.origin}/portkey/ok/v1`
  try {
    const { options, warnings } = fromPortkey(
      JSON.stringify({
        strategy: {
          mode: 'conditional',
          conditions: [
            {
              query: { $or: [{ 'metadata.plan': { $eq: 'paid' } }, { 'metadata.seats': { $gt: '10' } }] },
              then: 'big',
            },
            { query: { 'params.model': { $eq: 'x' } }, then: 'big' },
          ],
          default: 'small',
        },
        targets: [
          { name: 'big', provider: 'openai', api_key: 'k-big', custom_host },
          { name: 'small', provider: 'openai', api_key: 'k-small', custom_host },
        ],
      }),
    )
    expect(pathsOf(warnings)).toContain('strategy.conditions[1].query')
    const ai = createClient(options)
    for (const metadata of [{ plan: 'paid' }, { seats: 11 }, { plan: 'free' }]) {
      await ai.chat.completions.create({ model: 'default/gpt-5.4', messages }, { metadata })
    }
    const sent = server
      .requests('portkey')
      .map(({ headers, body }) => [headers['authorization'], (body as { model: string }).model])
    expect(sent).toEqual([
      ['Bearer k-big', 'gpt-5.4'],
      ['Bearer k-big', 'gpt-5.4'],
      ['Bearer k-small', 'gpt-5.4'],
    ])
  } finally {
    await server.close()
  }
})

test('a fallback is for its status codes only', async () => {
  const server = await startFakeProvider()
  try {
    const optionsFor = (status: number) =>
      fromPortkey({
        strategy: { mode: 'fallback', on_status_codes: [status, 418] },
        targets: ['error-500', 'ok', 'ok'].map((scenario, i) => ({
          name: `t${i}`,
          provider: 'openai',
          api_key: `k-${i}`,
          custom_host: `${server.origin}/only-${status}/${scenario}/v1`,
          override_params: { model: `m-${i}` },
        })),
      })
    const call = (options: ClientOptions) =>
      createClient({ ...options, retries: 0 }).chat.completions.create({ model: 'default', messages })
    const { options, warnings } = optionsFor(429)
    expect(warnings).toContain('strategy.on_status_codes: 418 is no failure that a fallback is for here; left out')
    expect(options.models).toMatchObject({
      default: {
        targets: [{ model: 'openai/m-0', name: 't0' }],
        fallbacks: [{ model: 'default.t1', on: ['rate-limit', 'quota'] }, { model: 'default.t2' }],
      },
      'default.t1': { targets: [{ model: 'openai/m-1', name: 't1', apiKey: 'k-1' }] },
    })
    await expect(call(options)).rejects.toMatchObject({ status: 500 })
    expect(server.requests('only-429')).toHaveLength(1)
    expect((await call(optionsFor(500).options))._meta.model).toBe('m-1')
  } finally {
    await server.close()
  }
})

describe('retries', () => {
  const target = (model: string, retry?: object) => ({ provider: 'openai', override_params: { model }, retry })
  const retriesOf = (config: object) => {
    const { options, warnings } = fromPortkey(config)
    return [options.retries, pathsOf(warnings)]
  }

  test.each([
    ['of one target', target('a', { attempts: 3 }), 3, []],
    ['that all targets say alike', { targets: [target('a', { attempts: 3 }), target('b', { attempts: 3 })] }, 3, []],
    ['that one target says', { targets: [target('a', { attempts: 3 }), target('b')] }, undefined, ['targets[0].retry']],
    [
      'of a target beside those of the whole',
      { retry: { attempts: 1 }, targets: [target('a', { attempts: 3 }), target('b', { attempts: 1 })] },
      1,
      ['targets[0].retry'],
    ],
    [
      'for status codes',
      target('a', { attempts: 2, on_status_codes: [429, 503, 408] }),
      { max: 0, on: { 'rate-limit': 2, overloaded: 2, timeout: 2 } },
      [],
    ],
  ])('%s', (_, config, retries, warned) => {
    const strategy = 'targets' in config ? { strategy: { mode: 'fallback' } } : {}
    expect(retriesOf({ ...strategy, ...config })).toEqual([retries, warned])
  })
})

test('conditions combine as they are written', async () => {
  const server = await startFakeProvider()
  const custom_host = `${server.origin}/combined/ok/v1`
  const leaf = (name: string) => ({
    name,
    provider: 'openai',
    api_key: 'k',
    custom_host,
    override_params: { model: name },
  })
  const conditional = (query: object) =>
    fromPortkey({
      strategy: { mode: 'conditional', conditions: [{ query, then: 'big' }], default: 'small' },
      targets: [leaf('big'), leaf('small')],
    })
  try {
    const { options, warnings } = conditional({
      $and: [
        { $or: [{ 'metadata.plan': 'paid' }, { 'metadata.plan': { $eq: 'trial' } }] },
        { 'metadata.seats': { $gte: '5' } },
        { $or: [{ 'metadata.plan': { $eq: 'paid' } }, { 'metadata.seats': { $lt: 10 } }] },
      ],
    })
    expect(warnings.filter((warning) => warning.startsWith('strategy'))).toEqual([])
    const ai = createClient(options)
    const chosen: string[] = []
    for (const [plan, seats] of [
      ['paid', 12],
      ['trial', 7],
      ['trial', 12],
      ['free', 7],
      ['paid', 4],
    ] as const) {
      const { _meta } = await ai.chat.completions.create({ model: 'default', messages }, { metadata: { plan, seats } })
      chosen.push(_meta.model)
    }
    expect(chosen).toEqual(['big', 'big', 'small', 'small', 'small'])
  } finally {
    await server.close()
  }
  for (const query of [{ 'metadata.a': { $gt: 'many' } }, { 'metadata.a': { $regex: '[' } }, { $or: [] }, { $nor: [] }])
    expect(pathsOf(conditional(query).warnings)).toContain('strategy.conditions[0].query')
})

test('names of Azure, Vertex AI and Bedrock', () => {
  const { options, warnings } = fromPortkey({
    strategy: { mode: 'loadbalance' },
    targets: [
      { provider: 'azure-openai', resource_name: 'r', deployment_id: 'd', override_params: { model: 'gpt' } },
      { provider: 'vertex-ai', vertex_project_id: 'p', override_params: { model: 'anthropic.claude-sonnet-4-6' } },
      { provider: 'vertex-ai', vertex_project_id: 'p', override_params: { model: 'meta/llama-4-scout' } },
      {
        provider: 'bedrock',
        aws_region: 'us-east-1',
        aws_access_key_id: 'AKIA',
        aws_secret_access_key: 'very-secret',
        override_params: { model: 'us.amazon.nova-lite-v1:0' },
      },
      { provider: 'anthropic', anthropic_beta: 'one', override_params: { model: 'claude-haiku-4-5' } },
    ],
  })
  expect(options.models?.['default']).toEqual({
    strategy: 'weighted',
    targets: [
      { model: 'azure/d', variables: { resource: 'r' } },
      { model: 'vertex/anthropic.claude-sonnet-4-6', variables: { project: 'p' } },
      { model: 'vertex-openai/meta/llama-4-scout', variables: { project: 'p' } },
      {
        model: 'bedrock/us.amazon.nova-lite-v1:0',
        variables: { region: 'us-east-1' },
        credentials: { accessKeyId: 'AKIA', secretAccessKey: 'very-secret' },
      },
      { model: 'anthropic/claude-haiku-4-5', headers: { 'anthropic-beta': 'one' } },
    ],
  })
  expect(pathsOf(warnings)).toEqual(['targets[3].aws_secret_access_key'])
  expect(warnings.join()).not.toContain('very-secret')
})
