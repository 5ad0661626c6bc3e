import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows } from '../contracts/plain-rows.js'
import { storeRows } from '../contracts/store-step-rows.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>
type Methods = Readonly<Record<string, Method>>
type Class = new (...args: readonly object[]) => Methods

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Sdk {
  readonly Index: Class
  readonly Inference: Class
  readonly Assistant: Class
  /** Of 8.x. */
  readonly PreviewIndex?: Class
  /** From 9.0 on. */
  readonly Documents?: Class
}

interface Client {
  readonly index: Methods
  readonly inference: Methods
  readonly assistant: Methods
  /** `searchDocuments` and `upsertDocuments`, which 8.x has apart, behind the namespace. */
  readonly documents: (method: string, options: object) => Promise<unknown>
}

function open(sdk: Sdk, base: string): Client {
  const config = { apiKey: 'test-key', controllerHostUrl: `${base}/pinecone`, maxRetries: 0 }
  const index = new sdk.Index({ name: 'docs', namespace: 'ns', host: `${base}/pinecone` }, config)
  const preview = sdk.PreviewIndex && new sdk.PreviewIndex(config, { name: 'docs', host: `${base}/pinecone` })
  return {
    index,
    inference: new sdk.Inference(config),
    assistant: new sdk.Assistant({ name: 'helper', host: `${base}/pinecone` }, config),
    documents: (method, options) => (preview ? call(preview, method, 'ns', options) : call(index, method, options)),
  }
}

const call = (on: Methods, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  (on[method] as Method).apply(on, [...args])

const place = { 'db.collection.name': 'docs', 'db.namespace': 'ns' }
const vector = [0.5, 0.25]

const told = (method: string, body: object, attributes: object = {}): Row<Client> => ({
  name: method,
  run: ({ index }) => call(index, method, body),
  spans: [{ name: `${method} docs`, attributes: { 'db.system.name': 'pinecone', ...place, ...attributes } }],
})

const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }
const chatted: ExpectedSpan = {
  name: 'chat gpt-4o',
  usage: [11, 7],
  finish: ['stop'],
  attributes: {
    'gen_ai.provider.name': 'pinecone',
    'gen_ai.input.messages': { contains: 'Hi' },
    'gen_ai.output.messages': { contains: 'Hello there, friend.' },
  },
}

/** The SDK takes no signal. */
const NO_SIGNAL = ['abort during', 'abort during a stream']
const named = (name: string) => (row: Row<Client>) => ({ ...row, name: `${name}: ${row.name}` })

const chats: Row<Client>[] = plainRows<Client>({
  span: chatted.name,
  usage: [11, 7],
  streamUsage: [11, 7],
  finish: ['stop'],
  plain: ({ assistant }) => call(assistant, 'chat', chat),
  stream: ({ assistant }) => call(assistant, 'chatStream', chat),
  errors: { bad: /./, key: /./, server: /./, reset: /./, abort: /./ },
})
  .filter(({ name }) => !NO_SIGNAL.includes(name))
  .map(named('an assistant'))

