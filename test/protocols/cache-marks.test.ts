/** Marks of cached prefixes, as Claude's API takes them: at Anthropic, on Vertex AI, on Bedrock and behind gateways. */
import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import type { ChatProtocol, JsonObject, Quirks } from '../../src/kernel/protocol.js'
import { anthropicMessages, bedrockConverse, openaiChat } from '../../src/protocols.js'
import { openrouter } from '../../src/providers.js'

const mark = { type: 'ephemeral' } as const
const long = { type: 'ephemeral', ttl: '1h' } as const

interface Encoded {
  readonly body: JsonObject
  readonly warnings: string[]
}

function encode(codec: ChatProtocol, model: string, fields: Partial<ChatRequest>, quirks: Quirks = {}): Encoded {
  const warnings: string[] = []
  const { body } = codec.encodeRequest({ model, max_tokens: 64, messages: [], ...fields } as ChatRequest, {
    provider: 'p',
    model,
    quirks,
    dropUnsupported: false,
    warn: (message) => warnings.push(message),
  })
  return { body, warnings }
}

const text = (said: string, cache?: typeof mark | typeof long) => ({
  type: 'text' as const,
  text: said,
  ...(cache && { cache_control: cache }),
})
const user = (said: string, cache?: typeof mark | typeof long): Message => ({
  role: 'user',
  content: [text(said, cache)],
})
const system = (said: string, cache?: typeof mark | typeof long): Message => ({
  role: 'system',
  content: [text(said, cache)],
})
const tool = (name: string, cache?: typeof mark | typeof long) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
  ...(cache && { cache_control: cache }),
})

const TARGETS: readonly (readonly [string, ChatProtocol, string, Quirks])[] = [
  ['Anthropic', anthropicMessages, 'claude-sonnet-4-5', {}],
  ['Bedrock', bedrockConverse, 'anthropic.claude-sonnet-4-5-20250929-v1:0', {}],
  ['OpenRouter', openaiChat, 'anthropic/claude-sonnet-4.5', openrouter.quirks ?? {}],
]

/** What stands right at or before each mark, in the order of the body, with its lifetime. */
function marksIn(body: JsonObject): string[] {
  const found: string[] = []
  let before = ''
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    const { name, text: said, toolSpec, content, function: made, cache_control: own, cachePoint } = value as JsonObject
    const named = [
      name,
      said,
      (toolSpec as JsonObject | undefined)?.['name'],
      (made as JsonObject | undefined)?.['name'],
    ]
    before = String(named.find((word) => typeof word === 'string') ?? before)
    walk(content)
    const held = (own ?? cachePoint) as JsonObject | undefined
    if (held) found.push(`${before} ${String(held['ttl'] ?? '5m')}`)
  }
  const { tools, toolConfig, system: instructions, messages } = body
  walk(tools ?? (toolConfig as JsonObject | undefined)?.['tools'])
  walk(instructions)
  walk(messages)
  return found
}

describe.each(TARGETS)('%s', (_name, codec, model, quirks) => {
  const send = (fields: Partial<ChatRequest>) => encode(codec, model, fields, quirks)

  test('four marks are sent unchanged, without a warning', () => {
    const { body, warnings } = send({
      tools: [tool('t1', mark)],
      messages: [system('s1', mark), user('u1', mark), { role: 'assistant', content: 'a1' }, user('u2', mark)],
    })
    expect(marksIn(body)).toEqual(['t1 5m', 's1 5m', 'u1 5m', 'u2 5m'])
    expect(warnings).toEqual([])
  })

  test('of more, the last before the conversation and the last of it are sent', () => {
    const turns = [1, 2, 3, 4, 5].flatMap((n): Message[] => [
      user(`u${n}`, mark),
      { role: 'assistant', content: `a${n}` },
    ])
    const { body, warnings } = send({
      tools: [tool('t1', mark), tool('t2', mark)],
      messages: [system('s1', mark), ...turns, user('u6', mark)],
    })
    expect(marksIn(body)).toEqual(['s1 5m', 'u4 5m', 'u5 5m', 'u6 5m'])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/4 marks.*of 9, the last on tools and instructions, and the last 3/)
  })

  test('without marks on tools and instructions, the last four are sent', () => {
    const turns = [1, 2, 3, 4, 5].flatMap((n): Message[] => [
      user(`u${n}`, mark),
      { role: 'assistant', content: `a${n}` },
    ])
    const { body, warnings } = send({ messages: [...turns, user('u6')] })
    expect(marksIn(body)).toEqual(['u2 5m', 'u3 5m', 'u4 5m', 'u5 5m'])
    expect(warnings.join()).toContain('of 5, the last 4')
  })

  test('five minutes before an hour become an hour', () => {
    const { body, warnings } = send({
      messages: [system('s1', mark), user('u1', long), { role: 'assistant', content: 'a' }, user('u2', mark)],
    })
    expect(marksIn(body)).toEqual(['s1 1h', 'u1 1h', 'u2 5m'])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('is sent with an hour')
  })

  test('a mark of an hour may stand before one of five minutes', () => {
    const { body, warnings } = send({ messages: [system('s1', long), user('u1', mark)] })
    expect(marksIn(body)).toEqual(['s1 1h', 'u1 5m'])
    expect(warnings).toEqual([])
  })

  test('what the caller gave is not changed', () => {
    const messages = [1, 2, 3, 4, 5, 6].map((n) => user(`u${n}`, mark))
    const before = structuredClone(messages)
    send({ messages })
    expect(messages).toEqual(before)
  })
})

