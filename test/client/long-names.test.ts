/** What a caller writes where a name is due: it is neither kept whole nor repeated. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ClientOptions } from '../../src/index.js'
import { clientOf, messages, using } from './abuse-support.js'
import { CHAT_FORMATS, held, MB } from './hostile-support.js'

test.each<readonly [string, ClientOptions]>([
  ['spend()', {}],
  ['a budget of each user', { budgets: [{ scope: { user: '*' }, tokens: 1e6, per: 'month' }] }],
  ['a limit of each user', { limits: [{ scope: { user: '*' }, rpm: 60, concurrent: 5 }] }],
])('%s does not keep a megabyte for each user', async (_, options) => {
  const ai = clientOf(() => using(1), options)
  const bytes = await held(async () => {
    for (let i = 0; i < 150; i += 1) {
      const user = String(i).padStart(5, '0') + Buffer.alloc(MB, 97).toString('latin1')
      await ai.chat.completions.create({ model: 'a/x', messages }, { metadata: { user } })
    }
  })
  expect(ai.spend({ by: 'user' }).rows).toHaveLength(150)
  expect(bytes).toBeLessThan(30 * MB)
})

describe.each(CHAT_FORMATS)('%s', (protocol) => {
  const prompt = 'my very private words 77'
  test.each([
    ['a role', [{ role: prompt, content: 'x' }]],
    ['a kind of part', [{ role: 'user', content: [{ type: prompt }] }]],
    ['a kind of part of an instruction', [{ role: 'system', content: [{ type: prompt }] }, ...messages]],
  ])('%s that is none is not repeated', async (_, odd) => {
    const ai = clientOf(() => using(1), { providers: { a: { baseURL: 'http://a/v1', protocol } } })
    const said: unknown = await ai.chat.completions
      .create({ model: 'a/x', messages: odd as never, max_tokens: 5 })
      .then(({ _meta }) => _meta.warnings)
      .catch((error: unknown) => error)
    expect(`${inspect(said, { depth: 10 })} ${JSON.stringify(said)}`).not.toContain('private words')
  })
})
