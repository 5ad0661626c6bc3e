/** What Replicate's format says beyond the contract, and the client against a loopback server that answers as it does. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/index.js'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { replicatePredictions as codec } from '../../src/protocols/replicate-predictions/index.js'

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

  test('a conversation is a transcript, and the caller is told', () => {
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
    ['response_format', { response_format: { type: 'json_object' } }],
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

  test('a prediction seen while it grows gives each piece once', () => {
    const decoder = codec.createStreamDecoder()
    const text = [{ ...done, status: 'processing', output: ['Hel'] }, done]
      .flatMap((event) => decoder.push(event))
      .map((chunk) => chunk.choices[0]?.delta.content ?? '')
    expect(text.filter((piece) => piece !== '')).toEqual(['Hel', 'lo'])
    expect(decoder.done).toBe(true)
  })
})

describe('the client', () => {
  let server: Server
  let seen: { request: IncomingMessage; body: unknown } | undefined
  let answer: object

  beforeEach(async () => {
    server = createServer((request, response) => {
      let text = ''
      request.on('data', (piece) => (text += String(piece)))
      request.on('end', () => {
        seen = { request, body: JSON.parse(text) as unknown }
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))

  const client = () =>
    createClient({
      retries: 0,
      providers: {
        replicate: { apiKey: 'r8_key', baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` },
      },
    })

  test('a call, and a stream made of the whole answer with a warning', async () => {
    answer = { ...done, metrics: { input_token_count: 4, output_token_count: 2 } }
    const model = 'replicate/meta/meta-llama-3-70b-instruct'
    const whole = await client().chat.completions.create({ model, messages })
    expect(whole.choices[0]?.message.content).toBe('Hello')
    expect(seen?.request.url).toBe('/v1/models/meta/meta-llama-3-70b-instruct/predictions')
    expect(seen?.request.headers).toMatchObject({
      prefer: 'wait',
      authorization: 'Bearer r8_key',
      accept: 'application/json',
    })

    const stream = await client().chat.completions.create({ model, messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('Hello')
    expect(stream._meta?.warnings.join()).toContain('comes whole')
  })

  test('a prediction that is not done is a ProviderError', async () => {
    answer = { ...done, status: 'processing', output: null }
    await expect(client().chat.completions.create({ model: 'replicate/a/b', messages })).rejects.toMatchObject({
      name: 'ProviderError',
      code: 'prediction_unfinished',
      provider: 'replicate',
      isRetryable: true,
    })
  })
})
