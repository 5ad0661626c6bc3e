/** What Replicate's format says beyond the contract. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { replicatePredictions as codec } from '../../src/protocols/replicate-predictions/index.js'
import { accumulate } from './support/accumulate.js'

const warnings: string[] = []
const context: EncodeContext = {
  provider: 'replicate',
  model: 'meta/meta-llama-3-70b-instruct',
  quirks: {},
  dropUnsupported: false,
  warn: (message) => warnings.push(message),
}
const messages: ChatRequest['messages'] = [{ role: 'user', content: 'hi' }]
const encode = (request: Omit<ChatRequest, 'model'>, more: Partial<EncodeContext> = {}) =>
  codec.encodeRequest({ model: 'm', ...request }, { ...context, ...more })
const done = {
  id: 'p1',
  model: 'meta/meta-llama-3-70b-instruct',
  created_at: '2024-05-01T10:00:00.5Z',
  status: 'succeeded',
  error: null,
  logs: '',
  output: ['Hel', 'lo'],
}

beforeEach(() => void warnings.splice(0))

describe('requests', () => {
  test('the input of a language model, and a header that asks to wait', () => {
    const request = {
      messages: [{ role: 'system', content: 'be kind' }, ...messages] as ChatRequest['messages'],
      max_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop: ['a', 'b'],
      seed: 3,
    }
    expect(encode(request)).toEqual({
      path: '/models/meta/meta-llama-3-70b-instruct/predictions',
      headers: { prefer: 'wait', accept: 'application/json' },
      body: {
        input: {
          prompt: 'hi',
          system_prompt: 'be kind',
          max_tokens: 9,
          temperature: 0.5,
          top_p: 0.9,
          top_k: 5,
          stop_sequences: 'a,b',
          seed: 3,
        },
      },
    })
    expect(warnings).toEqual([])
  })

  test('a version, a community model and a deployment have their addresses', () => {
    expect(encode({ messages }, { model: 'owner/name:5c7d' })).toMatchObject({
      path: '/predictions',
      body: { version: 'owner/name:5c7d' },
    })
    expect(encode({ messages }, { model: '5c7d' })).toMatchObject({ path: '/predictions', body: { version: '5c7d' } })
    expect(encode({ messages }, { model: 'deployments/owner/name' }).path).toBe('/deployments/owner/name/predictions')
    expect(encode({ messages }, { model: '../x?/y' }).path).not.toContain('?')
    expect(codec.decodeRequest({ input: {} }, { path: '/v1/models/meta/llama/predictions' }).model).toBe('meta/llama')
  })

  test('a conversation is sent as one prompt, with a warning', () => {
    const conversation: ChatRequest['messages'] = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ]
    expect(encode({ messages: conversation }).body).toEqual({
      input: { system_prompt: 's', prompt: 'User: a\n\nAssistant: b\n\nUser: c\n\nAssistant:' },
    })
    expect(warnings).toEqual([expect.stringContaining('transcript')])
  })

  test('an image goes beside the prompt; fields of one model come in extra_body', () => {
    const url = 'https://example.test/a.png'
    const content: ChatRequest['messages'] = [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: 'what is it' },
        ],
      },
    ]
    expect(
      encode({ messages: content, extra_body: { input: { min_tokens: 3 }, webhook: 'https://example.test/w' } }).body,
    ).toEqual({
      input: { prompt: 'what is it', image: url, min_tokens: 3 },
      webhook: 'https://example.test/w',
    })
    const two: ChatRequest['messages'] = [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ]
    expect(() => encode({ messages: two })).toThrow(expect.objectContaining({ parameter: 'several images' }))
  })

  test.each<[string, Partial<ChatRequest>]>([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['tool_choice', { tool_choice: 'required' }],
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['reasoning_effort', { reasoning_effort: 'low' }],
    ['stop', { stop: 'a,b' }],
    ['tool messages', { messages: [{ role: 'tool', tool_call_id: 'c', content: 'r' }] }],
  ])('%s is refused, or left out with a word', (parameter, fields) => {
    expect(() => encode({ messages, ...fields })).toThrow(
      expect.objectContaining({ name: 'UnsupportedParameterError', parameter }),
    )
    encode({ messages, ...fields }, { dropUnsupported: true })
    expect(warnings.join()).toContain(parameter)
  })
})

test('structured output is asked for in the system prompt, and said so', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } }
  const { body, headers } = encode({
    messages: [{ role: 'system', content: 'Be brief.' }, ...messages],
    stream: true,
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
  })
  const system = (body['input'] as { system_prompt: string }).system_prompt
  expect(system).toMatch(/^Be brief\.\n\n/)
  expect(system).toContain(JSON.stringify(schema))
  expect(warnings.join()).toContain('response_format')
  // A stream begins at once.
  expect(headers).not.toHaveProperty('prefer')
})

describe('answers', () => {
  test('pieces are joined, metrics counted, times and addresses kept', () => {
    const metrics = { input_token_count: 4, output_token_count: 2, predict_time: 0.1 }
    const wire = {
      ...done,
      input: { prompt: 'a private prompt', max_tokens: 9 },
      metrics,
      urls: { get: 'https://api.replicate.com/v1/predictions/p1' },
    }
    const read = codec.decodeResponse(wire)
    expect(read).toMatchObject({
      id: 'p1',
      created: 1_714_557_600,
      model: done.model,
      choices: [{ finish_reason: 'stop', message: { content: 'Hello' } }],
      usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 },
      raw: { value: { metrics: { predict_time: 0.1 }, urls: { get: expect.any(String) } } },
    })
    expect(JSON.stringify(read)).not.toContain('private')
    expect(codec.decodeResponse({ ...wire, input: { max_tokens: 2 } }).choices[0]?.finish_reason).toBe('length')
    expect(codec.decodeResponse({ ...done, output: 'one text' }).choices[0]?.message.content).toBe('one text')
    expect(codec.decodeResponse({ ...done, output: { label: 1 } }).choices[0]?.message.content).toBe('{"label":1}')
  })

  test.each(['starting', 'processing'])(
    'a prediction still %s is an error that says so, and may be retried',
    (status) => {
      expect(() => codec.decodeResponse({ ...done, status, output: null })).toThrow(
        expect.objectContaining({
          name: 'ProviderError',
          isRetryable: true,
          code: 'prediction_unfinished',
          message: expect.stringContaining(`still ${status}`),
        }),
      )
    },
  )

  test('failures say what the model said, and whether it may pass', () => {
    const failed = (error: string) => ({ ...done, status: 'failed', output: null, error })
    const thrown = (error: string): unknown => {
      try {
        return codec.decodeResponse(failed(error))
      } catch (cause) {
        return cause
      }
    }
    expect(thrown('Prediction interrupted; please retry (code: PA)')).toMatchObject({
      name: 'ProviderError',
      code: 'PA',
      isRetryable: true,
    })
    expect(thrown('The input or output was flagged as sensitive. (E005)')).toMatchObject({
      code: 'content_filter',
      isRetryable: false,
    })
    expect(thrown('prompt: field required')).toMatchObject({ code: 'prediction_failed', isRetryable: false })
    expect(() => codec.decodeResponse({ ...done, status: 'canceled' })).toThrow(
      expect.objectContaining({ code: 'prediction_canceled', isRetryable: false }),
    )
    expect(() => codec.decodeResponse({})).toThrow(expect.objectContaining({ name: 'StreamError' }))
    expect(
      codec.decodeError({ title: 'Input validation failed', detail: '- input: prompt is required', status: 422 }),
    ).toEqual({
      message: '- input: prompt is required',
      type: 'Input validation failed',
    })
  })

  test('its own stream is text: newlines, marks and numbers are words like any other', () => {
    const decoder = codec.createStreamDecoder()
    const growing = { ...done, status: 'processing', output: null }
    const said = ['{"a":', '1', '[DONE]', '\n', ' null']
    const chunks = [
      ...decoder.push(growing),
      ...said.flatMap((data) => decoder.push(data, 'output')),
      ...decoder.push('{}', 'done'),
      ...decoder.push({ ...done, output: said, metrics: { input_token_count: 4, output_token_count: 5 } }),
    ]
    expect(decoder.done).toBe(true)
    const whole = accumulate(chunks)
    expect(whole.choices[0]?.message.content).toBe(said.join(''))
    expect(whole).toMatchObject({ id: 'p1', usage: { completion_tokens: 5 }, choices: [{ finish_reason: 'stop' }] })
  })

  test('a stream without usage is whole once it has ended', () => {
    const cut = codec.createStreamDecoder()
    cut.push('Hel', 'output')
    expect(cut.end()).toEqual([])
    expect(cut.done).toBe(false)
    const decoder = codec.createStreamDecoder()
    const chunks = [...decoder.push('Hello', 'output'), ...decoder.push('', 'done'), ...decoder.end()]
    expect(decoder.done).toBe(true)
    expect(accumulate(chunks).choices).toMatchObject([{ finish_reason: 'stop', message: { content: 'Hello' } }])
  })

  test.each([
    ['error', '{"detail":"the model is overloaded"}', { code: 'prediction_failed', isRetryable: true }],
    ['error', 'out of memory', { message: 'out of memory' }],
    ['done', '{"reason":"canceled"}', { code: 'prediction_canceled' }],
    ['done', '{"reason":"error"}', { code: 'prediction_failed' }],
  ])('the event %s with %s is a ProviderError', (event, data, says) => {
    const decoder = codec.createStreamDecoder()
    expect(() => [decoder.push('Hel', 'output'), decoder.push(data, event), decoder.end()]).toThrow(
      expect.objectContaining({ name: 'ProviderError', ...says }),
    )
  })

  test('a prediction that is polled while it grows gives each piece once', () => {
    const decoder = codec.createStreamDecoder()
    const text = [{ ...done, status: 'processing', output: ['Hel'] }, done]
      .flatMap((event) => decoder.push(event))
      .map((chunk) => chunk.choices[0]?.delta.content ?? '')
    expect(text.filter((piece) => piece !== '')).toEqual(['Hel', 'lo'])
    expect(decoder.done).toBe(true)
  })
})
