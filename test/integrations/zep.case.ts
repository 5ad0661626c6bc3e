import type { IntegrationCase, Row } from '../contracts/integration.js'
import { stepRows } from '../contracts/store-step-rows.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly thread: Readonly<Record<'create' | 'addMessages' | 'getUserContext' | 'get' | 'delete', Method>>
  readonly graph: Readonly<Record<'search' | 'add' | 'create', Method>> & {
    readonly edge: Readonly<Record<'get' | 'delete', Method>>
  }
  readonly user: Readonly<Record<'add' | 'delete', Method>>
}

interface Sdk {
  readonly ZepClient: { new (options: object): Client; readonly prototype: object }
}

const told = (
  name: string,
  run: (client: Client) => Promise<unknown>,
  operation: string,
  attributes: object,
): Row<Client> => ({
  name,
  run,
  spans: [
    {
      name: operation,
      attributes: { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': 'zep', ...attributes },
    },
  ],
})

const thread = { 'gen_ai.memory.store.id': 't1' }
const messages = [
  { role: 'user', content: 'I like tea' },
  { role: 'assistant', content: 'Noted' },
]

const rows: Row<Client>[] = [
  ...stepRows<Client>({
    search: ({ graph }) =>
      graph.search({ userId: 'u1', query: 'what to drink?', limit: 2, searchFilters: { nodeLabels: ['x'] } }),
    write: (client) => client.thread.addMessages('t1', { messages }),
    searched: {
      name: 'search_memory',
      attributes: {
        'gen_ai.operation.name': 'search_memory',
        'gen_ai.provider.name': 'zep',
        'gen_ai.memory.store.id': 'u1',
        'gen_ai.memory.record.count': 2,
        'gen_ai.memory.query.text': 'what to drink?',
        'gen_ai.retrieval.top_k': 2,
        'db.query.parameter.filter': '{"nodeLabels":["x"]}',
        'gen_ai.memory.records':
          '[{"id":"e1","score":0.75,"content":"Ann likes tea"},{"id":"n1","content":"a person","metadata":{"age":3}}]',
        'server.address': '127.0.0.1',
      },
    },
    written: {
      name: 'create_memory',
      attributes: {
        ...thread,
        'gen_ai.memory.record.count': 2,
        'gen_ai.memory.records': '[{"content":"I like tea"},{"content":"Noted"}]',
      },
    },
    errors: { bad: 'BadRequestError', key: 'ZepError', server: 'InternalServerError', reset: /./ },
  }),
  told(
    'thread.create',
    (client) => client.thread.create({ threadId: 't1', userId: 'u1' }),
    'create_memory_store',
    thread,
  ),
  told('thread.getUserContext', (client) => client.thread.getUserContext('t1'), 'search_memory', {
    ...thread,
    'gen_ai.memory.records': '[{"content":"Ann likes tea"}]',
  }),
  told('thread.get', (client) => client.thread.get('t1', { limit: 1 }), 'get_memory', {
    ...thread,
    'gen_ai.memory.records': '[{"id":"x","content":"Hi"}]',
  }),
  told('thread.delete', (client) => client.thread.delete('t1'), 'delete_memory_store', thread),
  told('graph.add', ({ graph }) => graph.add({ userId: 'u1', type: 'text', data: 'Ann likes tea' }), 'create_memory', {
    'gen_ai.memory.store.id': 'u1',
    'gen_ai.memory.records': '[{"content":"Ann likes tea"}]',
  }),
  told('graph.edge.delete', ({ graph }) => graph.edge.delete('e1'), 'delete_memory', {
    'gen_ai.memory.record.id': 'e1',
  }),
  told('user.add', ({ user }) => user.add({ userId: 'u1' }), 'create_memory_store', { 'gen_ai.memory.store.id': 'u1' }),
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'zep',
  package: '@getzep/zep-cloud',
  home: 'test/sdks',
  installed: ['@getzep/zep-cloud'],
  client: (sdk, base) => new sdk.ZepClient({ apiKey: 'test-key', baseUrl: `${base}/zep`, maxRetries: 0 }),
  patched: ({ ZepClient }) => {
    const { thread: threads, user } = new ZepClient({ apiKey: '-' })
    return [
      [Object.getPrototypeOf(threads) as object, '__addMessages'],
      [Object.getPrototypeOf(user) as object, '__add'],
    ]
  },
  rows,
}
export default spec
