import type { IntegrationCase, Row } from '../contracts/integration.js'
import { storeRows } from '../contracts/store-step-rows.js'

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Client = Readonly<Record<string, (collection: string, body?: object) => Promise<unknown>>>

interface Sdk {
  readonly QdrantClient: new (options: object) => Client
}

const vector = [0.5, 0.25, 0.125]
const call = (client: Client, method: string, body: object): Promise<unknown> =>
  (client[method] as NonNullable<Client[string]>).call(client, 'docs', body)

const found = (method: string, body: object, rows: number, attributes: object = {}): Row<Client> => ({
  name: method,
  run: (client) => call(client, method, body),
  spans: [
    {
      name: 'retrieval docs',
      attributes: { 'db.operation.name': method, 'db.response.returned_rows': rows, ...attributes },
    },
  ],
})

const told = (method: string, body: object, attributes: object = {}): Row<Client> => ({
  name: method,
  run: (client) => call(client, method, body),
  spans: [{ name: `${method} docs`, attributes: { 'db.system.name': 'qdrant', ...attributes } }],
})

const searches = [
  { vector, limit: 2 },
  { vector, limit: 2 },
]

const rows: Row<Client>[] = [
  ...storeRows<Client>({
    system: 'qdrant',
    target: 'docs',
    operations: { search: 'query', write: 'upsert' },
    search: (client) =>
      call(client, 'query', { query: vector, limit: 2, with_payload: true, filter: { must: [{ key: 'kind' }] } }),
    found: {
      'db.collection.name': 'docs',
      'db.response.returned_rows': 2,
      'tracestitch.query.dimension.count': 3,
      'db.query.parameter.filter': '{"must":[{"key":"kind"}]}',
      // The vector in the payload is left out.
      'gen_ai.retrieval.documents': '[{"id":7,"score":0.75,"metadata":{"kind":"note"}},{"id":"b","score":0.5}]',
    },
    write: (client) =>
      call(client, 'upsert', {
        points: [
          { id: 1, vector },
          { id: 2, vector },
        ],
      }),
    errors: { bad: '400', key: '401', server: '500', reset: /./ },
  }),
  {
    name: 'query by a text',
    run: (client) => call(client, 'query', { query: { text: 'what?', model: 'm' }, limit: 2 }),
    spans: [{ name: 'retrieval docs', attributes: { 'gen_ai.retrieval.query.text': 'what?' } }],
  },
  {
    name: 'the status of a failure',
    behaviour: 'error-400',
    run: (client) => call(client, 'search', { vector }),
    spans: [{ name: 'retrieval docs', error: '400', attributes: { 'db.response.status_code': '400' } }],
  },
  found('search', { vector: { name: 'title', vector } }, 2, { 'tracestitch.query.dimension.count': 3 }),
  found('searchBatch', { searches }, 4, { 'db.operation.batch.size': 2, 'gen_ai.retrieval.top_k': 2 }),
  found('queryBatch', { searches: [{ query: vector }, { query: vector }] }, 4, { 'db.operation.batch.size': 2 }),
  found('queryGroups', { query: vector, group_by: 'kind' }, 2),
  found('recommend', { positive: [1] }, 2),
  told('scroll', { limit: 2 }, { 'db.response.returned_rows': 2 }),
  told('retrieve', { ids: [1, 2] }, { 'db.response.returned_rows': 2, 'db.operation.batch.size': 2 }),
  told('count', {}),
  told('delete', { points: [1, 2] }, { 'db.operation.batch.size': 2 }),
  told('setPayload', { payload: {}, points: [1] }),
  told('batchUpdate', { operations: [{ delete: { points: [1] } }] }),
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'qdrant',
  package: '@qdrant/js-client-rest',
  home: 'test/sdks',
  installed: ['@qdrant/js-client-rest'],
  client: (sdk, base) => {
    const { origin, pathname } = new URL(base)
    return new sdk.QdrantClient({ url: origin, prefix: pathname, checkCompatibility: false })
  },
  patched: ({ QdrantClient }) =>
    ['query', 'search', 'upsert', 'delete'].map((method) => [QdrantClient.prototype as object, method] as const),
  rows,
}
export default spec
