/** The option `tokenizer`: what counts tokens before a call is sent. */
import { afterEach, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { faultPair } from './fault-pair.js'

const pair = faultPair()
/** How many of one call are sent on a budget of 10 tokens. */
const sent = async (tokenizer: ClientOptions['tokenizer'], content = 'one two three four') => {
  const ai = createClient({
    providers: { good: { baseURL: pair.good.baseURL } },
    budgets: [{ tokens: 10, per: 'day' }],
    tokenizer,
  })
  const before = pair.good.seen.length
  const messages = [{ role: 'user' as const, content }]
  await ai.chat.completions.create({ model: 'good/m', messages, max_tokens: 1 }).catch(() => undefined)
  return pair.good.seen.length - before
}
afterEach(() => {
  vi.restoreAllMocks()
})

test('a function of the program counts, and budgets reserve by it', async () => {
  // 22 characters of role and content are 6 tokens, and one of output.
  expect(await sent(undefined)).toBe(1)
  expect(await sent('characters')).toBe(1)
  expect(await sent((text) => text.split(' ').length)).toBe(1)
  expect(await sent(() => 100)).toBe(0)
})

test('one that throws or gives no number fails no call: characters are counted', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const broken = (): number => {
    throw new Error('a very private prompt')
  }
  expect(await sent(broken)).toBe(1)
  expect(await sent(() => NaN)).toBe(1)
  expect(JSON.stringify(warn.mock.calls)).not.toContain('private')
})

test('`installed` counts by a tokenizer that is installed: a run of blanks is one token', async () => {
  const blanks = ' '.repeat(60)
  expect(await sent('characters', blanks)).toBe(0)
  expect(await sent('installed', blanks)).toBe(1)
})
