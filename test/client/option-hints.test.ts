/** Options as other clients and gateways call them, and what else newcomers write: the error says what is meant. */
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'

/** `[what, options, path, words that the message must hold]` */
const rows: readonly (readonly [string, unknown, string, readonly string[]])[] = [
  ['the word of another client', { retry: 2 }, 'retry', ['did you mean `retries`?']],
  ['the word of a gateway', { num_retries: 2 }, 'num_retries', ['did you mean `retries`?']],
  ['a key at the top', { apiKey: 'sk-1' }, 'apiKey', ['an option of a provider', 'providers: { openai: { apiKey } }']],
  ['an address at the top', { base_url: 'http://x' }, 'base_url', ['an option of a provider']],
  ['the amount of a budget', { budgets: [{ limit: 1, per: 'day' }] }, 'budgets[0].limit', ['did you mean `usd`?']],
  [
    'the time of a cooldown',
    { cooldown: { cooldown_time: 1 } },
    'cooldown.cooldown_time',
    ['did you mean `duration`?'],
  ],
  ['a hook', { hooks: { onError: () => {} } }, 'hooks.onError', ['did you mean `onAttempt`?']],
  [
    'a misspelt provider with options',
    { providers: { opnai: { apiKey: 'k' } } },
    'providers.opnai.baseURL',
    ['needs a base URL', 'did you mean `openai`'],
  ],
  [
    'a header of the connection',
    { providers: { openai: { apiKey: 'k', headers: { 'Content-Length': '5' } } } },
    'providers.openai.headers',
    ['`Content-Length` is written by the connection itself'],
  ],
]

test.each(rows)('%s', (_, options, path, words) => {
  let failure: unknown
  try {
    createClient(options as never)
  } catch (error) {
    failure = error
  }
  expect(failure).toMatchObject({ name: 'ConfigError', path })
  for (const word of words) expect((failure as Error).message).toContain(word)
})

test('a header of the connection, in a call', async () => {
  const ai = createClient({ retries: 0, providers: { m: { baseURL: 'http://127.0.0.1:9/v1' } } })
  const headers = { 'transfer-encoding': 'chunked' }
  const call = ai.chat.completions.create({ model: 'm/x', messages: [{ role: 'user', content: 'hi' }] }, { headers })
  await expect(call).rejects.toMatchObject({ name: 'ConfigError', path: 'headers' })
})
