import type { IntegrationCase, Row } from '../contracts/integration.js'
import { stepRows } from '../contracts/store-step-rows.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>

interface OpenAI {
  readonly responses: { create(body: object, options?: object): Promise<unknown> }
  readonly chat: { readonly completions: { create(body: object): Promise<unknown> } }
}

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Project {
  readonly beta: { readonly memoryStores: Readonly<Record<string, Method>> }
  getOpenAIClient(options: object): OpenAI
}

/** A project, and what its clients of models have as base URL. */
interface Client {
  readonly project: Project
  readonly base: string
}

interface Sdk {
  readonly AIProjectClient: new (endpoint: string, credential: object, options: object) => Project
}

const model = 'gpt-4.1'
const tea = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'I like tea' }] }]

const call = async (client: Client, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  (client.project.beta.memoryStores[method] as Method)(...args)

const openaiOf = ({ project, base }: Client, path = '/openai/v1'): OpenAI =>
  project.getOpenAIClient({ baseURL: `${base}${path}`, maxRetries: 0 })

const store = {
  'gen_ai.provider.name': 'microsoft.foundry',
  'gen_ai.memory.store.id': 'prefs',
  'server.address': '127.0.0.1',
}
const record = { ...store, 'gen_ai.memory.record.id': 'm1' }
const scoped = { 'db.query.parameter.filter': '{"scope":"u1"}' }
const likesTea = '[{"id":"m1","content":"likes tea","metadata":{"scope":"u1","kind":"user_profile"}}]'
const both =
  '[{"id":"m1","content":"likes tea","metadata":{"scope":"u1","kind":"user_profile"}},' +
  '{"id":"m2","content":"has a cat","metadata":{"scope":"u1","kind":"user_profile"}}]'

const told = (method: string, args: readonly unknown[], operation: string, attributes: object): Row<Client> => ({
  name: method,
  run: (client) => call(client, method, ...args),
  spans: [{ name: operation, attributes: { 'gen_ai.operation.name': operation, ...attributes } }],
})

const rows: Row<Client>[] = [
  ...stepRows<Client>({
    search: (client) => call(client, 'searchMemories', 'prefs', 'u1', { items: tea, options: { max_memories: 2 } }),
    write: (client) => call(client, 'createMemory', 'prefs', 'u1', 'likes tea', 'user_profile'),
    searched: {
      name: 'search_memory',
      attributes: {
        ...store,
        ...scoped,
        'gen_ai.operation.name': 'search_memory',
        'gen_ai.memory.record.count': 2,
        'gen_ai.retrieval.top_k': 2,
        'gen_ai.memory.query.text': 'I like tea',
        'gen_ai.memory.records': both,
      },
    },
    written: { name: 'create_memory', attributes: { ...store, 'gen_ai.memory.records': likesTea } },
    errors: { bad: 'bad_input', key: 'invalid_api_key', server: 'internal', reset: 'ECONNRESET' },
  }),
  told('updateMemory', ['prefs', 'm1', 'likes coffee'], 'update_memory', record),
  told('getMemory', ['prefs', 'm1'], 'get_memory', { ...record, 'gen_ai.memory.records': likesTea }),
  told('deleteMemory', ['prefs', 'm1'], 'delete_memory', record),
  told('deleteScope', ['prefs', 'u1'], 'delete_memory', { ...store, ...scoped }),
  told('create', ['prefs', { kind: 'default' }], 'create_memory_store', store),
  told('delete', ['prefs'], 'delete_memory_store', store),
  told('updateMemories', ['prefs', 'u1', { items: tea }], 'upsert_memory', {
    ...store,
    'gen_ai.memory.records': '[{"content":"I like tea"}]',
  }),
  {
    name: 'listMemories',
    run: async (client, kit) =>
      kit.collect(
        client.project.beta.memoryStores['listMemories']?.('prefs', 'u1') as unknown as AsyncIterable<unknown>,
      ),
    spans: [{ name: 'get_memory', attributes: { ...store, 'gen_ai.memory.records': both } }],
  },
  { name: 'what is no memory', run: (client) => call(client, 'get', 'prefs'), spans: [] },
  {
    name: 'a response',
    run: (client) => openaiOf(client).responses.create({ model, input: 'Hi' }),
    spans: [{ name: `chat ${model}`, usage: [11, 7], attributes: { 'openai.api.type': 'responses' } }],
  },
  {
    name: 'a response of an agent',
    run: (client) =>
      openaiOf(client).responses.create(
        { input: 'Hi' },
        { body: { agent: { name: 'helper', type: 'agent_reference' } } },
      ),
    spans: [
      {
        name: 'invoke_agent helper',
        usage: [11, 7],
        attributes: { 'gen_ai.agent.name': 'helper', 'openai.api.type': 'responses' },
      },
    ],
  },
  {
    name: 'a response at the endpoint of an agent',
    run: (client) => openaiOf(client, '/agents/helper/endpoint/protocols/openai').responses.create({ input: 'Hi' }),
    spans: [{ name: 'invoke_agent helper', usage: [11, 7] }],
  },
  {
    name: 'a chat completion',
    run: (client) => openaiOf(client).chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi' }] }),
    spans: [{ name: `chat ${model}`, usage: [11, 7], attributes: { 'openai.api.type': 'chat_completions' } }],
  },
]

const credential = { getToken: () => Promise.resolve({ token: 'test-key', expiresOnTimestamp: 4_000_000_000_000 }) }

/** The SDK sends its token to no address but `https:`, and the server here has no certificate. */
const unencrypted = {
  name: 'unencrypted',
  sendRequest(request: { url: string }, next: (request: object) => unknown): unknown {
    request.url = request.url.replace(/^https:/, 'http:')
    return next(request)
  },
}

function projectOf(sdk: Sdk, base: string): Project {
  return new sdk.AIProjectClient(base.replace(/^http:/, 'https:'), credential, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: unencrypted, position: 'perRetry' }],
  })
}

const spec: IntegrationCase<Sdk, Client> = {
  id: 'azure-ai-projects',
  package: '@azure/ai-projects',
  home: 'test/sdks',
  installed: ['@azure/ai-projects'],
  changingHeaders: ['x-ms-client-request-id'],
  client: (sdk, base) => ({ project: projectOf(sdk, base), base }),
  patched(sdk) {
    const made: object = projectOf(sdk, 'http://localhost')
    const { _azureScopeClient: client } = made as { readonly _azureScopeClient: { readonly pipeline: object } }
    return [[Object.getPrototypeOf(client.pipeline) as object, 'sendRequest']]
  },
  rows,
}
export default spec
