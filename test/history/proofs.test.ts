/** What an answer of another provider must not bring along: its proofs, its ids, white space at an end. */
import { expect, test } from 'vitest'
import type { AssistantMessage, Message } from '../../src/kernel/hub.js'
import type { ChatProtocol, JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.js'
import { bedrockConverse } from '../../src/protocols/bedrock-converse/index.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'

function encode(codec: ChatProtocol, model: string, messages: Message[]): { body: JsonObject; warnings: string[] } {
  const warnings: string[] = []
  const context = {
    provider: 'p',
    model,
    quirks: {},
    dropUnsupported: false,
    warn: (text: string) => warnings.push(text),
  }
  return { body: codec.encodeRequest({ model, messages, max_tokens: 9 }, context).body, warnings }
}

const CLAUDES = [
  [anthropicMessages, 'claude-sonnet-4-5'],
  [bedrockConverse, 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
] as const

const thought = (protocol: 'gemini-generate' | 'anthropic-messages'): AssistantMessage => ({
  role: 'assistant',
  content: 'yes',
  blocks: [
    { type: 'thinking', thinking: 'hm', signature: 'c2ln', raw: { protocol, value: { thoughtSignature: 'c2ln' } } },
    { type: 'text', text: 'yes' },
  ],
})

test.each(CLAUDES)('Claude gets no signature of another provider ', (codec, model) => {
  const said = (answer: AssistantMessage) =>
    encode(codec, model, [{ role: 'user', content: 'x' }, answer, { role: 'user', content: 'y' }])
  const foreign = said(thought('gemini-generate'))
  expect(JSON.stringify(foreign.body)).not.toContain('c2ln')
  expect(foreign.warnings).toEqual([expect.stringContaining('thinking without a signature')])
  expect(JSON.stringify(said(thought('anthropic-messages')).body)).toContain('c2ln')
})

test.each(CLAUDES)('a last answer does not end with white space ', (codec, model) => {
  const { body, warnings } = encode(codec, model, [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'The answer is \n' },
  ])
  expect(JSON.stringify(body)).toContain('"The answer is"')
  expect(warnings).toEqual([expect.stringContaining('white space at the end')])
})

test('an id of an item that another server gave is left out', () => {
  const input = (id: string): unknown => {
    const { messages } = openaiResponses.decodeRequest({
      model: 'm',
      input: [
        { type: 'message', role: 'user', content: 'x' },
        { type: 'function_call', id, call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'r' },
      ],
    })
    return encode(openaiResponses, 'm', messages).body['input']
  }
  expect(input('fc_1')).toContainEqual(expect.objectContaining({ type: 'function_call', id: 'fc_1' }))
  expect(JSON.stringify(input('item-7'))).not.toContain('item-7')
})
