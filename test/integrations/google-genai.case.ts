import type { GoogleGenAI } from '@google/genai'
import type * as Sdk from '@google/genai'
import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'

type Client = GoogleGenAI

const model = 'gemini-2.5-flash'
const contents = 'Say hello.'
const span = { name: `generate_content ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const declaration = { name: 'add', description: 'Adds', parametersJsonSchema: { type: 'object', properties: {} } }
const tools = [{ functionDeclarations: [declaration] }]

/** From 2.0 on; the first major made a client of another kind. */
const noInteractions = (version: string): string | undefined =>
  version.startsWith('1.')
    ? 'its interactions come from another client, which warns as soon as it is reached'
    : undefined

function onVertex(client: Client): Client {
  const baseUrl = (client as unknown as { apiClient: { getBaseUrl(): string } }).apiClient.getBaseUrl()
  return new (client.constructor as typeof GoogleGenAI)({
    vertexai: true,
    apiKey: 'test-key',
    httpOptions: { baseUrl },
  })
}

const adder = {
  tool: async () => ({ functionDeclarations: [declaration] }),
  callTool: async (calls: readonly { name?: string }[]) =>
    calls.map(({ name }) => ({ functionResponse: { name: name ?? '', response: { sum: 4 } } })),
}

const configOf = ({ signal }: CallOptions = {}): object => (signal ? { abortSignal: signal } : {})

const rows: Row<Client>[] = [
  {
    name: 'contents, instructions and settings',
    run: (client) =>
      client.models.generateContent({
        model: `models/${model}`,
        contents: [{ role: 'user', parts: [{ text: contents }] }],
        config: {
          systemInstruction: 'Be brief.',
          temperature: 0.5,
          maxOutputTokens: 50,
          stopSequences: ['x'],
          seed: 7,
        },
      }),
    spans: [
      {
        ...span,
        attributes: {
          'gen_ai.request.temperature': 0.5,
          'gen_ai.request.max_tokens': 50,
          'gen_ai.request.seed': 7,
          'gen_ai.request.stop_sequences': ['x'],
          'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
          'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Say hello."}]}]',
          'gen_ai.usage.cache_read.input_tokens': 4,
          'gen_ai.usage.reasoning.output_tokens': 2,
        },
      },
    ],
  },
  {
    name: 'a tool, whose arguments keep their names',
    run: (client) => client.models.generateContent({ model, contents, config: { tools } }),
    spans: [
      {
        ...span,
        finish: ['tool_calls'],
        attributes: { 'gen_ai.output.messages': { contains: '"arguments":{"firstNumber":2,"second_number":2}' } },
      },
    ],
  },
  {
    name: 'functions that the SDK calls itself: a call for each round',
    run: async (client) => (await client.models.generateContent({ model, contents, config: { tools: [adder] } })).text,
    spans: [{ ...span, finish: ['tool_calls'] }, span],
  },
  {
    name: 'functions that the SDK calls itself, streamed',
    run: async (client, kit) =>
      kit.collect(await client.models.generateContentStream({ model, contents, config: { tools: [adder] } })),
    spans: [{ ...span, finish: ['tool_calls'] }, span],
  },
  {
    name: 'chat',
    run: async (client) => {
      const chat = client.chats.create({ model })
      return [(await chat.sendMessage({ message: 'Hi' })).text, (await chat.sendMessage({ message: contents })).text]
    },
    spans: [span, span],
  },
  {
    name: 'chat streamed',
    run: async (client, kit) => {
      const chat = client.chats.create({ model })
      return [await kit.collect(await chat.sendMessageStream({ message: contents })), chat.getHistory()]
    },
    spans: [{ ...span, attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'embeddings',
    run: (client) =>
      client.models.embedContent({
        model: 'gemini-embedding-001',
        contents: ['Hello', 'there'],
        config: { outputDimensionality: 2 },
      }),
    spans: [
      {
        name: 'embeddings gemini-embedding-001',
        usage: null,
        attributes: { 'gen_ai.embeddings.dimension.count': 2 },
      },
    ],
  },
  {
    name: 'countTokens',
    run: (client) => client.models.countTokens({ model, contents }),
    spans: [{ name: `count_tokens ${model}`, usage: null, attributes: { 'tracestitch.counted.input_tokens': 42 } }],
  },
  {
    name: 'Vertex AI: contents, vectors whose texts are counted, and images',
    run: async (client) => {
      const { models } = onVertex(client)
      return [
        await models.generateContent({ model, contents }),
        await models.embedContent({ model: 'text-embedding-005', contents: 'Hello' }),
        await models.generateImages({ model: 'imagen-4', prompt: 'A prompt' }),
      ]
    },
    spans: [
      { ...span, attributes: { 'gen_ai.provider.name': 'gcp.vertex_ai' } },
      { name: 'embeddings text-embedding-005', usage: [5, undefined] },
      { name: 'generate_content imagen-4', usage: null, attributes: { 'gen_ai.output.type': 'image' } },
    ],
  },
  {
    name: 'interaction',
    run: (client) => client.interactions.create({ model, input: contents }),
    skip: noInteractions,
    spans: [
      {
        ...span,
        attributes: {
          'gen_ai.response.id': 'int_1',
          'gen_ai.usage.cache_read.input_tokens': 4,
          'gen_ai.output.messages': { contains: 'Hello there, friend.' },
        },
      },
    ],
  },
  {
    name: 'interaction streamed',
    run: async (client, kit) =>
      kit.collect((await client.interactions.create({ model, input: contents, stream: true })) as never),
    skip: noInteractions,
    spans: [{ ...span, attributes: { 'gen_ai.response.id': 'int_1', 'gen_ai.request.stream': true } }],
  },
  {
    name: 'interaction with a tool, streamed',
    run: async (client, kit) =>
      kit.collect(
        (await client.interactions.create({
          model,
          input: contents,
          tools: [{ type: 'function', name: 'add', parameters: { type: 'object' } }],
          stream: true,
        })) as never,
      ),
    skip: noInteractions,
    spans: [
      {
        ...span,
        finish: ['tool_calls'],
        attributes: { 'gen_ai.output.messages': { contains: '"arguments":{"firstNumber":2,"second_number":2}' } },
      },
    ],
  },
  {
    name: 'interaction fetched: usage is that of the call that made it',
    run: (client) => client.interactions.get('int_2'),
    skip: noInteractions,
    spans: [{ name: 'fetch_response', usage: null, finish: ['stop'] }],
  },
  {
    name: 'interaction in the background: usage is told once',
    run: async (client) => {
      await client.interactions.create({ model, input: contents, background: true })
      return [await client.interactions.get('int_1'), await client.interactions.get('int_1')]
    },
    skip: noInteractions,
    spans: [
      { name: span.name, usage: null },
      { name: 'fetch_response', usage: [11, 7], finish: ['stop'] },
      { name: 'fetch_response', usage: null, finish: ['stop'] },
    ],
  },
]

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'google-genai',
  package: '@google/genai',
  installed: ['genai-v1', 'genai-v2', '@google/genai'],
  client: (sdk, base) => new sdk.GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: base } }),
  patched: ({ Models }) => {
    const proto = Models.prototype as unknown as object
    return ['generateContentInternal', 'generateContentStreamInternal', 'embedContentInternal', 'countTokens'].map(
      (method) => [proto, method] as const,
    )
  },
  rows: [
    ...plainRows<Client>({
      span: span.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: {
        'gen_ai.provider.name': 'gcp.gemini',
        'gen_ai.response.model': `${model}-2026`,
        'gen_ai.response.id': 'gemini_1',
      },
      plain: (client, options) => client.models.generateContent({ model, contents, config: configOf(options) }),
      stream: (client, options) => client.models.generateContentStream({ model, contents, config: configOf(options) }),
      errors: {
        bad: 'ApiError',
        key: 'ApiError',
        server: 'ApiError',
        reset: /./,
        abort: /Abort/,
        abortedStream: 'AbortError',
      },
    }),
    ...rows,
  ],
}
export default spec
