/** A thinking budget that the caller gives, where the API refuses one. */
import { describe, expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import type { ChatProtocol, JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages, bedrockConverse } from '../../src/protocols.js'

const budget = { type: 'enabled' as const, budget_tokens: 2048 }
const tools = [
  { type: 'function' as const, function: { name: 'look', parameters: { type: 'object', properties: {} } } },
]
const call = { id: 'call_1', type: 'function' as const, function: { name: 'look', arguments: '{}' } }
const ask: Message = { role: 'user', content: 'Look.' }
const result: Message = { role: 'tool', tool_call_id: 'call_1', content: 'seen' }
const thought = { type: 'thinking' as const, thinking: 'hm', signature: 'c2lnbmF0dXJl' }

const TARGETS: readonly (readonly [string, ChatProtocol, string])[] = [
  ['Anthropic', anthropicMessages, 'claude-sonnet-4-5'],
  ['Bedrock', bedrockConverse, 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
]

describe.each(TARGETS)('%s', (_name, codec, model) => {
  function send(fields: Partial<ChatRequest>, name = model, dropUnsupported = false) {
    const warnings: string[] = []
    const { body } = codec.encodeRequest({ model: name, max_tokens: 8000, tools, ...fields } as ChatRequest, {
      provider: 'p',
      model: name,
      quirks: {},
      dropUnsupported,
      warn: (message) => warnings.push(message),
    })
    const fields_ = body['additionalModelRequestFields'] as JsonObject | undefined
    return { thinking: body['thinking'] ?? fields_?.['thinking'], warnings }
  }

  test.each<[string, Message[], boolean]>([
    ['calls of another provider', [ask, { role: 'assistant', content: null, tool_calls: [call] }, result], false],
    [
      'calls with a text before them',
      [ask, { role: 'assistant', content: 'I look.', tool_calls: [call] }, result],
      false,
    ],
    [
      'thinking that another model signed nothing of',
      [ask, { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [call] }, result],
      false,
    ],
    [
      'calls that thinking began',
      [ask, { role: 'assistant', content: null, thinking_blocks: [thought], tool_calls: [call] }, result],
      true,
    ],
    [
      'calls that are done with',
      [ask, { role: 'assistant', content: null, tool_calls: [call] }, result, { role: 'assistant', content: 'a' }, ask],
      true,
    ],
    [
      'calls that the user has gone past',
      [ask, { role: 'assistant', content: null, tool_calls: [call] }, result, ask],
      false,
    ],
    ['no calls', [ask, { role: 'assistant', content: 'Done.' }, ask], true],
  ])('with %s', (_what, messages, isKept) => {
    for (const given of [{ thinking: budget }, { thinking: budget, reasoning_effort: 'low' }]) {
      const { thinking, warnings } = send({ messages, ...given })
      expect(thinking).toEqual(isKept ? budget : undefined)
      expect(warnings.some((warning) => warning.includes('`thinking` is left out until they are done'))).toBe(!isKept)
    }
  })

  test('adaptive thinking needs no budget', () => {
    const messages = [ask, { role: 'assistant' as const, content: null, tool_calls: [call] }, result]
    const newest = model.replace('sonnet-4-5-20250929-v1:0', 'opus-4-8').replace('sonnet-4-5', 'opus-4-8')
    expect(send({ messages, thinking: budget }, newest).thinking).toEqual({ type: 'adaptive' })
  })

  test('thinking is left out beside a forced tool', () => {
    const fields = { messages: [ask], thinking: budget, tool_choice: 'required' as const }
    expect(() => send(fields)).toThrow(UnsupportedParameterError)
    expect(() => send(fields)).toThrow(/thinking/)
    const { thinking, warnings } = send(fields, model, true)
    expect(thinking).toBeUndefined()
    expect(warnings.join()).toContain('thinking')
  })
})
