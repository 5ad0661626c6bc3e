import type { IntegrationCase, Row } from '../contracts/integration.js'
import { storeRows } from '../contracts/store-step-rows.js'

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Index = Readonly<
  Record<
    'query' | 'queryMany' | 'resumableQuery' | 'upsert' | 'update' | 'delete' | 'fetch' | 'range',
    (body: unknown, options?: object) => Promise<unknown>
  >
> & { readonly namespace: (name: string) => Index; readonly client: object }

interface Sdk {
  readonly Index: new (options: object) => Index
}

const vector = [0.5, 0.25]
const there = { 'db.system.name': 'upstash_vector', 'db.namespace': 'ns' }

const told = (method: 'update' | 'delete' | 'fetch' | 'range', body: unknown, attributes: object = {}): Row<Index> => ({
  name: method,
  run: (index) => index.namespace('ns')[method](body),
  spans: [{ name: `${method} ns`, attributes: { ...there, 'db.operation.name': method, ...attributes } }],
})

const rows: Row<Index>[] = [
  ...storeRows<Index>({
    system: 'upstash_vector',
    target: 'ns',
    operations: { search: 'query', write: 'upsert' },
    search: (index) =>
      index.namespace('ns').query({ data: 'what?', topK: 2, filter: "kind = 'note'", includeData: true }),
    found: {
      'db.namespace': 'ns',
      'db.response.returned_rows': 2,
      'gen_ai.retrieval.query.text': 'what?',
      'db.query.parameter.filter': "kind = 'note'",
      'gen_ai.retrieval.documents':
        '[{"id":"a","score":0.75,"content":"a text","metadata":{"kind":"note"}},{"id":"b","score":0.5}]',
    },
    write: (index) =>
      index.namespace('ns').upsert([
        { id: 'a', vector },
        { id: 'b', vector },
      ]),
    errors: { bad: 'UpstashError', key: 'UpstashError', server: 'UpstashError', reset: /./ },
  }),
  {
    name: 'query without a namespace',
    run: (index) => index.query({ vector, topK: 2 }),
    spans: [{ name: 'retrieval', attributes: { 'tracestitch.query.dimension.count': 2 } }],
  },
  {
    name: 'queryMany',
    run: (index) =>
      index.queryMany(
        [
          { data: 'a', topK: 2 },
          { data: 'b', topK: 2 },
        ],
        { namespace: 'ns' },
      ),
    spans: [
      {
        name: 'retrieval ns',
        attributes: {
          'db.operation.batch.size': 2,
          'db.response.returned_rows': 4,
          'gen_ai.retrieval.query.text': '["a","b"]',
        },
      },
    ],
  },
  {
    name: 'a resumable query, and its next page',
    run: async (index) => {
      const query = (await index.resumableQuery({ vector, topK: 2, maxIdle: 60 }, { namespace: 'ns' })) as {
        readonly result: unknown
        readonly fetchNext: (count: number) => Promise<unknown>
      }
      return [query.result, await query.fetchNext(2)]
    },
    spans: [
      { name: 'retrieval ns', attributes: { 'db.operation.name': 'resumableQuery' } },
      { name: 'retrieval', attributes: { 'db.operation.name': 'fetchNext', 'gen_ai.retrieval.top_k': 2 } },
    ],
  },
  told('update', { id: 'a', metadata: {} }),
  told('delete', ['a', 'b'], { 'db.operation.batch.size': 2, 'db.response.returned_rows': 2 }),
  told('fetch', ['a', 'b'], { 'db.response.returned_rows': 2 }),
  told('range', { cursor: 0, limit: 2 }, { 'db.response.returned_rows': 2 }),
]

const spec: IntegrationCase<Sdk, Index> = {
  id: 'upstash-vector',
  package: '@upstash/vector',
  home: 'test/sdks',
  installed: ['@upstash/vector'],
  client: (sdk, base) => new sdk.Index({ url: `${base}/upstash`, token: 'test-token', retry: false }),
  patched: ({ Index }) => {
    const { client } = new Index({ url: 'http://localhost', token: '-' })
    return [[Object.getPrototypeOf(client) as object, 'request']]
  },
  rows,
}
export default spec
