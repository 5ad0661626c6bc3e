import type { Mistral } from '@mistralai/mistralai'
import type * as Sdk from '@mistralai/mistralai'
import { z } from 'zod'
import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'

type Client = Mistral

const model = 'mistral-small-latest'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const span = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const args = { firstName: 'x', max_items: 2 }
const parameters = {
  type: 'object',
  properties: { firstNumber: { type: 'number' }, second_number: { type: 'number' } },
}
const tools = [{ type: 'function' as const, function: { name: 'add', description: 'Adds', parameters } }]
const optionsOf = ({ signal }: CallOptions = {}): object => ({
  retries: { strategy: 'none' },
  ...(signal && { fetchOptions: { signal } }),
})
const since2 = (version: string): string | undefined => (version.startsWith('1.') ? 'from 2.0 on' : undefined)

const rows: Row<Client>[] = [
  {
    name: 'settings, and a tool whose arguments keep their names',
    run: (client) =>
      client.chat.complete({
        model,
        maxTokens: 50,
        topP: 0.5,
        presencePenalty: 0.25,
        responseFormat: { type: 'text' },
        tools,
        messages: [
          { role: 'user', content: 'Add.' },
          { role: 'assistant', content: '', toolCalls: [{ id: 'c1', function: { name: 'find', arguments: args } }] },
          { role: 'tool', toolCallId: 'c1', name: 'find', content: 'found' },
        ],
      }),
    spans: [
      {
        ...span,
        finish: ['tool_calls'],
        attributes: {
          'gen_ai.request.max_tokens': 50,
          'gen_ai.request.top_p': 0.5,
          'gen_ai.request.presence_penalty': 0.25,
          'gen_ai.input.messages': { contains: JSON.stringify({ arguments: args }).slice(1, -1) },
          'gen_ai.output.messages': { contains: '"arguments":{"firstNumber":2,"second_number":2}' },
          'gen_ai.tool.definitions': { contains: '"name":"add"' },
        },
      },
    ],
  },
  {
    name: 'stream through its reader',
    run: async (client) => {
      const reader = (await client.chat.stream({ model, messages })).getReader()
      const items = []
      for (let next = await reader.read(); !next.done; next = await reader.read()) items.push(next.value)
      return items
    },
    spans: [{ ...span, attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'tokens from the cache, which the first major does not hand on',
    run: (client) => client.chat.complete({ model, messages }),
    skip: since2,
    spans: [{ ...span, attributes: { 'gen_ai.usage.cache_read.input_tokens': 4 } }],
  },
  {
    name: 'parse with a schema',
    run: (client) => client.chat.parse({ model, messages, responseFormat: z.object({ answer: z.string() }) as never }),
    spans: [span],
  },
  {
    name: 'fill in the middle',
    run: (client) => client.fim.complete({ model: 'codestral-latest', prompt: 'def f(' }),
    spans: [
      {
        name: 'text_completion codestral-latest',
        usage: [11, 7],
        finish: ['stop'],
        attributes: { 'gen_ai.input.messages': { contains: 'def f(' } },
      },
    ],
  },
  {
    name: 'fill in the middle, streamed',
    run: async (client, kit) => kit.collect(await client.fim.stream({ model: 'codestral-latest', prompt: 'def f(' })),
    spans: [{ name: 'text_completion codestral-latest', usage: [11, 7], finish: ['stop'] }],
  },
  {
    name: 'agent',
    run: (client) => client.agents.complete({ agentId: 'ag_1', messages }),
    spans: [{ name: 'invoke_agent', usage: [11, 7], finish: ['stop'], attributes: { 'gen_ai.agent.id': 'ag_1' } }],
  },
  {
    name: 'agent streamed',
    run: async (client, kit) => kit.collect(await client.agents.stream({ agentId: 'ag_1', messages })),
    spans: [{ name: 'invoke_agent', usage: [11, 7], finish: ['stop'], attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'embeddings',
    run: (client) => client.embeddings.create({ model: 'mistral-embed', inputs: ['Hello'] }),
    spans: [{ name: 'embeddings mistral-embed', usage: [5, undefined] }],
  },
  {
    name: 'moderation',
    run: (client) => client.classifiers.moderate({ model: 'mistral-moderation', inputs: ['Hello'] }),
    spans: [{ name: 'moderation mistral-moderation', usage: null }],
  },
  {
    name: 'documents: pages and no tokens',
    run: (client) =>
      client.ocr.process({
        model: 'mistral-ocr',
        document: { type: 'document_url', documentUrl: 'https://x.test/a.pdf' },
      }),
    spans: [{ name: 'generate_content mistral-ocr', usage: null, attributes: { 'mistral_ai.ocr.pages': 3 } }],
  },
  {
    name: 'transcription',
    run: (client) => client.audio.transcriptions.complete({ model: 'voxtral', file: new Blob(['hi']) }),
    spans: [{ name: 'generate_content voxtral', usage: [11, 7], attributes: { 'gen_ai.output.type': 'text' } }],
  },
  {
    name: 'transcription streamed',
    run: async (client, kit) =>
      kit.collect(await client.audio.transcriptions.stream({ model: 'voxtral', file: new Blob(['hi']) })),
    spans: [{ name: 'generate_content voxtral', usage: [11, 7], attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'speech',
    run: (client) => client.audio.speech.complete({ model: 'voxtral-tts', input: 'Hello' }),
    skip: since2,
    spans: [{ name: 'generate_content voxtral-tts', usage: null, attributes: { 'gen_ai.output.type': 'speech' } }],
  },
  {
    name: 'conversation',
    run: (client) => client.beta.conversations.start({ model, inputs: 'Hello' }),
    spans: [{ name: `chat ${model}`, usage: [11, 7], attributes: { 'gen_ai.conversation.id': 'conv_1' } }],
  },
  {
    name: 'conversation with an agent, streamed',
    run: async (client, kit) =>
      kit.collect(await client.beta.conversations.startStream({ agentId: 'ag_1', inputs: 'Hello' })),
    spans: [{ name: 'invoke_agent', usage: [11, 7], attributes: { 'gen_ai.agent.id': 'ag_1' } }],
  },
  {
    name: 'its own spans, once wanted, do not double ours',
    run: async (client) => {
      process.env['MISTRAL_SDK_TELEMETRY'] = 'global'
      try {
        return await client.chat.complete({ model, messages })
      } finally {
        delete process.env['MISTRAL_SDK_TELEMETRY']
      }
    },
    spans: [span],
  },
]

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'mistral',
  package: '@mistralai/mistralai',
  installed: ['mistral-v1', '@mistralai/mistralai'],
  formatOf: (version) => (version.startsWith('1.') ? 'cjs' : 'esm'),
  client: (sdk, base) => new sdk.Mistral({ apiKey: 'test-key', serverURL: `${base}/mistral` }),
  patched: ({ Mistral: Client }) => {
    const { chat, fim, agents, embeddings } = new Client({ apiKey: 'test-key' })
    const methods: readonly (readonly [object, string])[] = [
      [chat, 'complete'],
      [chat, 'stream'],
      [chat, 'parse'],
      [fim, 'complete'],
      [agents, 'stream'],
      [embeddings, 'create'],
    ]
    return methods.map(([resource, method]) => [Object.getPrototypeOf(resource) as object, method])
  },
  rows: [
    ...plainRows<Client>({
      span: span.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: {
        'gen_ai.provider.name': 'mistral_ai',
        'gen_ai.response.model': `${model}-2026`,
        'gen_ai.response.id': 'mistral_1',
      },
      plain: (client, options) => client.chat.complete({ model, messages }, optionsOf(options)),
      stream: (client, options) => client.chat.stream({ model, messages }, optionsOf(options)),
      errors: { bad: /./, key: /./, server: /./, reset: /./, abort: /Abort/, abortedStream: /Abort/ },
    }),
    ...rows,
  ],
}
export default spec
