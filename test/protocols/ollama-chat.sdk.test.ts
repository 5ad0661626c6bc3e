/** The official SDK against a loopback server that answers with what the codec writes. */
import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import { ollamaChat as codec } from '../../src/protocols/ollama-chat/index.js'
import { chunksOf, eventsOf } from '../contracts/chunks.js'
import { startLoopback, type Loopback } from '../support/loopback.js'
import { twoCalls } from './support/two-calls.js'

let server: Loopback
let client: Ollama

beforeAll(async () => {
  server = await startLoopback()
  client = new Ollama({ host: server.origin })
})
afterAll(() => server.close())

const completion: ChatCompletion = {
  ...twoCalls,
  created: 1_700_000_000,
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
}

const params = { model: 'qwen3', messages: [{ role: 'user', content: 'hi' }] }

test('a whole answer of another provider', async () => {
  server.answer = { json: codec.encodeResponse(completion) }
  const answer = await client.chat(params)
  expect(answer).toMatchObject({
    model: 'other',
    created_at: '2023-11-14T22:13:20.000Z',
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 9,
    eval_count: 4,
    message: {
      role: 'assistant',
      content: 'Two calls.',
      thinking: 'Both are needed.',
      tool_calls: [
        { function: { name: 'f', arguments: { id: 'a' } } },
        { function: { name: 'f', arguments: { id: 'b' } } },
      ],
    },
  })
  expect(server.requests.at(-1)?.path).toBe(codec.path)
})

test('the stream of that answer', async () => {
  server.answer = { events: eventsOf(codec, chunksOf(completion, 3)), framing: 'ndjson' }
  const said = { text: '', thinking: '', calls: [] as unknown[], last: undefined as unknown }
  for await (const part of await client.chat({ ...params, stream: true })) {
    said.text += part.message.content
    said.thinking += part.message.thinking ?? ''
    said.calls.push(...(part.message.tool_calls ?? []).map((call) => call.function.arguments))
    said.last = [part.done, part.done_reason, part.eval_count]
  }
  expect(said).toEqual({
    text: 'Two calls.',
    thinking: 'Both are needed.',
    calls: [{ id: 'a' }, { id: 'b' }],
    last: [true, 'stop', 4],
  })
})

test('what the SDK sends is read, and written as it was', async () => {
  server.answer = { json: codec.encodeResponse(completion) }
  await client.chat({
    model: 'gpt-oss:20b',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is it?', images: ['iVBORw0KGgo='] },
      {
        role: 'assistant',
        content: '',
        thinking: 'Look.',
        tool_calls: [{ function: { name: 'look', arguments: { at: 1 } } }],
      },
      { role: 'tool', content: 'a cat', tool_name: 'look' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } },
      },
    ],
    format: { type: 'object' },
    think: 'low',
    keep_alive: '5m',
    options: { temperature: 0, num_predict: 12, stop: ['END'], num_ctx: 2048 },
  })
  const wire = server.requests.at(-1)!.body
  const request = codec.decodeRequest(wire)
  expect(request).toMatchObject({
    max_tokens: 12,
    temperature: 0,
    stop: ['END'],
    stream: false,
    reasoning_effort: 'low',
    response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
    raw: { value: { keep_alive: '5m', options: { num_ctx: 2048 } } },
  })
  expect(request.messages[1]?.content).toEqual([
    { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    { type: 'text', text: 'What is it?' },
  ])
  const [, , turn, result] = request.messages
  expect(turn?.role === 'assistant' && result?.role === 'tool' && turn.tool_calls?.[0]?.id).toBe(
    result?.role === 'tool' && result.tool_call_id,
  )
  const context = {
    provider: 'ollama',
    model: request.model,
    quirks: {},
    dropUnsupported: false,
    warn: (message: string) => expect(message).toBe(''),
  }
  expect(codec.encodeRequest(request, context).body).toEqual(wire)
})

test('errors are errors of the SDK, also inside a stream', async () => {
  server.answer = { status: 404, json: codec.encodeError({ message: "model 'x' not found" }, 404) }
  await expect(client.chat(params)).rejects.toMatchObject({
    name: 'ResponseError',
    status_code: 404,
    message: "model 'x' not found",
  })
  const [first] = eventsOf(codec, chunksOf(completion, 3))
  server.answer = {
    events: [first!, { data: codec.encodeError({ message: 'unexpected EOF' }, 500) }],
    framing: 'ndjson',
  }
  const read = async (): Promise<void> => {
    for await (const part of await client.chat({ ...params, stream: true })) expect(part.done).toBe(false)
  }
  await expect(read()).rejects.toThrow('unexpected EOF')
})
