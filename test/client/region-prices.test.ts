/** Endpoints of a region have prices of their own: in the answer's cost, in what a budget reserves, and in the order by price. */
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'

const usage = { input_tokens: 100_000, output_tokens: 10_000 }
const body = { id: 'm', type: 'message', role: 'assistant', model: 'x', stop_reason: 'end_turn', usage }

test.each([
  ['global', 0.45],
  ['us-east5', 0.495],
  ['eu', 0.495],
])('Claude at Vertex AI in %s costs %d USD', async (location, usd) => {
  const ai = createClient({
    providers: { vertex: { apiKey: 'k', variables: { project: 'p', location } } },
    fetch: () => Promise.resolve(Response.json({ ...body, content: [{ type: 'text', text: 'Hi' }] })),
  })
  const { _meta } = await ai.chat.completions.create({
    model: 'vertex/claude-sonnet-4-5@20250929',
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 20_000,
  })
  expect(_meta.cost.usd).toBeCloseTo(usd, 9)
  expect(_meta.cost.missing.join()).toEqual(
    location === 'global' ? '' : expect.stringContaining(`region ${location}: 1.1`),
  )
  await ai.close()
})
