/** What the registry says of each integration is what the integration says of itself. */
import { expect, test } from 'vitest'
import { integrations } from '../../integrations/index.js'

test.each(integrations.map((entry) => [entry.id, entry] as const))('%s', (id, { packages, load }) => {
  const integration = load()
  expect(integration.id).toBe(id)
  expect([...packages].sort()).toEqual([...new Set(integration.targets.map((target) => target.package))].sort())
})

test('each has an id of its own', () => {
  expect(new Set(integrations.map(({ id }) => id)).size).toBe(integrations.length)
})
