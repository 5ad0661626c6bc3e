/** What speakers of OpenAI's chat format say in their own way, and what they want said. */
import { describe, expect, test } from 'vitest'
import type { AssistantMessage, ChatChunk, ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import type { Quirks } from '../../src/kernel/protocol.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { accumulate } from './support/accumulate.js'

function streamed(events: readonly unknown[]): ChatCompletion {
  const decoder = openaiChat.createStreamDecoder()
  return accumulate([...events, '[DONE]'].flatMap((event) => [...decoder.push(event)]))
}

function chunk(delta: object, more: object = {}, choice: object = {}): Record<string, unknown> {
  const choices = [{ index: 0, delta, finish_reason: null, ...choice }]
  return { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more }
}

function answer(message: object, more: object = {}): Record<string, unknown> {
  const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }]
  return { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices, ...more }
}

const ending = chunk({}, {}, { finish_reason: 'stop' })

interface Written {
  body: Record<string, unknown>
  warnings: string[]
}

function write(request: Partial<ChatRequest>, quirks: Quirks = {}, dropUnsupported = false): Written {
  const warnings: string[] = []
  const context = { provider: 'p', model: 'm', quirks, dropUnsupported, warn: (text: string) => warnings.push(text) }
  const messages: ChatRequest['messages'] = [{ role: 'user', content: 'hi' }]
  return { body: openaiChat.encodeRequest({ model: 'm', messages, ...request }, context).body, warnings }
}

function failure(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe('fields the hub has no name for', () => {
  const details = [
    { type: 'reasoning.text', text: 'I think', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'xyz', format: 'anthropic-claude-v1', index: 1 },
  ]

  test('a stream has the same as a whole answer', () => {
    const completion = streamed([
      chunk({ role: 'assistant' }, { citations: ['a'], provider: 'X', x_groq: { id: 'r' } }),
      chunk({ reasoning: 'I ', reasoning_details: [{ ...details[0], text: 'I ', signature: null }] }),
      chunk({ reasoning: 'think', reasoning_details: [{ ...details[0], text: 'think', signature: null }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', signature: 'sig', index: 0 }] }),
      chunk({ reasoning_details: [details[1]] }),
      chunk({ executed_tools: [{ index: 0, type: 'search', arguments: '{}' }] }),
      chunk({ content: 'hi', executed_tools: [{ index: 0, type: 'search', output: 'found' }] }),
      chunk({}, { citations: ['a', 'b'], x_groq: { usage: {} } }, { finish_reason: 'stop', stop_reason: 7 }),
    ])
    expect(completion).toMatchObject({ citations: ['a', 'b'], provider: 'X', x_groq: { id: 'r', usage: {} } })
    expect(completion.choices[0]).toMatchObject({
      stop_reason: 7,
      message: {
        content: 'hi',
        reasoning_content: 'I think',
        reasoning_details: details,
        executed_tools: [{ index: 0, type: 'search', arguments: '{}', output: 'found' }],
      },
    })
  })

  test("a call keeps Gemini's thought signature, whole or in pieces", () => {
    const extra_content = { google: { thought_signature: 's' } }
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
    const whole = openaiChat.decodeResponse(answer({ tool_calls: [{ ...call, extra_content }] }))
    const piecewise = streamed([
      chunk({ tool_calls: [{ ...call, index: 0, extra_content, function: { name: 'f', arguments: '' } }] }),
      // A name that comes again makes the codec write the piece anew.
      chunk({ tool_calls: [{ index: 0, extra_content, function: { name: 'f', arguments: '{}' } }] }),
      ending,
    ])
    for (const { choices } of [whole, piecewise])
      expect(choices[0]?.message.tool_calls).toEqual([{ ...call, extra_content }])
  })

  test('a call with the fields of both kinds is of the kind in its type', () => {
    const both = { id: 'a', type: 'function', custom: {}, function: { name: 'f', arguments: '{}' } }
    const { choices } = streamed([chunk({ tool_calls: [{ index: 0, ...both }] }), ending])
    expect(choices[0]?.message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
    ])
  })
})

test('fields that only another format has are not written', () => {
  const raw = { protocol: 'openai-responses' as const, value: { instructions: 'x' } }
  const whole = openaiChat.decodeResponse(answer({ content: 'a' }))
  expect(openaiChat.encodeResponse({ ...whole, raw })).not.toHaveProperty('raw')
  const [event] = openaiChat.createStreamEncoder().push({ ...(chunk({ content: 'a' }) as unknown as ChatChunk), raw })
  expect(event?.data).toEqual(chunk({ role: 'assistant', content: 'a' }))
})

describe('content as a list of parts', () => {
  const reference = { type: 'reference', reference_ids: [1, 2] }
  const parts = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text: 'It is so' },
    reference,
    { type: 'text', text: ', I read.' },
  ]

  test('content without a field of its own is kept in its place, also in a stream', () => {
    const whole = openaiChat.decodeResponse(answer({ content: parts }))
    const { message } = whole.choices[0]!
    expect(message).toMatchObject({ content: 'It is so, I read.', reasoning_content: 'hm' })
    expect(message.blocks).toEqual([
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'It is so' },
      { type: 'raw', protocol: 'openai-chat', value: reference },
      { type: 'text', text: ', I read.' },
    ])
    const piecewise = streamed([...parts.map((part) => chunk({ content: [part] })), ending])
    expect(piecewise.choices[0]?.message.blocks).toEqual(message.blocks)
  })

  test('goes back as it came where the target has such parts', () => {
    const { message } = openaiChat.decodeResponse(answer({ content: parts })).choices[0]!
    const { body, warnings } = write({ messages: [message] }, { thinkingParts: 'thinking' })
    expect(body.messages).toEqual([{ role: 'assistant', content: parts }])
    expect(warnings).toEqual([])
    const elsewhere = write({ messages: [message] })
    expect(elsewhere.body.messages).toEqual([{ role: 'assistant', content: 'It is so, I read.' }])
    expect(elsewhere.warnings).toHaveLength(2)
  })

  test("Databricks' reasoning keeps its signature", () => {
    const content = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm', signature: 's' }] },
      { type: 'text', text: 'yes' },
    ]
    const { message } = openaiChat.decodeResponse(answer({ content })).choices[0]!
    expect(message.thinking_blocks).toEqual([{ type: 'thinking', thinking: 'hm', signature: 's' }])
    const { body } = write({ messages: [message] }, { thinkingParts: 'reasoning' })
    expect(body.messages).toEqual([{ role: 'assistant', content }])
  })
})

