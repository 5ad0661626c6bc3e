import type { IntegrationCase, Row } from '../contracts/integration.js'
import { stepRows } from '../contracts/store-step-rows.js'

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Client = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>

interface Sdk {
  readonly MemoryClient: new (options: object) => Client
}

const call = (client: Client, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  (client[method] as NonNullable<Client[string]>).apply(client, [...args])

const owner = { 'gen_ai.provider.name': 'mem0', 'gen_ai.memory.store.id': 'u1', 'server.address': '127.0.0.1' }

const told = (method: string, args: readonly unknown[], operation: string, attributes: object): Row<Client> => ({
  name: method,
  run: (client) => call(client, method, ...args),
  spans: [{ name: operation, attributes: { 'gen_ai.operation.name': operation, ...attributes } }],
})

const filters = { AND: [{ user_id: 'u1' }] }
const record = { 'gen_ai.memory.record.id': 'm1' }

const rows: Row<Client>[] = [
  ...stepRows<Client>({
    search: (client) => call(client, 'search', 'what to drink?', { filters, topK: 2 }),
    write: (client) => call(client, 'add', [{ role: 'user', content: 'I like tea' }], { userId: 'u1' }),
    searched: {
      name: 'search_memory',
      attributes: {
        ...owner,
        'gen_ai.operation.name': 'search_memory',
        'gen_ai.memory.record.count': 2,
        'gen_ai.retrieval.top_k': 2,
        'gen_ai.memory.query.text': 'what to drink?',
        'db.query.parameter.filter': '{"AND":[{"user_id":"u1"}]}',
        'gen_ai.memory.records':
          '[{"id":"m1","score":0.75,"content":"likes tea","metadata":{"kind":"taste"}},{"id":"m2","score":0.5,"content":"has a cat"}]',
      },
    },
    written: {
      name: 'create_memory',
      attributes: {
        ...owner,
        'gen_ai.memory.record.count': 1,
        'gen_ai.memory.records': '[{"id":"m1","content":"likes tea"}]',
      },
    },
    errors: { bad: 'ValidationError', key: 'AuthenticationError', server: /./, reset: /./ },
  }),
  told('update', ['m1', { text: 'likes coffee' }], 'update_memory', {
    ...record,
    'gen_ai.memory.records': '[{"id":"m1","content":"likes coffee"}]',
  }),
  told('delete', ['m1'], 'delete_memory', record),
  told('deleteAll', [{ userId: 'u1' }], 'delete_memory', owner),
  told('batchDelete', [['m1', 'm2']], 'delete_memory', { 'gen_ai.memory.record.count': 2 }),
  told('deleteUsers', [{ userId: 'u1' }], 'delete_memory_store', owner),
  told('get', ['m1'], 'get_memory', record),
  told('getAll', [{ filters }], 'get_memory', { ...owner, 'gen_ai.memory.record.count': 2 }),
  told('history', ['m1'], 'get_memory_history', {
    ...record,
    'gen_ai.memory.records': '[{"id":"h1","content":"likes tea"}]',
  }),
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'mem0',
  package: 'mem0ai',
  home: 'test/sdks',
  installed: ['mem0ai'],
  env: { MEM0_TELEMETRY: 'false' },
  // Is there once a request of the constructor's own has been answered.
  changingHeaders: ['mem0-user-id'],
  client: (sdk, base) => new sdk.MemoryClient({ apiKey: 'test-key', host: `${base}/mem0` }),
  patched: ({ MemoryClient }) =>
    ['add', 'search', 'update', 'delete', 'history'].map(
      (method) => [MemoryClient.prototype as object, method] as const,
    ),
  rows,
}
export default spec