const rows: Row<Client>[] = [
  ...storeRows<Client>({
    system: 'pinecone',
    target: 'docs',
    operations: { search: 'query', write: 'upsert' },
    search: ({ index }) => call(index, 'query', { vector, topK: 2, includeMetadata: true, filter: { kind: 'note' } }),
    found: {
      ...place,
      'db.response.returned_rows': 2,
      'tracestitch.query.dimension.count': 2,
      'db.query.parameter.filter': '{"kind":"note"}',
      'gen_ai.retrieval.documents': '[{"id":"a","score":0.75,"metadata":{"kind":"note"}},{"id":"b","score":0.5}]',
    },
    write: ({ index }) =>
      call(index, 'upsert', {
        records: [
          { id: 'a', values: vector },
          { id: 'b', values: vector },
        ],
      }),
    errors: {
      bad: 'PineconeBadRequestError',
      key: 'PineconeAuthorizationError',
      server: /^Pinecone/,
      reset: /./,
    },
  }),
  {
    name: 'searchRecords',
    run: ({ index }) => call(index, 'searchRecords', { query: { topK: 2, inputs: { text: 'what?' } } }),
    spans: [
      {
        name: 'retrieval docs',
        attributes: {
          ...place,
          'db.operation.name': 'searchRecords',
          'gen_ai.retrieval.query.text': 'what?',
          'gen_ai.retrieval.documents': '[{"id":"a","score":0.75,"metadata":{"text":"a text"}}]',
        },
      },
    ],
  },
  {
    name: 'searchDocuments',
    run: ({ documents }) =>
      documents('searchDocuments', { topK: 2, scoreBy: [{ type: 'text', field: 'text', query: 'what?' }] }),
    spans: [
      {
        name: 'retrieval docs',
        attributes: {
          ...place,
          'db.operation.name': 'searchDocuments',
          'gen_ai.retrieval.query.text': 'what?',
          'gen_ai.retrieval.documents': '[{"id":"a","score":0.75,"metadata":{"text":"a text"}}]',
        },
      },
    ],
  },
  {
    name: 'upsertDocuments',
    run: ({ documents }) => documents('upsertDocuments', { documents: [{ _id: 'a' }, { _id: 'b' }] }),
    spans: [{ name: 'upsertDocuments docs', attributes: { ...place, 'db.operation.batch.size': 2 } }],
  },
  told('fetch', { ids: ['a', 'b'] }, { 'db.operation.batch.size': 2, 'db.response.returned_rows': 2 }),
  told('update', { id: 'a', metadata: { kind: 'x' } }),
  told('deleteMany', { ids: ['a', 'b'] }, { 'db.operation.batch.size': 2 }),
  told(
    'upsertRecords',
    {
      records: [
        { _id: 'a', text: 'a' },
        { _id: 'b', text: 'b' },
      ],
    },
    { 'db.operation.batch.size': 2 },
  ),
  {
    name: 'embed',
    run: ({ inference }) =>
      call(inference, 'embed', { model: 'e5', inputs: ['a', 'b'], parameters: { inputType: 'query', dimension: 384 } }),
    spans: [
      {
        name: 'embeddings e5',
        usage: [5, undefined],
        attributes: { 'gen_ai.provider.name': 'pinecone', 'gen_ai.embeddings.dimension.count': 384 },
      },
    ],
  },
  {
    name: 'rerank',
    run: ({ inference }) => call(inference, 'rerank', { model: 'bge', query: 'q', documents: ['a', 'b'] }),
    spans: [{ name: 'rerank bge', attributes: { 'gen_ai.response.model': 'bge' } }],
  },
  {
    name: 'the context that an assistant finds',
    run: ({ assistant }) => call(assistant, 'context', { query: 'what?', topK: 2 }),
    spans: [
      {
        name: 'retrieval helper',
        attributes: {
          'gen_ai.retrieval.top_k': 2,
          'gen_ai.retrieval.query.text': 'what?',
          'gen_ai.retrieval.documents': { contains: '"score":0.75,"content":"a text"' },
        },
      },
    ],
  },
  {
    name: 'chatCompletion',
    run: ({ assistant }) => call(assistant, 'chatCompletion', { messages: ['Hi'] }),
    spans: [chatted],
  },
  {
    name: 'chatCompletionStream',
    run: async ({ assistant }, kit) =>
      kit.collect((await call(assistant, 'chatCompletionStream', chat)) as AsyncIterable<unknown>),
    spans: [{ ...chatted, usage: null }],
  },
  ...chats,
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'pinecone',
  package: '@pinecone-database/pinecone',
  home: 'test/sdks',
  installed: ['@pinecone-database/pinecone', '@pinecone-database/pinecone-v9'],
  formatOf: () => 'cjs',
  client: open,
  patched: ({ Index, Inference, Assistant }) => [
    [Index.prototype as object, 'query'],
    [Index.prototype as object, 'searchRecords'],
    [Inference.prototype as object, 'embed'],
    [Assistant.prototype as object, 'chatStream'],
  ],
  rows,
}
export default spec
