/** What the tests of the Messages API share: requests written, answers read, and one recorded answer. */
import { readFileSync } from 'node:fs'
import type { ChatChunk, ChatRequest, CompletionMessage, Message } from '../../../src/kernel/hub.js'
import type { EncodeContext, JsonObject, WireEvent } from '../../../src/kernel/protocol.js'
import { anthropicMessages as codec } from '../../../src/protocols/anthropic-messages/index.js'

interface Encoded {
  readonly body: JsonObject
  readonly warnings: string[]
}

/** With a limit of output, which the format requires; `max_tokens: null` is a caller who gives none. */
export function encode(request: Partial<ChatRequest>, context: Partial<EncodeContext> = {}): Encoded {
  const warnings: string[] = []
  const { body } = codec.encodeRequest(
    { model: 'alias', messages: [{ role: 'user', content: 'hi' }], max_tokens: 4096, ...request },
    {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      quirks: {},
      dropUnsupported: false,
      warn: (message) => warnings.push(message),
      ...context,
    },
  )
  return { body, warnings }
}

export function messages(list: Message[], context: Partial<EncodeContext> = {}): Encoded {
  return encode({ messages: list }, context)
}

export const call = { id: 'call_1', type: 'function' as const, function: { name: 'f', arguments: '{"a":1}' } }

const folder = new URL('../../fixtures/anthropic-messages/', import.meta.url)
export const sse = readFileSync(new URL('answer.sse', folder))

export function answer(): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL('answer.json', folder), 'utf8')) as Record<string, unknown>
}

export function message(wire: Record<string, unknown>): CompletionMessage | undefined {
  return codec.decodeResponse({ type: 'message', ...wire }).choices[0]?.message
}

export function decodeAll(events: readonly WireEvent[]): ChatChunk[] {
  const decoder = codec.createStreamDecoder()
  return [...events.flatMap(({ data, event }) => decoder.push(data, event)), ...decoder.end()]
}
