/** The official SDK against a loopback server that answers with what the codec writes. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import type { ChatChunk, ChatCompletion, ChunkDelta, FinishReason } from '../../src/kernel/hub.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'
import { chunksOf, eventsOf } from '../contracts/chunks.js'
import { startLoopback, type Loopback } from '../support/loopback.js'

let server: Loopback
let client: OpenAI

beforeAll(async () => {
  server = await startLoopback()
  client = new OpenAI({ apiKey: 'test', baseURL: `${server.origin}/v1`, maxRetries: 0 })
})
afterAll(() => server.close())

const completion: ChatCompletion = {
  id: 'resp_1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'a-model',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      logprobs: null,
      message: {
        role: 'assistant',
        content: 'Let me look.',
        refusal: null,
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: 'https://example.test', title: 'T', start_index: 0, end_index: 3 },
          },
        ],
        reasoning_content: 'I should look.',
        thinking_blocks: [
          { type: 'thinking', thinking: 'I should look.', signature: 'proof' },
          { type: 'redacted_thinking', data: 'sealed' },
        ],
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } },
          { id: 'call_2', type: 'custom', custom: { name: 'say', input: 'hello' } },
        ],
      },
    },
  ],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 20,
    total_tokens: 30,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 5 },
  },
}

function chunk(delta: ChunkDelta, finish: FinishReason | null = null): ChatChunk {
  return {
    id: 'resp_1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'a-model',
    choices: [{ index: 0, delta, finish_reason: finish }],
  }
}

describe('responses.create', () => {
  test('reads what encodeResponse writes', async () => {
    server.answer = { json: openaiResponses.encodeResponse(completion) }
    const response = await client.responses.create({ model: 'a-model', input: 'look' })
    expect(response.output_text).toBe('Let me look.')
    expect(response.status).toBe('completed')
    expect(response.error).toBeNull()
    expect(response.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'reasoning',
      'message',
      'function_call',
      'custom_tool_call',
    ])
    expect(response.usage).toMatchObject({
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 20,
    })
    expect(openaiResponses.decodeRequest(server.requests.at(-1)?.body).messages).toEqual([
      { role: 'user', content: 'look' },
    ])
  })

  test('what it sends back on the next turn still proves the thinking', async () => {
    server.answer = { json: openaiResponses.encodeResponse(completion) }
    const response = await client.responses.create({ model: 'a-model', input: 'look' })
    const output = { type: 'function_call_output', call_id: 'call_1', output: 'blue' } as const
    await client.responses.create({
      model: 'a-model',
      input: [...response.output, output] as OpenAI.Responses.ResponseInput,
    })
    const [assistant, tool] = openaiResponses.decodeRequest(server.requests.at(-1)?.body).messages
    expect(assistant).toMatchObject({
      role: 'assistant',
      content: 'Let me look.',
      thinking_blocks: [
        { type: 'thinking', thinking: 'I should look.', signature: 'proof' },
        { type: 'redacted_thinking', data: 'sealed' },
      ],
      tool_calls: completion.choices[0]?.message.tool_calls,
    })
    expect(tool).toEqual({ role: 'tool', tool_call_id: 'call_1', content: 'blue' })
  })

  test('parses structured output and calls', async () => {
    const text = {
      ...completion,
      choices: [
        {
          ...completion.choices[0]!,
          finish_reason: 'stop' as const,
          message: { role: 'assistant' as const, content: '{"a":1}', refusal: null },
        },
      ],
    }
    server.answer = { json: openaiResponses.encodeResponse(text) }
    const schema = {
      type: 'object',
      properties: { a: { type: 'number' } },
      required: ['a'],
      additionalProperties: false,
    }
    const response = await client.responses.parse({
      model: 'a-model',
      input: 'one',
      text: { format: { type: 'json_schema', name: 'a', schema, strict: true } },
    })
    expect(JSON.parse(response.output_text)).toEqual({ a: 1 })
  })
})

describe('responses.stream', () => {
  test.each([1, 3, 100])('reads what the stream encoder writes of pieces of %d characters', async (size) => {
    server.answer = { events: eventsOf(openaiResponses, chunksOf(completion, size)) }
    const stream = client.responses.stream({ model: 'a-model', input: 'look' })
    const deltas: string[] = []
    stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta))
    const response = await stream.finalResponse()
    expect(deltas.join('')).toBe('Let me look.')
    const streamed = JSON.parse(JSON.stringify(response)) as { output: Record<string, unknown>[]; usage: unknown }
    const unary = openaiResponses.decodeResponse(openaiResponses.encodeResponse(completion))
    const read = openaiResponses.decodeResponse(streamed)
    expect(read.usage).toEqual(unary.usage)
    expect(read.choices[0]?.finish_reason).toBe('tool_calls')
    // The helper that cuts a completion into chunks leaves annotations out.
    const { annotations: _, blocks: __, ...message } = unary.choices[0]!.message
    expect(read.choices[0]?.message).toMatchObject(message)
  })

  test('interleaved arguments, citations, log probabilities and a refusal arrive', async () => {
    const citation = completion.choices[0]!.message.annotations!
    const logprobs = { content: [{ token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [] }], refusal: null }
    const first = chunk({ content: 'Hi', block: 0 })
    const chunks: ChatChunk[] = [
      chunk({ role: 'assistant' }),
      { ...first, choices: [{ ...first.choices[0]!, logprobs }] },
      chunk({ annotations: citation, block: 0 }),
      chunk({ refusal: 'No', block: 1 }),
      chunk({
        tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }],
        block: 2,
      }),
      chunk({
        tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{' } }],
        block: 3,
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '}' } }], block: 2 }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: '}' } }], block: 3 }),
      chunk({}, 'tool_calls'),
    ]
    server.answer = { events: eventsOf(openaiResponses, chunks) }
    const response = await client.responses.stream({ model: 'a-model', input: 'x' }).finalResponse()
    expect(response.output).toMatchObject([
      {
        content: [
          {
            type: 'output_text',
            text: 'Hi',
            annotations: [{ type: 'url_citation', url: 'https://example.test' }],
            logprobs: logprobs.content,
          },
        ],
      },
      { content: [{ type: 'refusal', refusal: 'No' }] },
      { type: 'function_call', call_id: 'a', arguments: '{}' },
      { type: 'function_call', call_id: 'b', arguments: '{}' },
    ])
  })

  test('a limit ends it with response.incomplete, and a stream that was cut has no end', async () => {
    server.answer = { events: eventsOf(openaiResponses, [chunk({ content: 'Hi' }), chunk({}, 'length')]) }
    const events: string[] = []
    for await (const event of client.responses.stream({ model: 'a-model', input: 'x' })) events.push(event.type)
    expect(events.at(-1)).toBe('response.incomplete')
    expect(eventsOf(openaiResponses, [chunk({ content: 'Hi' })]).map(({ event }) => event)).not.toContain(
      'response.completed',
    )
  })

  test('items of the server come through whole', async () => {
    const item = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'q' } }
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
    }
    const decoder = openaiResponses.createStreamDecoder()
    const response = {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: 'a-model',
      created_at: 1,
      output: [item, message],
    }
    const chunks = [...decoder.push({ type: 'response.completed', response }), ...decoder.end()]
    server.answer = { events: eventsOf(openaiResponses, chunks) }
    const read = await client.responses.stream({ model: 'a-model', input: 'x' }).finalResponse()
    expect(read.output[0]).toEqual(item)
    expect(read.output_text).toBe('Hi')
  })
})

test('the SDK reads the same from our events as our decoder does', async () => {
  const events = eventsOf(openaiResponses, chunksOf(completion, 2))
  server.answer = { events }
  const decoder = openaiResponses.createStreamDecoder()
  const accumulator = createChatAccumulator()
  for await (const event of await client.responses.create({ model: 'a-model', input: 'x', stream: true })) {
    for (const part of decoder.push(event)) accumulator.push(part)
  }
  expect(decoder.done).toBe(true)
  expect(accumulator.result().choices[0]?.message.tool_calls).toEqual(completion.choices[0]?.message.tool_calls)
})
