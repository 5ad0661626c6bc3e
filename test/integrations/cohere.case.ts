import type { CohereClient as Client } from 'cohere-ai'
import type * as Sdk from 'cohere-ai'
import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'

interface Clients {
  readonly first: Client
  /** Binds its methods when it is made. */
  readonly second: Sdk.CohereClientV2
}

const model = 'command-a-03-2025'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const span = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const parameters = { type: 'object', properties: { firstNumber: { type: 'number' } } }
const tools = [{ type: 'function' as const, function: { name: 'add', description: 'Adds', parameters } }]
const optionsOf = ({ maxRetries = 0, signal }: CallOptions = {}): object => ({
  maxRetries,
  ...(signal && { abortSignal: signal }),
})

const rows: Row<Clients>[] = [
  {
    name: 'the client of the first version has the second too',
    run: ({ first }) => first.v2.chat({ model, messages }),
    spans: [span],
  },
  {
    name: 'an address that only a function knows: the host is that of the request',
    run: ({ second }) => {
      const { _options: options } = second as unknown as { _options: { environment: string } }
      const late = new (second.constructor as typeof Sdk.CohereClientV2)({
        token: 'test-key',
        environment: () => options.environment,
      })
      return late.chat({ model, messages })
    },
    spans: [{ ...span, attributes: { 'server.address': '127.0.0.1' } }],
  },
  {
    name: 'with its raw response',
    run: async ({ second }) => {
      const { data, rawResponse } = await second.chat({ model, messages }).withRawResponse()
      return [data, rawResponse.status]
    },
    spans: [{ ...span, attributes: { 'http.response.header.x-request-id': ['req_fake'] } }],
  },
  {
    name: 'settings, and a tool whose arguments keep their names',
    run: ({ second }) =>
      second.chat({
        model,
        maxTokens: 50,
        p: 0.5,
        stopSequences: ['x'],
        responseFormat: { type: 'json_object' },
        tools,
        messages,
      }),
    spans: [
      {
        ...span,
        finish: ['tool_calls'],
        attributes: {
          'gen_ai.request.max_tokens': 50,
          'gen_ai.request.top_p': 0.5,
          'gen_ai.request.stop_sequences': ['x'],
          'gen_ai.output.type': 'json',
          'gen_ai.usage.cache_read.input_tokens': 4,
          'gen_ai.output.messages': { contains: '"arguments":{"firstNumber":2,"second_number":2}' },
        },
      },
    ],
  },
  {
    name: 'a tool, streamed',
    run: async ({ second }, kit) => kit.collect(await second.chatStream({ model, messages, tools })),
    spans: [
      {
        ...span,
        finish: ['tool_calls'],
        attributes: { 'gen_ai.output.messages': { contains: '"arguments":{"firstNumber":2,"second_number":2}' } },
      },
    ],
  },
  {
    name: 'embeddings',
    run: ({ second }) =>
      second.embed({
        model: 'embed-v4.0',
        inputType: 'search_query',
        embeddingTypes: ['float'],
        texts: ['Hello'],
        outputDimension: 256,
      }),
    spans: [
      {
        name: 'embeddings embed-v4.0',
        usage: [5, undefined],
        attributes: { 'gen_ai.embeddings.dimension.count': 256 },
      },
    ],
  },
  {
    name: 'rerank',
    run: ({ second }) => second.rerank({ model: 'rerank-v3.5', query: 'x', documents: ['a', 'b'], topN: 1 }),
    spans: [{ name: 'rerank rerank-v3.5', usage: null, attributes: { 'gen_ai.response.id': 'rank_1' } }],
  },
  {
    name: 'first version: chat',
    run: ({ first }) =>
      first.chat({
        model,
        preamble: 'Be brief.',
        chatHistory: [{ role: 'CHATBOT', message: 'Hello.' }],
        message: 'Say hello.',
        maxTokens: 50,
      }),
    spans: [
      {
        ...span,
        attributes: {
          'gen_ai.request.max_tokens': 50,
          'gen_ai.input.messages': { contains: '"role":"assistant"' },
          'gen_ai.output.messages': { contains: 'Hello there, friend.' },
        },
      },
    ],
  },
  {
    name: 'first version: chat streamed',
    run: async ({ first }, kit) => kit.collect(await first.chatStream({ model, message: 'Say hello.' })),
    spans: [
      {
        ...span,
        attributes: { 'gen_ai.request.stream': true, 'gen_ai.output.messages': { contains: 'Hello there' } },
      },
    ],
  },
  {
    name: 'first version: embeddings and rerank',
    run: async ({ first }) => [
      await first.embed({ model: 'embed-english-v3.0', texts: ['Hello'], inputType: 'search_query' }),
      await first.rerank({ model: 'rerank-v3.5', query: 'x', documents: ['a', 'b'] }),
    ],
    spans: [{ name: 'embeddings embed-english-v3.0', usage: [5, undefined] }, { name: 'rerank rerank-v3.5' }],
  },
  {
    name: 'first version: generate',
    run: ({ first }) => first.generate({ model: 'command', prompt: 'Say hello.' }),
    spans: [{ name: 'text_completion command', usage: [9, 6] }],
  },
]

const spec: IntegrationCase<typeof Sdk, Clients> = {
  id: 'cohere',
  package: 'cohere-ai',
  installed: ['cohere-v7', 'cohere-ai'],
  formatOf: () => 'cjs',
  client: ({ CohereClient, CohereClientV2 }, base) => {
    const options = { token: 'test-key', environment: base }
    return { first: new CohereClient(options), second: new CohereClientV2(options) }
  },
  patched: ({ CohereClient: Client }) => {
    const base = Object.getPrototypeOf(Client.prototype) as object
    const second = Object.getPrototypeOf(new Client({ token: 'test-key' }).v2) as object
    return [
      ...['__chat', '__chatStream', '__embed', '__rerank'].map((method) => [base, method] as const),
      ...['__chat', '__chatStream', '__embed', '__rerank'].map((method) => [second, method] as const),
    ]
  },
  rows: [
    ...plainRows<Clients>({
      span: span.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: { 'gen_ai.provider.name': 'cohere', 'gen_ai.response.id': 'chat_1' },
      plain: ({ second }, options) => second.chat({ model, messages }, optionsOf(options)),
      stream: ({ second }, options) => second.chatStream({ model, messages }, optionsOf(options)),
      errors: {
        bad: 'BadRequestError',
        key: 'UnauthorizedError',
        server: 'InternalServerError',
        reset: /./,
        abort: /./,
        abortedStream: /Abort/,
      },
    }),
    ...rows,
  ],
}
export default spec
