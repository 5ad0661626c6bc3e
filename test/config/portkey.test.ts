/** A Portkey config becomes options that a client takes and routes by. */
import { expect, test } from 'vitest'
import { fromPortkey } from '../../src/config.js'
import { createClient } from '../../src/index.js'
import { startFakeProvider } from '../support/fake-provider.js'

const messages = [{ role: 'user' as const, content: 'hi' }]
const pathsOf = (warnings: readonly string[]): string[] => warnings.map((one) => one.slice(0, one.indexOf(':'))).sort()

test('nested targets, weights, retries, and what stays at Portkey', async () => {
  const server = await startFakeProvider()
  const custom_host = `${server.origin}/portkey/ok/v1`
  const broken = `${server.origin}/portkey/error-500/v1`
  try {
    const { options, warnings } = fromPortkey({
      strategy: { mode: 'fallback', on_status_codes: [429] },
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
    expect(options.models?.['default.2']).toMatchObject({
      strategy: 'weighted',
      targets: [{ weight: 0.7 }, { weight: 0.3 }],
    })
    expect(pathsOf(warnings)).toEqual([
      'cache',
      'retry.on_status_codes',
      'strategy.on_status_codes',
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
