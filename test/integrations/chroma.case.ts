import type { IntegrationCase, Row } from '../contracts/integration.js'
import { storeRows } from '../contracts/store-step-rows.js'

type Method = (body?: object) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Collection = Readonly<
  Record<'query' | 'search' | 'get' | 'add' | 'upsert' | 'update' | 'delete' | 'count', Method>
>

interface Client {
  readonly getCollection: Method
  readonly apiClient?: object
}

type Class<T> = new (...args: readonly unknown[]) => T

interface Sdk {
  readonly ChromaClient: Class<Client>
  /** Of 3.x. */
  readonly CollectionHandle?: Class<Collection>
  /** Of 2.x. */
  readonly Collection?: Class<Collection>
  readonly Search?: new () => { rank(rank: object): { limit(count: number): object } }
  readonly Knn?: (options: object) => object
}

interface Chroma {
  readonly sdk: Sdk
  readonly client: Client
  readonly docs: Collection
}

const tenant = 'default_tenant'
const database = 'default_database'
const embedder = { name: 'fixed', generate: async (texts: readonly string[]) => texts.map(() => [0.5, 0.25]) }
const chroma = { 'db.system.name': 'chroma', 'db.collection.name': 'docs', 'db.namespace': `${tenant}|${database}` }

function open(sdk: Sdk, base: string): Chroma {
  const { hostname, port, pathname, origin } = new URL(base)
  const headers = { 'x-case': pathname.slice(1) }
  if (sdk.Collection) {
    const client = new sdk.ChromaClient({ path: origin, fetchOptions: { headers } })
    // Otherwise the first call asks whether the tenant is there.
    Object.assign(client, { _initPromise: Promise.resolve() })
    return { sdk, client, docs: new sdk.Collection('docs', 'c1', client, embedder, undefined, {}) }
  }
  const client = new sdk.ChromaClient({ host: hostname, port: Number(port), tenant, database, headers })
  const Impl = Object.getPrototypeOf(sdk.CollectionHandle) as Class<Collection>
  const { apiClient } = client
  const settings = { tenant, database, embeddingFunction: embedder, configuration: {} }
  return { sdk, client, docs: new Impl({ chromaClient: client, apiClient, id: 'c1', name: 'docs', ...settings }) }
}

const operation = (name: 'get' | 'add' | 'update' | 'delete', body: object, rows?: number): Row<Chroma> => ({
  name,
  run: ({ docs }) => docs[name](body),
  spans: [
    {
      name: `${name} docs`,
      attributes: { ...chroma, 'db.operation.name': name, ...(rows && { 'db.response.returned_rows': rows }) },
    },
  ],
})

const rows: Row<Chroma>[] = [
  ...storeRows<Chroma>({
    system: 'chroma',
    target: 'docs',
    operations: { search: 'query', write: 'upsert' },
    search: ({ docs }) => docs.query({ queryTexts: ['what?'], nResults: 2, where: { kind: 'note' } }),
    found: {
      ...chroma,
      'db.response.returned_rows': 2,
      'gen_ai.retrieval.query.text': 'what?',
      'db.query.parameter.filter': '{"kind":"note"}',
      'gen_ai.retrieval.documents':
        '[{"id":"a","distance":0.25,"content":"a text","metadata":{"kind":"note"}},{"id":"b","distance":0.5,"content":"another"}]',
    },
    write: ({ docs }) => docs.upsert({ ids: ['a', 'b'], documents: ['a text', 'another'] }),
    errors: {
      bad: /^ChromaClientError$/,
      key: 'ChromaUnauthorizedError',
      server: /^Chroma(?:Server)?Error$/,
      reset: 'ChromaConnectionError',
    },
  }),
  {
    name: 'query by vectors',
    run: ({ docs }) => docs.query({ queryEmbeddings: [[0.5, 0.25, 0.125]] }),
    spans: [
      {
        name: 'retrieval docs',
        attributes: { 'tracestitch.query.dimension.count': 3, 'gen_ai.retrieval.top_k': 10 },
      },
    ],
  },
  {
    name: 'search by an expression',
    skip: (_version, { sdk }) => (sdk.Search ? undefined : 'there are no such expressions in 2.x'),
    run: async ({ docs, sdk: { Search, Knn } }) =>
      Search && Knn && docs.search(new Search().rank(Knn({ query: [0.5, 0.25] })).limit(2)),
    spans: [
      {
        name: 'retrieval docs',
        attributes: {
          'db.operation.name': 'search',
          'gen_ai.retrieval.top_k': 2,
          'tracestitch.query.dimension.count': 2,
          'gen_ai.retrieval.documents': { contains: '"score":0.75' },
        },
      },
    ],
  },
  operation('get', { ids: ['a', 'b'] }, 2),
  operation('add', { ids: ['a'], documents: ['a text'] }),
  operation('update', { ids: ['a'], documents: ['a text'] }),
  operation('delete', { ids: ['a', 'b'] }),
  {
    name: 'count',
    run: ({ docs }) => docs.count(),
    spans: [{ name: 'count docs' }],
  },
  {
    name: 'a query of a collection from getCollection()',
    run: async ({ client }) => {
      const docs = (await client.getCollection({ name: 'docs', embeddingFunction: embedder })) as Collection
      return docs.query({ queryEmbeddings: [[0.5]] })
    },
    spans: [{ name: 'retrieval docs' }],
  },
]

const spec: IntegrationCase<Sdk, Chroma> = {
  id: 'chroma',
  package: 'chromadb',
  home: 'test/sdks',
  installed: ['chromadb-v2', 'chromadb'],
  changingHeaders: ['x-case'],
  client: open,
  patched: ({ Collection, CollectionHandle }) => {
    const holder = (Collection?.prototype ?? Object.getPrototypeOf(CollectionHandle?.prototype)) as object
    return ['query', 'upsert', 'get', 'delete'].map((method) => [holder, method] as const)
  },
  rows,
}
export default spec
