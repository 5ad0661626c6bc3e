import { describe, expect, test } from 'vitest'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, Usage } from '../../src/kernel/hub.js'
import {
  chatRequestAttributes,
  chatResponseAttributes,
  embeddingsRequestAttributes,
  embeddingsResponseAttributes,
  responseHeaderAttributes,
  serverOf,
  usageAttributes,
} from '../../src/telemetry/spans/attributes.js'
import { defaultSettings } from '../../src/telemetry/settings.js'
import { directory } from '../../src/whole-directory.js'

const { keepsHeader } = directory

const request = (more: object): ChatRequest => ({ model: 'm', messages: [], ...more }) as ChatRequest

describe('request', () => {
  test.each<[string, object, object]>([
    ['nothing given, nothing said', {}, {}],
    [
      'sampling',
      { temperature: 0, top_p: 0.5, top_k: 40, frequency_penalty: -1, presence_penalty: 2, seed: 7, max_tokens: 9 },
      {
        'gen_ai.request.temperature': 0,
        'gen_ai.request.top_p': 0.5,
        'gen_ai.request.top_k': 40,
        'gen_ai.request.frequency_penalty': -1,
        'gen_ai.request.presence_penalty': 2,
        'gen_ai.request.seed': 7,
        'gen_ai.request.max_tokens': 9,
      },
    ],
    ['top_logprobs is not top_k', { top_logprobs: 5 }, {}],
    ['the newer limit wins', { max_tokens: 9, max_completion_tokens: 8 }, { 'gen_ai.request.max_tokens': 8 }],
    ['one choice is the default', { n: 1 }, {}],
    ['several choices', { n: 3 }, { 'gen_ai.request.choice.count': 3 }],
    ['a stream', { stream: true }, { 'gen_ai.request.stream': true }],
    ['no stream is not said', { stream: false }, {}],
    ['one stop', { stop: 'END' }, { 'gen_ai.request.stop_sequences': ['END'] }],
    ['several stops', { stop: ['a', 'b'] }, { 'gen_ai.request.stop_sequences': ['a', 'b'] }],
    ['no stops', { stop: [] }, {}],
    [
      'reasoning, in the words of the request',
      { reasoning_effort: 'xhigh' },
      { 'gen_ai.request.reasoning.level': 'xhigh' },
    ],
    ['an earlier response', { previous_response_id: 'r' }, { 'gen_ai.request.previous_response.id': 'r' }],
    ['text', { response_format: { type: 'text' } }, { 'gen_ai.output.type': 'text' }],
    ['JSON', { response_format: { type: 'json_object' } }, { 'gen_ai.output.type': 'json' }],
    [
      'a schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
      { 'gen_ai.output.type': 'json' },
    ],
    ['speech', { modalities: ['text', 'audio'] }, { 'gen_ai.output.type': 'speech' }],
    [
      'null is as good as nothing',
      { n: null, stop: null, seed: null, temperature: null, response_format: null, modalities: null },
      {},
    ],
    [
      'values of other types are left out',
      {
        temperature: 'hot',
        stop: [1, 'x'],
        modalities: 4,
        previous_response_id: {},
        seed: Number.NaN,
        n: 'two',
        reasoning_effort: 3,
      },
      { 'gen_ai.request.stop_sequences': ['x'] },
    ],
  ])('%s', (_name, fields, attributes) => {
    expect(chatRequestAttributes(request(fields))).toEqual(attributes)
  })

  test.each<[Partial<EmbeddingsRequest>, object]>([
    [{}, {}],
    [
      { dimensions: 256, encoding_format: 'base64' },
      { 'gen_ai.embeddings.dimension.count': 256, 'gen_ai.request.encoding_formats': ['base64'] },
    ],
  ])('embeddings %j', (fields, attributes) => {
    expect(embeddingsRequestAttributes({ model: 'm', input: 'x', ...fields })).toEqual(attributes)
  })
})

