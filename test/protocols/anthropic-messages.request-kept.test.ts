/** Requests of the Messages API that are read and go out again as they were. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { encode } from './support/anthropic-messages.js'

const text = (words: string): JsonObject[] => [{ type: 'text', text: words }]
const hello = { role: 'user', content: text('hi') }

test.each<[string, JsonObject]>([
  ['turns of one side that follow each other', { messages: [hello, { role: 'user', content: text('there') }] }],
  [
    'calls in two answers and their results in one turn',
    {
      messages: [
        hello,
        { role: 'assistant', content: [...text('a'), { type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'b', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'x' },
            { type: 'tool_result', tool_use_id: 'b', content: 'y' },
            ...text('and'),
          ],
        },
      ],
    },
  ],
  [
    'that the model itself made a call',
    {
      messages: [
        hello,
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type: 'direct' } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] },
      ],
    },
  ],
  [
    'settings of a system message',
    {
      messages: [
        hello,
        { role: 'system', content: text('short'), clear_at: 'next_user_message' },
        { role: 'assistant', content: 'ok' },
        hello,
        { role: 'system', output_config: { effort: 'low' } },
      ],
    },
  ],
  [
    'the older place of the output format',
    { messages: [hello], output_format: { type: 'json_schema', schema: { type: 'object' } } },
  ],
])('%s', (_name, fields) => {
  const wire = { model: 'claude-opus-4-8', max_tokens: 9, ...fields }
  expect(encode(codec.decodeRequest(wire), { model: 'claude-opus-4-8' }).body).toEqual(wire)
})

test('other formats get the output format from its older place', () => {
  const schema = { type: 'object' }
  const request = codec.decodeRequest({ model: 'm', messages: [], output_format: { type: 'json_schema', schema } })
  expect(request.response_format).toEqual({ type: 'json_schema', json_schema: { name: 'response', schema } })
})
