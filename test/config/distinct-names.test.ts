/** Entries of gateways that are one target here: taken as they are, or told apart. */
import { expect, test } from 'vitest'
import { fromLiteLLM, fromPortkey } from '../../src/config.js'
import { withDistinctNames } from '../../src/config/distinct-names.js'
import { createClient } from '../../src/index.js'

const targetsOf = (models: object): string[] =>
  createClient({ models: models as never, providers: { openai: { apiKey: 'k' } } })
    .health()
    .targets.map(({ target }) => target)

test('alike they stay as they are, different they get their place as a name', () => {
  const low = { model: 'a/x', params: { temperature: 0 } }
  expect(withDistinctNames([{ model: 'a/x' }, { model: 'a:x' }])).toEqual([{ model: 'a/x' }, { model: 'a:x' }])
  expect(withDistinctNames([{ model: 'a/x' }, low, { model: 'b/x' }, low])).toEqual([
    { model: 'a/x' },
    { ...low, name: '2' },
    { model: 'b/x' },
    { ...low, name: '4' },
  ])
  const own = [
    { model: 'a/x', limits: { rpm: 1 } },
    { model: 'a/x', limits: { rpm: 2 } },
    { model: 'a/x', name: 'n' },
  ]
  expect(withDistinctNames(own)).toEqual(own)
  const nested = [{ model: 'm' }, { model: 'm', weight: 2 }]
  expect(withDistinctNames(nested, (model) => model === 'm')).toEqual(nested)
})

test('deployments of LiteLLM', () => {
  const deployment = (params: object): object => ({
    model_name: 'gpt',
    litellm_params: { model: 'openai/gpt-5', ...params },
  })
  const list = [deployment({}), deployment({}), deployment({ temperature: 0 }), deployment({ weight: 2 })]
  const { options } = fromLiteLLM({ model_list: list })
  expect(targetsOf(options.models ?? {})).toEqual(['openai/gpt-5', 'openai/gpt-5#3', 'openai/gpt-5#4'])
})

test('targets of Portkey', () => {
  const target = (params: object): object => ({
    provider: 'openai',
    override_params: { model: 'gpt-5', ...params },
  })
  for (const mode of ['fallback', 'loadbalance']) {
    const targets = [target({}), target({ temperature: 0 }), target({})]
    const { options } = fromPortkey({ strategy: { mode }, targets })
    expect(targetsOf(options.models ?? {})).toEqual(['openai/gpt-5', 'openai/gpt-5#2'])
  }
})
