import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'

const turn = JSON.parse(
  readFileSync(new URL('../fixtures/openai-responses/agent-turn.json', import.meta.url), 'utf8'),
) as JsonObject

function response(fields: JsonObject): JsonObject {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'completed',
    error: null,
    output: [],
    ...fields,
  }
}

function text(value: string): JsonObject {
  return {
    id: 'msg_1',
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: value, annotations: [] }],
  }
}

describe('an answer', () => {
  test('is read whole', () => {
    const { choices, ...head } = openaiResponses.decodeResponse(turn)
    expect(head).toEqual({
      id: 'resp_made_up_1',
      object: 'chat.completion',
      created: 1_760_000_000,
      model: 'a-model-2026-01-01',
      service_tier: 'default',
      usage: {
        prompt_tokens: 50,
        completion_tokens: 30,
        total_tokens: 80,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 12 },
      },
    })
    expect(choices).toHaveLength(1)
    const { message, finish_reason, logprobs } = choices[0]!
    expect(finish_reason).toBe('tool_calls')
    expect(message).toMatchObject({
      content: 'The moon is far. Very far.',
      refusal: null,
      reasoning_content: 'First thought.\n\nSecond thought.',
      annotations: [
        {
          type: 'url_citation',
          url_citation: { url: 'https://example.test/moon', title: 'Moon', start_index: 0, end_index: 8 },
        },
      ],
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'measure', arguments: '{"to":"moon"}' } },
        { id: 'call_2', type: 'custom', custom: { name: 'note', input: 'far' } },
      ],
    })
    expect(logprobs?.content).toEqual([{ token: 'The', logprob: -0.1, bytes: [84, 104, 101], top_logprobs: [] }])
    expect(message.blocks?.map(({ type }) => type)).toEqual([
      'thinking',
      'raw',
      'raw',
      'text',
      'text',
      'tool_call',
      'tool_call',
    ])
  })

  test('is written as it was read', () => {
    const { output, usage, ...head } = turn
    expect(openaiResponses.encodeResponse(openaiResponses.decodeResponse(turn))).toMatchObject({
      ...head,
      output,
      usage,
    })
  })

  test('goes back into the next request as it was', () => {
    const { message } = openaiResponses.decodeResponse(turn).choices[0]!
    const context = {
      provider: 'p',
      model: 'm',
      quirks: {},
      dropUnsupported: false,
      warn: (warning: string) => expect(warning).toBe(''),
    }
    const result = (message.tool_calls ?? []).map(({ id }): Message => ({
      role: 'tool',
      tool_call_id: id,
      content: 'x',
    }))
    const { input } = openaiResponses.encodeRequest({ model: 'm', messages: [message, ...result] }, context).body
    expect((input as unknown[]).slice(0, (turn.output as unknown[]).length)).toEqual(turn.output)
  })

  test.each([
    ['completed', {}, 'stop', undefined],
    ['incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'length', undefined],
    ['incomplete', { incomplete_details: { reason: 'content_filter' } }, 'content_filter', undefined],
    ['incomplete', { incomplete_details: { reason: 'steered' } }, 'stop', 'steered'],
    ['cancelled', {}, null, 'cancelled'],
  ])('%s %j ends with %s', (status, fields, finish, native) => {
    const read = openaiResponses.decodeResponse(response({ status, ...fields, output: [text('Hi')] }))
    expect(read.choices[0]?.finish_reason).toBe(finish)
    expect(read.choices[0]?.native_finish_reason).toBe(native)
    const { status: written, incomplete_details: details } = openaiResponses.encodeResponse(read)
    expect({ status: written, details: details ?? undefined }).toEqual({
      status,
      details: (fields as JsonObject).incomplete_details,
    })
  })

  test.each(['queued', 'in_progress'])('that is %s has no choices yet', (status) => {
    expect(openaiResponses.decodeResponse(response({ status, usage: null })).choices).toEqual([])
  })

  test('reasoning is the content where there is no summary', () => {
    const item = { id: 'rs_1', type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] }
    expect(openaiResponses.decodeResponse(response({ output: [item] })).choices[0]?.message.reasoning_content).toBe(
      'Hm.',
    )
  })

  test('says what it cost, in dollars or in ticks', () => {
    const usage = { input_tokens: 1, output_tokens: 2 }
    expect(openaiResponses.decodeResponse(response({ usage: { ...usage, cost: 0.5 } })).usage).toMatchObject({
      total_tokens: 3,
      cost: 0.5,
    })
    expect(
      openaiResponses.decodeResponse(response({ usage: { ...usage, cost_in_usd_ticks: 25_000_000 } })).usage?.cost,
    ).toBe(0.0025)
  })

  test('without content is its scalars', () => {
    const read = openaiResponses.decodeResponse(turn, { content: false })
    expect(JSON.stringify(read)).not.toContain('moon')
    expect(read).toMatchObject({
      id: 'resp_made_up_1',
      usage: { total_tokens: 80 },
      choices: [{ finish_reason: 'tool_calls' }],
    })
  })
})

describe('a failure', () => {
  test('is a ProviderError with its code', () => {
    const failed = response({ status: 'failed', error: { code: 'server_error', message: 'It broke.' } })
    expect(() => openaiResponses.decodeResponse(failed)).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'It broke.', code: 'server_error', isRetryable: true }),
    )
    const refused = response({ status: 'failed', error: { code: 'invalid_prompt', message: 'No.' } })
    expect(() => openaiResponses.decodeResponse(refused)).toThrow(
      expect.objectContaining({ code: 'invalid_prompt', isRetryable: false }),
    )
  })

  test('without a reason is one too', () => {
    expect(() => openaiResponses.decodeResponse(response({ status: 'failed' }))).toThrow(
      expect.objectContaining({ name: 'ProviderError' }),
    )
  })

  test.each([
    ['null', null],
    ['text', '<html>secret</html>'],
    ['a list', []],
    ['nothing', {}],
    ['an answer of the chat format', { object: 'chat.completion', choices: [] }],
    ['a token count', { object: 'response.input_tokens', input_tokens: 3 }],
  ])('%s in place of an answer is a StreamError that shows nothing of it', (_, body) => {
    expect(() => openaiResponses.decodeResponse(body)).toThrow(
      expect.objectContaining({ name: 'StreamError', message: expect.not.stringContaining('secret') as string }),
    )
  })

  test('nesting without bottom is a typed error or no error', () => {
    let deep: unknown = {}
    for (let depth = 0; depth < 100_000; depth += 1) deep = { deep }
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: deep }
    expect(() => openaiResponses.decodeResponse(response({ output: [call] }))).toThrow(
      expect.objectContaining({ name: 'StreamError' }),
    )
    const item = { id: 'x_1', type: 'x_call', deep }
    const decoder = openaiResponses.createStreamDecoder()
    decoder.push({ type: 'response.output_item.done', output_index: 0, item })
    decoder.push({ type: 'response.completed', response: response({ output: [{ ...item }] }) })
    expect(decoder.done).toBe(true)
  })
})
