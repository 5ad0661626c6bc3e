/** The official SDK reads what the reverse codec writes. */
import Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { chunksOf, eventsOf, readStream, sseOf } from '../contracts/chunks.js'
import { twoCalls } from './support/two-calls.js'

const folder = new URL('../fixtures/anthropic-messages/', import.meta.url)
const sse = readFileSync(new URL('answer.sse', folder))
const params = { model: 'claude-sonnet-4-6', max_tokens: 64, messages: [{ role: 'user' as const, content: 'hi' }] }

function clientFor(body: Uint8Array | string, status = 200, type = 'text/event-stream'): Anthropic {
  return new Anthropic({
    apiKey: 'test',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(body as BodyInit, { status, headers: { 'content-type': type } })),
  })
}

test('MessageStream gives the message the chunks were made of', async () => {
  const { chunks, completion } = readStream(codec, [sse])
  const encoder = codec.createStreamEncoder()
  const events = [...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
  const final = await clientFor(sseOf(events)).messages.stream(params).finalMessage()
  // The SDK takes the split of cache writes from the start of a stream only, where ours is not yet known.
  const { cache_write_1h_tokens: _hour, ...details } = completion.usage?.prompt_tokens_details ?? {}
  expect(codec.decodeResponse(JSON.parse(JSON.stringify(final)))).toEqual({
    ...completion,
    usage: { ...completion.usage, prompt_tokens_details: details },
  })
  const original = await clientFor(sse).messages.stream(params).finalMessage()
  expect(final.content).toEqual(original.content)
})

test('another provider’s answer: unsigned reasoning, text and two calls', async () => {
  const final = await clientFor(sseOf(eventsOf(codec, chunksOf(twoCalls, 2))))
    .messages.stream(params)
    .finalMessage()
  expect(final.content).toEqual([
    { type: 'thinking', thinking: 'Both are needed.' },
    { type: 'text', text: 'Two calls.' },
    { type: 'tool_use', id: 'a', name: 'f', input: { id: 'a' } },
    { type: 'tool_use', id: 'b', name: 'f', input: { id: 'b' } },
  ])
  expect(final.stop_reason).toBe('tool_use')
  expect(final.usage).toMatchObject({ input_tokens: 4, cache_read_input_tokens: 5, output_tokens: 4 })
  const whole = JSON.stringify(codec.encodeResponse(twoCalls))
  expect((await clientFor(whole, 200, 'application/json').messages.create(params)).content).toEqual(final.content)
})

test('the SDK’s raw events decode as they come', async () => {
  const decoder = codec.createStreamDecoder()
  const accumulator = createChatAccumulator()
  for await (const event of await clientFor(sse).messages.create({ ...params, stream: true })) {
    for (const chunk of decoder.push(event)) accumulator.push(chunk)
  }
  for (const chunk of decoder.end()) accumulator.push(chunk)
  expect(decoder.done).toBe(true)
  expect(accumulator.result()).toEqual(readStream(codec, [sse]).completion)
})

test('errors are errors of the SDK', async () => {
  const body = JSON.stringify(codec.encodeError({ message: 'slow down' }, 429))
  await expect(clientFor(body, 429, 'application/json').messages.create(params)).rejects.toMatchObject({
    status: 429,
    error: { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } },
  })
  await expect(clientFor(body, 429, 'application/json').messages.create(params)).rejects.toBeInstanceOf(
    Anthropic.RateLimitError,
  )
})
