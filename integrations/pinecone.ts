/** `@pinecone-database/pinecone`: records and documents of an index, what assistants look up, and the models it runs. */
import {
  asArray,
  isObject,
  path,
  type Args,
  type Integration,
  type ModuleTarget,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { chats, embed, rerank } from './pinecone/models.js'
import { command, patchStore, search, type Store, type StoreMethod, type StoreRequest } from './shared/store.js'

const pinecone: Store = { system: 'pinecone' }

/** The index and its namespace; a call may name another one. */
function placeOf(self: unknown, body: unknown): StoreRequest {
  const target = path(self, 'target')
  return {
    collection: path(target, 'indexName'),
    namespace: path(body, 'namespace') ?? path(target, 'namespace'),
  }
}

/** Matches of a vector. */
const matchesOf = (result: unknown): RetrievedDocument[] =>
  asArray(path(result, 'matches')).map((match) => ({
    id: path(match, 'id'),
    score: path(match, 'score'),
    metadata: path(match, 'metadata'),
  }))

/** Hits of a search by text, with their fields. */
const hitsOf = (result: unknown): RetrievedDocument[] =>
  asArray(path(result, 'result', 'hits')).map((hit) => ({
    id: path(hit, '_id'),
    score: path(hit, '_score'),
    metadata: path(hit, 'fields'),
  }))

/** Documents, whose fields stand beside id and score. */
const documentsOf = (result: unknown): RetrievedDocument[] =>
  asArray(path(result, 'matches')).map((match) => {
    const { _id: id, _score: score, ...metadata } = isObject(match) ? match : {}
    return { id, score, metadata }
  })

const records = ([body]: Args, self: unknown): StoreRequest => ({
  ...placeOf(self, body),
  batch: path(body, 'records') ?? path(body, 'ids') ?? body,
  filter: path(body, 'filter'),
})

/** How many, of an object by id or of a list. */
function countOf(value: unknown): unknown {
  return isObject(value) ? Object.keys(value).length : value
}

const write = command(records)
const fetched = command(records, (result) => countOf(path(result, 'records')))

const index: Readonly<Record<string, StoreMethod>> = {
  query: search(
    ([body], self) => ({
      ...placeOf(self, body),
      vector: path(body, 'vector'),
      topK: path(body, 'topK'),
      filter: path(body, 'filter'),
    }),
    matchesOf,
  ),
  searchRecords: search(([body], self) => {
    const query = path(body, 'query')
    return {
      ...placeOf(self, body),
      query: path(query, 'inputs', 'text'),
      vector: path(query, 'vector', 'values'),
      topK: path(query, 'topK'),
      filter: path(query, 'filter'),
    }
  }, hitsOf),
  fetch: fetched,
  fetchByMetadata: fetched,
  listPaginated: command(records, (result) => path(result, 'vectors')),
  upsert: write,
  upsertRecords: write,
  update: write,
  deleteOne: write,
  deleteMany: write,
  deleteAll: write,
}

/** Where documents are, and the call's options: 8.x has them behind the namespace. */
function documentCall(args: Args, self: unknown): { readonly place: StoreRequest; readonly options: unknown } {
  const [first, second] = args
  const named = typeof first === 'string'
  return {
    place: {
      collection: path(self, '_provider', 'indexName'),
      namespace: named ? first : path(self, '_namespace'),
    },
    options: named ? second : first,
  }
}

const documents = (args: Args, self: unknown): StoreRequest => {
  const { place, options } = documentCall(args, self)
  return { ...place, batch: path(options, 'documents') ?? path(options, 'ids'), filter: path(options, 'filter') }
}

/** What is asked of each field: a text, or a vector. */
const searchDocuments = search(
  (args, self) => {
    const { place, options } = documentCall(args, self)
    const asked = asArray(path(options, 'scoreBy'))
    const texts = asked.map((one) => path(one, 'query')).filter((text) => typeof text === 'string')
    return {
      ...place,
      query: texts.length > 0 ? texts : undefined,
      vector: asked.map((one) => path(one, 'values')).find(Array.isArray),
      topK: path(options, 'topK'),
      filter: path(options, 'filter'),
    }
  },
  documentsOf,
  'searchDocuments',
)

const documentMethods: Readonly<Record<string, StoreMethod>> = {
  searchDocuments,
  upsertDocuments: command(documents),
  updateDocuments: command(documents),
  deleteDocuments: command(documents),
  fetchDocuments: command(documents, (result) => countOf(path(result, 'documents'))),
  listDocuments: command(documents, (result) => path(result, 'documents')),
}

/** `Documents.search` is `searchDocuments` of an index, and so on. */
const byShortName = Object.fromEntries(
  Object.entries(documentMethods).map(([name, method]) => [
    name.replace('Documents', ''),
    { ...method, operation: name },
  ]),
)

const assistant: Readonly<Record<string, StoreMethod>> = {
  context: search(
    ([body], self) => ({
      collection: path(self, 'assistantName'),
      query: path(body, 'query'),
      topK: path(body, 'topK'),
      filter: path(body, 'filter'),
    }),
    (result) =>
      asArray(path(result, 'snippets')).map((snippet) => ({
        score: path(snippet, 'score'),
        content: path(snippet, 'content'),
        metadata: path(snippet, 'reference'),
      })),
  ),
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  patchStore(patcher, path(module, 'Index', 'prototype'), pinecone, index)
  patchStore(patcher, path(module, 'PreviewIndex', 'prototype'), pinecone, documentMethods)
  patchStore(patcher, path(module, 'Documents', 'prototype'), pinecone, byShortName)
  patchStore(patcher, path(module, 'Assistant', 'prototype'), pinecone, assistant)
  const models = path(module, 'Inference', 'prototype')
  patcher.call(models, 'embed', embed)
  patcher.call(models, 'rerank', rerank)
  for (const [method, declaration] of Object.entries(chats))
    patcher.call(path(module, 'Assistant', 'prototype'), method, declaration)
}

const shapes = {
  Index: ['prototype.searchRecords', 'prototype.upsertRecords'],
  Documents: ['prototype.search', 'prototype.upsert', 'prototype.list'],
  PreviewIndex: ['prototype.searchDocuments', 'prototype.listDocuments'],
  Inference: ['prototype.embed', 'prototype.rerank', 'prototype.listModels'],
  Assistant: ['prototype.chatCompletionStream', 'prototype.context'],
}

export const pineconeDatabase: Integration = {
  id: 'pinecone',
  targets: [{ package: '@pinecone-database/pinecone', tested: '8 - 9', shapes, instrument }],
}
