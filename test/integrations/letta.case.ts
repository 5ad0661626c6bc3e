import type { IntegrationCase, Row } from '../contracts/integration.js'
import { stainlessRows } from '../contracts/stainless-rows.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>
type Resource<Name extends string> = Readonly<Record<Name, Method>>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly agents: {
    readonly messages: Resource<'create' | 'stream' | 'createAsync' | 'compact'>
    readonly passages: Resource<'create' | 'list' | 'search' | 'delete'>
  }
  readonly conversations: { readonly messages: Resource<'create' | 'compact'> }
  readonly passages: Resource<'search'>
  readonly post: Method
}

interface Sdk {
  readonly default: (new (options: object) => Client) & {
    readonly Agents: { readonly Messages: { readonly prototype: object } }
  }
}

const id = 'agent-1'
const messages = [{ role: 'user', content: 'Say hello.' }]
const attributes = { 'gen_ai.provider.name': 'letta', 'gen_ai.agent.id': id }
const ok = { name: 'invoke_agent', usage: [11, 7] as const, finish: ['stop'], attributes }
const said = { 'gen_ai.output.messages': { contains: 'friend.' } }
const conversed = {
  ...ok,
  attributes: { 'gen_ai.conversation.id': 'conv-1', 'gen_ai.request.stream': true, ...said },
}
const untold = (more: object = {}) => ({ name: ok.name, usage: null, attributes: { ...attributes, ...more } })

const remembered = (
  name: string,
  run: (client: Client) => Promise<unknown>,
  operation: string,
  more: object = {},
): Row<Client> => ({
  name,
  run,
  spans: [
    {
      name: operation,
      attributes: { 'gen_ai.provider.name': 'letta', 'gen_ai.memory.store.id': id, ...more },
    },
  ],
})

const rows: Row<Client>[] = [
  {
    name: 'what is said, and what is thought',
    run: (client) => client.agents.messages.create(id, { input: 'Say hello.' }),
    spans: [
      {
        ...ok,
        attributes: {
          ...attributes,
          'gen_ai.input.messages': { contains: 'Say hello.' },
          'gen_ai.output.messages': { contains: 'They greet me.' },
        },
      },
    ],
  },
  {
    name: 'a tool that the program has',
    run: (client) => client.agents.messages.create(id, { messages, client_tools: [{ name: 'add' }] }),
    spans: [
      {
        ...ok,
        finish: ['tool_calls'],
        attributes: { ...attributes, 'gen_ai.output.messages': { contains: '"name":"add"' } },
      },
    ],
  },
  {
    name: 'the older stream',
    run: async (client, kit) =>
      kit.collect((await client.agents.messages.stream(id, { messages })) as AsyncIterable<unknown>),
    spans: [{ ...ok, attributes: { ...attributes, ...said } }],
  },
  {
    name: 'a run in the background',
    run: (client) => client.agents.messages.createAsync(id, { messages }),
    spans: [untold({ 'gen_ai.response.id': 'run-1', 'gen_ai.response.status': 'created' })],
  },
  { name: 'a summary', run: (client) => client.agents.messages.compact(id), spans: [untold()] },
  {
    name: 'a conversation',
    run: async (client, kit) =>
      kit.collect((await client.conversations.messages.create('conv-1', { messages })) as AsyncIterable<unknown>),
    spans: [conversed],
  },
  {
    name: 'by path',
    run: (client) => client.post(`/v1/agents/${id}/messages`, { body: { messages } }),
    spans: [ok],
  },
  remembered(
    'a memory is written',
    (client) => client.agents.passages.create(id, { text: 'Likes tea.' }),
    'create_memory',
    { 'gen_ai.memory.record.count': 1 },
  ),
  remembered(
    'a memory is searched',
    (client) => client.agents.passages.search(id, { query: 'tea', top_k: 3 }),
    'search_memory',
    {
      'gen_ai.retrieval.top_k': 3,
      'gen_ai.memory.query.text': 'tea',
      'gen_ai.memory.records': { contains: 'Likes tea.' },
    },
  ),
  remembered('a memory is listed', (client) => client.agents.passages.list(id), 'get_memory'),
  remembered(
    'all memories are searched',
    (client) => client.passages.search({ agent_id: id, query: 'tea' }),
    'search_memory',
    { 'gen_ai.memory.records': { contains: '"score":0.9' } },
  ),
  remembered(
    'a memory is deleted',
    (client) => client.agents.passages.delete('passage-1', { agent_id: id }),
    'delete_memory',
    { 'gen_ai.memory.record.id': 'passage-1' },
  ),
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'letta',
  package: '@letta-ai/letta-client',
  home: 'test/sdks',
  installed: ['@letta-ai/letta-client'],
  client: (sdk, baseURL) => new sdk.default({ apiKey: 'test-key', baseURL, maxRetries: 0 }),
  patched: ({ default: { Agents } }) => [[Agents.Messages.prototype, 'create']],
  rows: [
    ...stainlessRows<Client>({
      span: ok.name,
      usage: ok.usage,
      streamUsage: ok.usage,
      finish: ok.finish,
      attributes,
      plain: (client, options) => client.agents.messages.create(id, { messages }, options),
      stream: (client, options) => client.agents.messages.create(id, { messages, streaming: true }, options),
      errors: {
        bad: 'invalid_request_error',
        key: 'authentication_error',
        server: 'server_error',
        rateLimit: 'rate_limit_error',
      },
    }),
    ...rows,
  ],
}
export default spec
