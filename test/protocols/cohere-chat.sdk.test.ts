/** The official SDK against a loopback server that answers with what the codec writes. */
import { CohereClientV2, CohereError } from 'cohere-ai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cohereChat as codec } from '../../src/protocols/cohere-chat/index.js'
import { chunksOf, eventsOf } from '../contracts/chunks.js'
import { requestMeaning } from '../contracts/meaning.js'
import { startLoopback, type Loopback } from '../support/loopback.js'
import { twoCalls } from './support/two-calls.js'

let server: Loopback
let client: CohereClientV2

beforeAll(async () => {
  server = await startLoopback()
  client = new CohereClientV2({ token: 'test', environment: server.origin })
})
afterAll(() => server.close())

const completion = twoCalls

const params = { model: 'command-a-03-2025', messages: [{ role: 'user' as const, content: 'hi' }] }

test('a whole answer of another provider', async () => {
  server.answer = { json: codec.encodeResponse(completion) }
  const answer = await client.chat(params)
  expect(answer).toMatchObject({
    id: 'answer-1',
    finishReason: 'TOOL_CALL',
    message: {
      content: [
        { type: 'thinking', thinking: 'Both are needed.' },
        { type: 'text', text: 'Two calls.' },
      ],
      toolCalls: [
        { id: 'a', type: 'function', function: { name: 'f', arguments: '{"id":"a"}' } },
        { id: 'b', type: 'function', function: { name: 'f', arguments: '{"id":"b"}' } },
      ],
    },
    usage: { tokens: { inputTokens: 9, outputTokens: 4 }, cachedTokens: 5 },
  })
  expect(server.requests.at(-1)?.path).toBe(codec.path)
})

test('the stream of that answer', async () => {
  server.answer = { events: eventsOf(codec, chunksOf(completion, 3)) }
  const said = { text: '', thinking: '', calls: [] as string[], finish: '' as unknown, tokens: undefined as unknown }
  for await (const event of await client.chatStream(params)) {
    if (event.type === 'content-delta') {
      said.text += event.delta?.message?.content?.text ?? ''
      said.thinking += event.delta?.message?.content?.thinking ?? ''
    } else if (event.type === 'tool-call-start') said.calls.push(`${event.delta?.message?.toolCalls?.function?.name} `)
    else if (event.type === 'tool-call-delta')
      said.calls.push(`${said.calls.pop()}${event.delta?.message?.toolCalls?.function?.arguments}`)
    else if (event.type === 'message-end') {
      said.finish = event.delta?.finishReason
      said.tokens = event.delta?.usage?.tokens
    }
  }
  expect(said).toEqual({
    text: 'Two calls.',
    thinking: 'Both are needed.',
    calls: ['f {"id":"a"}', 'f {"id":"b"}'],
    finish: 'TOOL_CALL',
    tokens: { inputTokens: 9, outputTokens: 4 },
  })
})

const parameters = { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] }

test('what the SDK sends is read, and a request of the hub says the same', async () => {
  server.answer = { json: codec.encodeResponse(completion) }
  await client.chat({
    model: 'command-a-03-2025',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', imageUrl: { url: 'https://example.test/a.png' } },
        ],
      },
      {
        role: 'assistant',
        toolPlan: 'I will look.',
        toolCalls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      {
        role: 'tool',
        toolCallId: 'c',
        content: [{ type: 'document', document: { id: 'd', data: { text: 'a cat' } } }],
      },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters } }],
    strictTools: true,
    safetyMode: 'STRICT',
    maxTokens: 64,
    stopSequences: ['END'],
    k: 3,
    p: 0.5,
    thinking: { type: 'enabled', tokenBudget: 100 },
    toolChoice: 'REQUIRED',
  })
  const wire = server.requests.at(-1)!.body
  const request = codec.decodeRequest(wire)
  expect(request).toMatchObject({
    max_tokens: 64,
    stop: ['END'],
    top_k: 3,
    top_p: 0.5,
    thinking: { type: 'enabled', budget_tokens: 100 },
    tool_choice: 'required',
    raw: { protocol: 'cohere-chat', value: { safety_mode: 'STRICT' } },
    tools: [{ function: { name: 'look', strict: true } }],
  })
  expect(request.messages[2]).toMatchObject({ reasoning_content: 'I will look.', tool_calls: [{ id: 'c' }] })
  const context = {
    provider: 'cohere',
    model: request.model,
    quirks: {},
    dropUnsupported: false,
    warn: (message: string) => expect(message).toBe(''),
  }
  const again = codec.encodeRequest(request, context).body
  expect(again).toEqual(wire)
  expect(requestMeaning(codec.decodeRequest(again))).toEqual(requestMeaning(request))

  // Beside tools the API takes no format.
  const [model, messages] = ['command-a-03-2025', [{ role: 'user' as const, content: 'x' }]]
  await client.chat({ model, messages, responseFormat: { type: 'json_object', jsonSchema: parameters } })
  const other = server.requests.at(-1)!.body
  const read = codec.decodeRequest(other)
  expect(read).toMatchObject({ response_format: { type: 'json_schema', json_schema: { schema: parameters } } })
  expect(codec.encodeRequest(read, context).body).toEqual(other)
})

test('errors are errors of the SDK', async () => {
  server.answer = { status: 404, json: codec.encodeError({ message: "model 'x' not found" }, 404) }
  const failure = client.chat(params, { maxRetries: 0 })
  await expect(failure).rejects.toBeInstanceOf(CohereError)
  await expect(failure).rejects.toMatchObject({ statusCode: 404, body: { message: "model 'x' not found" } })
})