describe('response', () => {
  const choice = (finish_reason: string | undefined) => ({
    index: 0,
    finish_reason,
    logprobs: null,
    message: { role: 'assistant', content: '', refusal: null },
  })
  const response = (more: object): ChatCompletion =>
    ({ id: '', object: 'chat.completion', created: 0, model: '', choices: [], ...more }) as ChatCompletion

  test.each<[string, object, object]>([
    ['empty ids are not said', {}, {}],
    ['ids', { id: 'i', model: 'm' }, { 'gen_ai.response.id': 'i', 'gen_ai.response.model': 'm' }],
    [
      'one reason a choice',
      { choices: [choice('stop'), choice('length')] },
      { 'gen_ai.response.finish_reasons': ['stop', 'length'] },
    ],
    [
      'a position that never finished',
      { choices: [choice('stop'), choice(undefined)] },
      { 'gen_ai.response.finish_reasons': ['stop'] },
    ],
  ])('%s', (_name, fields, attributes) => {
    expect(chatResponseAttributes(response(fields), defaultSettings(), false)).toEqual(attributes)
  })

  test('a choice that did not finish has the reason error if the call failed', () => {
    const cut = response({ choices: [choice('stop'), choice(undefined)] })
    expect(chatResponseAttributes(cut, defaultSettings(), true)).toEqual({
      'gen_ai.response.finish_reasons': ['stop', 'error'],
    })
  })

  const usage: Usage = {
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: {
      cached_tokens: 10,
      cache_write_tokens: 20,
      audio_tokens: 1,
      text_tokens: 99,
      image_tokens: 0,
    },
    completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 2 },
  }
  const common = {
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 50,
    'gen_ai.usage.cache_read.input_tokens': 10,
    'gen_ai.usage.text.input_tokens': 99,
    'gen_ai.usage.audio.input_tokens': 1,
    'gen_ai.usage.image.input_tokens': 0,
    'gen_ai.usage.reasoning.output_tokens': 30,
    'gen_ai.usage.audio.output_tokens': 2,
  }
  test.each([
    ['latest', { 'gen_ai.usage.cache_write.input_tokens': 20 }],
    ['v1.41', { 'gen_ai.usage.cache_creation.input_tokens': 20 }],
    ['both', { 'gen_ai.usage.cache_write.input_tokens': 20, 'gen_ai.usage.cache_creation.input_tokens': 20 }],
  ] as const)('usage in %s', (semconv, more) => {
    expect(usageAttributes(usage, { semconv })).toEqual({ ...common, ...more })
  })

  test('embeddings', () => {
    expect(
      embeddingsResponseAttributes({
        object: 'list',
        data: [],
        model: 'e',
        usage: { prompt_tokens: 4, total_tokens: 4 },
      }),
    ).toEqual({
      'gen_ai.response.model': 'e',
      'gen_ai.usage.input_tokens': 4,
    })
  })
})

test.each<[string, object | undefined]>([
  ['https://a.example/v1', { address: 'a.example', port: 443 }],
  ['http://a.example', { address: 'a.example', port: 80 }],
  ['http://[::1]:8080/v1', { address: '::1', port: 8080 }],
  ['nonsense', undefined],
])('server of %s', (baseURL, server) => {
  if (server) expect(serverOf(baseURL)).toMatchObject(server)
  else expect(serverOf(baseURL)).toBeUndefined()
})

test('headers of gateways are kept, headers about keys and people are not', () => {
  const headers = new Headers({
    'X-Request-Id': 'r',
    'x-litellm-model-id': 'm',
    'x-litellm-key-spend': '1',
    'x-litellm-end-user-id': 'u',
    'x-portkey-api-key': 'k',
    'helicone-auth': 'a',
    'x-portkey-trace-id': 't',
    'set-cookie': 'c',
    authorization: 'a',
    'openai-organization': 'o',
    'x-litellm-response-cost': '0.01',
    'request-id': 'a',
    'x-requesting': 'n',
  })
  expect(responseHeaderAttributes(headers, { keepsHeader })).toEqual({
    'http.response.header.x-request-id': ['r'],
    'http.response.header.x-litellm-model-id': ['m'],
    'http.response.header.x-portkey-trace-id': ['t'],
    'http.response.header.x-litellm-response-cost': ['0.01'],
    'http.response.header.request-id': ['a'],
  })
})
