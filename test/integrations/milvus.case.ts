import type { IntegrationCase, Row } from '../contracts/integration.js'
import { storeRows } from '../contracts/store-step-rows.js'

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Client = Readonly<
  Record<
    'search' | 'hybridSearch' | 'query' | 'get' | 'insert' | 'upsert' | 'delete' | 'searchIterator',
    (body: object) => Promise<unknown>
  >
>

interface Sdk {
  readonly MilvusClient: { new (options: object): Client; readonly prototype: object }
}

/** With tracing by the SDK itself, or without. */
interface Clients {
  readonly plain: Client
  readonly tracing: Client
}

const place = { 'db.system.name': 'milvus', 'db.collection.name': 'docs', 'db.namespace': 'default' }
const docs = { collection_name: 'docs' }
const vector = [0.5, 0.25]
const entities = [
  { id: 7, vector, text: 'a text' },
  { id: 8, vector, text: 'another' },
]

function open({ MilvusClient }: Sdk, base: string): Clients {
  const { host, pathname } = new URL(base)
  const options = {
    address: host,
    token: pathname.slice(1),
    maxRetries: 0,
    logLevel: 'error',
    telemetry: { enabled: false },
  }
  return { plain: new MilvusClient(options), tracing: new MilvusClient({ ...options, trace: true }) }
}

const told = (
  name: string,
  run: (client: Client) => Promise<unknown>,
  span: string,
  attributes: object = {},
): Row<Clients> => ({
  name,
  run: ({ plain }) => run(plain),
  spans: [{ name: span, attributes: { ...place, ...attributes } }],
})

const rows: Row<Clients>[] = [
  ...storeRows<Clients>({
    system: 'milvus',
    target: 'docs',
    operations: { search: 'search', write: 'upsert' },
    search: ({ plain }) => plain.search({ ...docs, data: vector, limit: 2, filter: 'id > 0', output_fields: ['text'] }),
    found: {
      ...place,
      'db.response.returned_rows': 2,
      'tracestitch.query.dimension.count': 2,
      'db.query.parameter.filter': 'id > 0',
      'gen_ai.retrieval.documents':
        '[{"id":"7","score":0.75,"metadata":{"text":"a text"}},{"id":"8","score":0.5,"metadata":{"text":"another"}}]',
    },
    write: ({ plain }) => plain.upsert({ ...docs, data: entities }),
    errors: { bad: /./, key: /./, server: /./, reset: /./ },
  }),
  {
    name: 'a search with the tracing of the SDK is one span, which its request names',
    run: ({ tracing }) => tracing.search({ ...docs, data: vector, limit: 2 }),
    spans: [{ name: 'retrieval docs' }],
    tree: ['retrieval docs [client]'],
  },
  {
    name: 'an answer that refuses',
    behaviour: 'refused',
    run: ({ plain }) => plain.search({ ...docs, data: vector, limit: 2 }),
    spans: [{ name: 'retrieval docs', error: 'CollectionNotExists', attributes: { 'db.response.status_code': '100' } }],
  },
  {
    name: 'hybridSearch',
    // Of a server of its own, since it is skipped in one of the runs that are compared.
    behaviour: 'hybrid',
    skip: (version) =>
      version.startsWith('2.') && process.env['CASE_MODE'] === 'before'
        ? 'in 2.x a client has the method itself from its constructor on'
        : undefined,
    run: ({ plain }) =>
      plain.hybridSearch({ ...docs, data: [{ anns_field: 'vector', data: vector }], rerank: undefined, limit: 2 }),
    spans: [
      { name: 'retrieval docs', attributes: { 'gen_ai.retrieval.top_k': 2, 'tracestitch.query.dimension.count': 2 } },
    ],
  },
  told('query', (client) => client.query({ ...docs, filter: 'id > 0' }), 'query docs', {
    'db.response.returned_rows': 2,
  }),
  told('get', (client) => client.get({ ...docs, ids: [7, 8] }), 'query docs', { 'db.operation.batch.size': 2 }),
  told('insert', (client) => client.insert({ ...docs, data: entities }), 'insert docs', {
    'db.operation.batch.size': 2,
  }),
  told('delete', (client) => client.delete({ ...docs, ids: [7, 8] }), 'delete docs', { 'db.operation.batch.size': 2 }),
]

const spec: IntegrationCase<Sdk, Clients> = {
  id: 'milvus',
  package: '@zilliz/milvus2-sdk-node',
  home: 'test/sdks',
  installed: ['@zilliz/milvus2-sdk-node-v2', '@zilliz/milvus2-sdk-node'],
  formatOf: () => 'cjs',
  // The last is there once the first request of the client has been answered.
  changingHeaders: ['authorization', 'client-request-unixmsec', 'client-request-id', 'grpc-timeout', 'identifier'],
  client: open,
  patched: ({ MilvusClient }) =>
    (['query', 'insert', 'upsert'] as const).map(
      (method) => [holderOf(MilvusClient.prototype, method), method] as const,
    ),
  rows,
}

function holderOf(prototype: object, method: string): object | undefined {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null)
    if (Object.hasOwn(at, method)) return at
  return undefined
}
export default spec
