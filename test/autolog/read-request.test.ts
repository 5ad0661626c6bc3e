/** What stays of a request when something in it cannot be read. */
import { expect, test } from 'vitest'
import { readRequest } from '../../src/autolog/calls/read-request.js'
import { faults } from '../../src/kernel/guard.js'
import type { ChatProtocol } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'

class Sent {
  private readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
  toJSON(): unknown {
    return this.value
  }
}

const chat = (id: keyof typeof protocols): ChatProtocol => protocols[id] as ChatProtocol

const text = 'hello'
const bodies = {
  'openai-chat': [{ messages: { role: 'user', content: text } }, { temperature: 0.3 }],
  'openai-responses': [{ input: { role: 'user', content: text } }, { temperature: 0.3 }],
  'anthropic-messages': [{ messages: { role: 'user', content: text } }, { temperature: 0.3, max_tokens: 7 }],
  'gemini-generate': [{ contents: { role: 'user', parts: [{ text }] } }, { generationConfig: { temperature: 0.3 } }],
  'bedrock-converse': [{ messages: { role: 'user', content: [{ text }] } }, { inferenceConfig: { temperature: 0.3 } }],
} as const

const cases = Object.entries(bodies).flatMap(([id, [lists, scalars]]) =>
  Object.entries(lists).map(
    ([field, message]) => [id as keyof typeof bodies, field, message as object, scalars] as const,
  ),
)

test.each(cases)('%s: an item of %s that is an object of the program', (id, field, message, scalars) => {
  const before = faults().count
  const wire = { model: 'm', ...scalars, [field]: [new Sent(message), message] }
  const request = readRequest(chat(id), wire, {})
  expect(request.temperature).toBe(0.3)
  expect(JSON.stringify(request.messages).split(text)).toHaveLength(3)
  expect(faults().count).toBe(before)
})

test.each(cases)('%s: an item of %s that nobody can read', (id, field, message, scalars) => {
  const unreadable = { ...message, content: 5, parts: 5, role: { odd: true } }
  const request = readRequest(chat(id), { model: 'm', ...scalars, [field]: [message, unreadable, null] }, {})
  expect(request.temperature).toBe(0.3)
  expect(JSON.stringify(request.messages).split(text)).toHaveLength(2)
})

test('without content nothing is read twice', () => {
  const wire = { model: 'm', temperature: 0.3, messages: [5, null, 'odd'] }
  expect(readRequest(chat('openai-chat'), wire, { content: false })).toMatchObject({ temperature: 0.3 })
})
