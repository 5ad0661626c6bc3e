import { expect, test } from 'vitest'
import { fromLiteLLMName, fromPortkeyName } from '../../src/config/provider-names.js'
import { providersById } from '../../src/providers/index.js'

const providers = providersById()

test.each([
  ['LiteLLM', fromLiteLLMName],
  ['Portkey', fromPortkeyName],
])('every provider that %s names is in the catalogue', (_, names) => {
  expect(names.size).toBeGreaterThan(30)
  expect([...names.values()].filter((id) => !providers.has(id))).toEqual([])
})