describe('sources beside the choices', () => {
  const found = [{ title: 'A', url: 'https://a.test', date: '2026-01-01' }]
  const cited = [
    { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 0, end_index: 0 } },
  ]
  const bare = [{ ...cited[0], url_citation: { ...cited[0]!.url_citation, title: '' } }]

  test.each([
    ['search_results', { citations: ['https://a.test'], search_results: found }, cited],
    ['citations', { citations: ['https://a.test'] }, bare],
    ['web_search', { web_search: [{ title: 'A', link: 'https://a.test', content: '...' }] }, cited],
  ])('%s are citations of the answer, streamed too', (_, more, annotations) => {
    const whole = openaiChat.decodeResponse(answer({ content: 'a[1]', refusal: null }, more))
    const everywhere = streamed([
      chunk({ role: 'assistant', content: 'a' }, more),
      chunk({ content: '[1]' }, more, { finish_reason: 'stop' }),
      { ...chunk({}, more), choices: [] },
    ])
    const late = streamed([chunk({ content: 'a[1]' }), ending, { ...chunk({}, more), choices: [] }])
    const unfinished = streamed([chunk({ content: 'a[1]' }, more)])
    for (const completion of [whole, everywhere, late, unfinished]) {
      expect(completion).toMatchObject(more)
      expect(completion.choices[0]?.message).toMatchObject({ content: 'a[1]', annotations })
    }
  })

  test('citations of the text itself count more', () => {
    const own = [
      { type: 'url_citation', url_citation: { url: 'https://b.test', title: 'B', start_index: 0, end_index: 1 } },
    ]
    const whole = openaiChat.decodeResponse(
      answer({ content: 'a', annotations: own }, { citations: ['https://a.test'] }),
    )
    const piecewise = streamed([chunk({ content: 'a' }), chunk({ annotations: own }), { ...ending, citations: ['u'] }])
    for (const { choices } of [whole, piecewise]) expect(choices[0]?.message.annotations).toEqual(own)
  })
})

describe('errors under status 200', () => {
  test("MiniMax's base_resp", () => {
    const limited = { choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }
    for (const run of [
      () => openaiChat.decodeResponse(limited),
      () => openaiChat.decodeResponse({ ...limited, choices: [] }),
      () => openaiChat.createStreamDecoder().push({ ...limited, choices: [], usage: { total_tokens: 0 } }),
    ]) {
      expect(failure(run)).toMatchObject({
        name: 'ProviderError',
        message: 'rate limit',
        code: '1002',
        status: 429,
        isRetryable: true,
      })
    }
    const fine = answer({ content: 'hi' }, { base_resp: { status_code: 0, status_msg: '' } })
    expect(openaiChat.decodeResponse(fine).choices[0]?.message.content).toBe('hi')
    expect(openaiChat.decodeError({ base_resp: { status_code: 0, status_msg: 'success' } })).toBeUndefined()
  })

  test("Groq's x_groq.error", () => {
    const decoder = openaiChat.createStreamDecoder()
    expect(failure(() => decoder.push(chunk({}, { x_groq: { id: 'r', error: 'over capacity' } })))).toMatchObject({
      name: 'ProviderError',
      message: 'over capacity',
    })
  })
})

