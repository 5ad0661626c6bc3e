/** Warnings name fields as the caller wrote them, whatever the target calls them. */
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { inCallersNames } from '../../src/client/call/caller-names.js'

const completion = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: '{}' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
/** Strict mode does not take it. */
const schema = { type: 'object', properties: { a: { type: 'string', pattern: '(?=x)y' } }, required: ['a'] }

function client() {
  return createClient({
    providers: { chat: { baseURL: 'http://chat.test', apiKey: 'k' } },
    fetch: () => Promise.resolve(Response.json(completion)),
  })
}

test('of chat', async () => {
  const ai = client()
  const { _meta } = await ai.chat.completions.create({
    model: 'chat/m',
    messages: [{ role: 'user', content: 'Hi' }],
    response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
  })
  expect(_meta.warnings.join()).toContain('response_format')
  await ai.close()
})

test('of responses', async () => {
  const ai = client()
  const { _meta } = await ai.responses.create({
    model: 'chat/m',
    input: 'Hi',
    text: { format: { type: 'json_schema', name: 'a', strict: true, schema } },
  })
  expect(_meta.warnings.join()).toContain('text.format')
  expect(_meta.warnings.join()).not.toContain('response_format')
  await ai.close()
})

test('whole names only', () => {
  const names = { max_tokens: 'max_output_tokens' }
  expect(inCallersNames('max_tokens is 5, budget_max_tokens 6', names)).toBe(
    'max_output_tokens is 5, budget_max_tokens 6',
  )
  expect(inCallersNames('max_tokens', undefined)).toBe('max_tokens')
})
