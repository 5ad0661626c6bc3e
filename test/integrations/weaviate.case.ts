import type { IntegrationCase, Row } from '../contracts/integration.js'
import { storeRows } from '../contracts/store-step-rows.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Collection {
  readonly query: Readonly<Record<'nearText' | 'nearVector' | 'fetchObjects', Method>>
  readonly generate: Readonly<Record<'nearText', Method>>
}

interface Sdk {
  readonly default: {
    client(options: object): Promise<{ readonly collections: { use(name: string): Collection } }>
  }
}

interface Client {
  /** A client is made by a factory, in a while. */
  readonly docs: Promise<Collection>
}

const found = [
  '{"id":"00000000-0000-0000-0000-000000000001","distance":0.25,"metadata":{"text":"a text"}}',
  '{"id":"00000000-0000-0000-0000-000000000002","distance":0.5,"metadata":{"text":"another"}}',
]
const place = { 'db.system.name': 'weaviate', 'db.collection.name': 'Docs' }

const store = storeRows<Client>({
  system: 'weaviate',
  target: 'Docs',
  operations: { search: 'nearText', write: 'fetchObjects' },
  search: async ({ docs }) => (await docs).query.nearText('what?', { limit: 2 }),
  found: {
    ...place,
    'db.response.returned_rows': 2,
    'gen_ai.retrieval.query.text': 'what?',
    'gen_ai.retrieval.documents': `[${found.join(',')}]`,
  },
  write: async ({ docs }) => (await docs).query.fetchObjects({ limit: 2 }),
  errors: { bad: 'WeaviateQueryError', key: 'WeaviateQueryError', server: 'WeaviateQueryError', reset: /./ },
})

const rows: Row<Client>[] = [
  // What is written has no spans. A connection that is reset is tried again, for longer than a row may take.
  ...store.filter(({ name }) => name !== 'a write' && name !== 'reset'),
  {
    name: 'fetchObjects',
    run: async ({ docs }) => (await docs).query.fetchObjects({ limit: 2 }),
    spans: [{ name: 'fetchObjects Docs', attributes: { ...place, 'db.response.returned_rows': 2 } }],
  },
  {
    name: 'nearVector',
    run: async ({ docs }) => (await docs).query.nearVector([0.5, 0.25], { limit: 2 }),
    spans: [{ name: 'retrieval Docs', attributes: { ...place, 'tracestitch.query.dimension.count': 2 } }],
  },
  {
    name: 'a search with an answer that is generated',
    run: async ({ docs }) =>
      (await docs).generate.nearText('what?', { singlePrompt: 'In short: {text}' }, { limit: 2 }),
    spans: [
      {
        name: 'retrieval Docs',
        usage: [11, 7],
        attributes: {
          ...place,
          'db.operation.name': 'generate.nearText',
          'gen_ai.retrieval.top_k': 2,
          'gen_ai.retrieval.documents': { contains: '"generated":"In short: text."' },
        },
      },
    ],
  },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'weaviate',
  package: 'weaviate-client',
  home: 'test/sdks',
  installed: ['weaviate-client'],
  changingHeaders: ['x-case', 'grpc-timeout', 'idempotency-key'],
  client({ default: { client } }, base) {
    const { hostname, port, pathname } = new URL(base)
    const at = { host: hostname, port: Number(port), secure: false }
    const opened = client({
      connectionParams: { http: at, grpc: at },
      headers: { 'x-case': pathname.slice(1) },
      skipInitChecks: true,
    })
    return { docs: opened.then(({ collections }) => collections.use('Docs')) }
  },
  // Its classes are within reach only once a client has been made.
  patched: () => [],
  rows,
}
export default spec