test('a stream that ends with the whole completion repeats no text', () => {
  const { choices, usage } = streamed([
    chunk({ role: 'assistant', content: 'hello ' }),
    chunk({ content: 'you' }, {}, { finish_reason: 'stop' }),
    answer({ content: 'hello you' }, { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
  ])
  expect(choices[0]?.message.content).toBe('hello you')
  expect(usage?.total_tokens).toBe(3)
  expect(streamed([answer({ content: 'all at once' })]).choices[0]?.message.content).toBe('all at once')
})

test("Perplexity's cost is an object", () => {
  const cost = { input_tokens_cost: 0.001, output_tokens_cost: 0.002, request_cost: 0.005, total_cost: 0.008 }
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost }
  expect(openaiChat.decodeResponse(answer({ content: 'x' }, { usage })).usage).toMatchObject({
    cost: 0.008,
    cost_details: cost,
  })
})

test.each([
  [
    { error: ['too long', 'too hot'], error_type: 'validation' },
    { message: 'too long; too hot', type: 'validation' },
  ],
  [
    { success: false, errors: [{ code: 7003, message: 'no route' }] },
    { message: 'no route', code: '7003' },
  ],
  [
    { error_code: 'BAD_REQUEST', message: 'no' },
    { message: 'no', code: 'BAD_REQUEST' },
  ],
  [
    { object: 'error', message: { detail: [{ msg: 'bad field' }] }, type: 'x' },
    { message: 'bad field', type: 'x' },
  ],
  [
    { statusCode: 401, message: 'no key' },
    { message: 'no key', code: '401' },
  ],
])('error body %j', (body, error) => {
  expect(openaiChat.decodeError(body)).toMatchObject(error)
})

describe('fields that a target names otherwise', () => {
  const history: AssistantMessage = { role: 'assistant', content: 'a', reasoning_content: 'r', annotations: [] }

  test('reasoning of earlier answers', () => {
    const { body } = write({ messages: [history] }, { reasoningContent: true, reasoningField: 'reasoning' })
    expect(body.messages).toEqual([{ role: 'assistant', content: 'a', reasoning: 'r' }])
  })

  test('annotations that are no citations', () => {
    const citation = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } }
    const file = { type: 'file', file: { hash: 'h', name: 'a.pdf', content: [{ type: 'text', text: 'parsed' }] } }
    const said = (annotations: object[]): unknown => {
      const { message } = openaiChat.decodeResponse(answer({ content: 'a', annotations })).choices[0]!
      return write({ messages: [message] }).body.messages
    }
    expect(said([citation])).toEqual([{ role: 'assistant', content: 'a' }])
    expect(said([citation, file])).toEqual([{ role: 'assistant', content: 'a', annotations: [citation, file] }])
  })

  test('names of messages', () => {
    const { body, warnings } = write(
      { messages: [{ role: 'user', content: 'hi', name: 'ann' }] },
      { messageNames: false },
    )
    expect(body.messages).toEqual([{ role: 'user', content: 'hi' }])
    expect(warnings).toHaveLength(1)
  })

  test('empty fields of an answer', () => {
    const { message } = openaiChat.decodeResponse(answer({ content: 'a', audio: null, function_call: null }))
      .choices[0]!
    expect(write({ messages: [message] }).body.messages).toEqual([{ role: 'assistant', content: 'a' }])
  })

  test('the seed', () => {
    const { body } = write({ seed: 5 }, { seedField: 'random_seed' })
    expect(body).toMatchObject({ random_seed: 5 })
    expect(body).not.toHaveProperty('seed')
  })

  test('parameters it answers with an error', () => {
    const quirks: Quirks = { unsupported: ['logit_bias', 'n', 'frequency_penalty'] }
    expect(() => write({ logit_bias: { 1: 2 } }, quirks)).toThrow(/logit_bias/)
    const { body, warnings } = write({ logit_bias: { 1: 2 } }, quirks, true)
    expect(body).not.toHaveProperty('logit_bias')
    expect(warnings).toHaveLength(1)
    // What asks for nothing is no reason to refuse.
    const idle = write({ n: 1, frequency_penalty: 0, logit_bias: null }, quirks)
    expect(Object.keys(idle.body).sort()).toEqual(['messages', 'model'])
  })
})
