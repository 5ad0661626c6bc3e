/** `chromadb`: what a collection is asked and told. The embedding function runs inside, so that its calls hang below. */
import {
  asArray,
  isObject,
  jsonCopy,
  path,
  type Args,
  type Integration,
  type ModuleTarget,
  type Patcher,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { holderOf } from './shared/holder.js'
import { command, patchStore, search, type Store, type StoreMethod, type StoreRequest } from './shared/store.js'

const chroma: Store = { system: 'chroma' }

/** A handle that was made by an id alone has no name. */
function collectionOf(self: unknown): StoreRequest {
  const client = path(self, 'client') ?? self
  return {
    collection: path(self, 'name') || path(self, 'id'),
    namespace: [path(client, 'tenant'), path(client, 'database')],
  }
}

/** Columns of several searches, as rows of one list. */
function rowsOf(result: unknown): RetrievedDocument[] {
  const column = (name: string, at: number): readonly unknown[] => asArray(asArray(path(result, name))[at])
  return asArray(path(result, 'ids')).flatMap((ids, at) => {
    const [scores, distances] = [column('scores', at), column('distances', at)]
    const [documents, metadatas] = [column('documents', at), column('metadatas', at)]
    return asArray(ids).map((id, row) => ({
      id,
      score: scores[row],
      distance: distances[row],
      content: documents[row],
      metadata: metadatas[row],
    }))
  })
}

/** Conditions on metadata and on the text. */
function filterOf(body: unknown): unknown {
  const [where, document] = [path(body, 'where'), path(body, 'whereDocument')]
  return where && document ? { where, where_document: document } : (where ?? document)
}

const query = search(([body], self) => {
  const texts = path(body, 'queryTexts') ?? path(body, 'queryURIs')
  const vector = path(body, 'queryEmbeddings')
  return {
    ...collectionOf(self),
    query: texts,
    vector,
    topK: path(body, 'nResults') ?? 10,
    filter: filterOf(body),
    // One vector need not be in a list.
    batch: texts ?? (Array.isArray(path(vector, '0')) ? vector : undefined),
  }
}, rowsOf)

/** Expressions of the search API (https://docs.trychroma.com/cloud/search-api/overview), which write themselves as JSON. */
function expressionOf(given: unknown): unknown {
  const write = isObject(given) ? given['toPayload'] : undefined
  return jsonCopy(typeof write === 'function' ? Reflect.apply(write, given, []) : given)
}

/** The texts and vectors that a ranking asks for. */
function askedIn(rank: unknown): unknown[] {
  if (typeof rank !== 'object' || rank === null) return []
  const asked = path(rank, '$knn', 'query')
  return asked === undefined ? Object.values(rank).flatMap(askedIn) : [asked]
}

const searchByExpression = search(([given], self) => {
  const searches = (Array.isArray(given) ? given : [given]).map(expressionOf)
  const asked = searches.flatMap((one) => askedIn(path(one, 'rank')))
  const texts = asked.filter((one) => typeof one === 'string')
  const limit = path(searches[0], 'limit')
  return {
    ...collectionOf(self),
    query: texts.length > 0 ? texts : undefined,
    vector: asked.find(Array.isArray),
    topK: path(limit, 'limit') ?? limit,
    filter: path(searches[0], 'filter') ?? path(searches[0], 'where'),
    batch: searches,
  }
}, rowsOf)

const records = ([body]: Args, self: unknown): StoreRequest => ({
  ...collectionOf(self),
  batch: path(body, 'ids'),
  filter: filterOf(body),
})

const methods: Readonly<Record<string, StoreMethod>> = {
  query,
  search: searchByExpression,
  get: command(records, (result) => path(result, 'ids')),
  add: command(records),
  upsert: command(records),
  update: command(records),
  delete: command(records, (result) => path(result, 'deleted')),
  count: command((_args, self) => collectionOf(self)),
}

const GIVE_COLLECTIONS = ['collection', 'createCollection', 'getCollection', 'getOrCreateCollection', 'listCollections']

/** By what a client gives, where the class of collections is not exported, as before 3.5, or only a client is passed in `modules`. */
function patchGiven(patcher: Patcher, client: unknown): void {
  const patch = (given: unknown): unknown => {
    for (const collection of asArray(given).concat(given))
      patchStore(patcher, holderOf(patcher, collection, 'upsert'), chroma, methods)
    return given
  }
  for (const method of GIVE_COLLECTIONS) {
    if (!isObject(client) || !(method in client)) continue
    patcher.wrap(
      client,
      method,
      (original, active) =>
        function (...args) {
          const given: unknown = Reflect.apply(original, this, args)
          if (!active()) return given
          return given instanceof Promise ? given.then(patch) : patch(given)
        },
    )
  }
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const exported = path(module, 'CollectionHandle', 'prototype') ?? path(module, 'Collection', 'prototype')
  if (isObject(exported) && 'upsert' in exported)
    patchStore(patcher, holderOf(patcher, exported, 'upsert'), chroma, methods)
  else patchGiven(patcher, path(module, 'ChromaClient', 'prototype'))
}

const shapes = {
  ChromaClient: ['prototype.getOrCreateCollection', 'prototype.heartbeat'],
  CollectionHandle: ['prototype.query', 'prototype.hasStringKnnQuery'],
  Collection: ['prototype.query', 'prototype.upsert', 'prototype.peek'],
}

export const chromadb: Integration = {
  id: 'chroma',
  targets: [{ package: 'chromadb', tested: '2 - 3', shapes, instrument }],
}