test('the mark of the request itself is one of the four', () => {
  const { body, warnings } = encode(anthropicMessages, 'claude-sonnet-4-5', {
    cache_control: mark,
    messages: [system('s1', mark), ...[1, 2, 3].map((n) => user(`u${n}`, mark))],
  } as Partial<ChatRequest>)
  expect(body['cache_control']).toEqual(mark)
  expect(marksIn(body)).toEqual(['s1 5m', 'u2 5m', 'u3 5m'])
  expect(warnings.join()).toContain('3 marks')
})

test('marks of the caller’s own blocks count too, in results of tools as well', () => {
  const block = (said: string) => ({ type: 'text', text: said, cache_control: mark })
  const { body } = encode(anthropicMessages, 'claude-sonnet-4-5', {
    messages: [user('Look.')],
    extra_body: {
      system: [block('s1')],
      messages: [
        { role: 'user', content: [block('u1'), block('u2')] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [block('r1'), block('r2')] }] },
      ],
    },
  })
  expect(marksIn(body)).toEqual(['s1 5m', 'u2 5m', 'r1 5m', 'r2 5m'])
})

test('a mark on thinking moves to the block before it, or is left out', () => {
  const thought = { type: 'thinking' as const, thinking: 'hm', signature: 'c2ln' }
  const answer = (said: string | null): Message => ({
    role: 'assistant',
    content: said,
    blocks: [...(said === null ? [] : [{ type: 'text' as const, text: said }]), thought],
    cache_control: mark,
  })
  const moved = encode(anthropicMessages, 'claude-sonnet-4-5', { messages: [user('u1'), answer('a1'), user('u2')] })
  expect(marksIn(moved.body)).toEqual(['a1 5m'])
  expect(moved.warnings.join()).toContain('moves to the block before it')
  const lost = encode(anthropicMessages, 'claude-sonnet-4-5', { messages: [user('u1'), answer(null), user('u2')] })
  expect(marksIn(lost.body)).toEqual([])
  expect(lost.warnings.join()).toContain('is left out')
})

test('a mark on a blank text goes to the part before it, or is told', () => {
  const messages = (first: string): Message[] => [
    { role: 'user', content: [text(first), text(' ', mark), text('What now?')] },
  ]
  const moved = encode(anthropicMessages, 'claude-sonnet-4-5', { messages: messages('Long.') })
  expect(marksIn(moved.body)).toEqual(['Long. 5m'])
  const lost = encode(anthropicMessages, 'claude-sonnet-4-5', { messages: messages('') })
  expect(marksIn(lost.body)).toEqual([])
  expect(lost.warnings.join()).toContain('`cache_control` on a blank text')
})

test('other models behind a gateway keep all marks', () => {
  const messages = [1, 2, 3, 4, 5, 6].map((n) => user(`u${n}`, mark))
  const { body } = encode(openaiChat, 'google/gemini-3-flash', { messages }, openrouter.quirks ?? {})
  expect(marksIn(body)).toHaveLength(6)
})
