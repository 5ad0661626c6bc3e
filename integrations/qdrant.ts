/** `@qdrant/js-client-rest`: searches, recommendations and points of a collection. */
import {
  asString,
  isObject,
  path,
  type Args,
  type Integration,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { command, patchStore, search, type Store, type StoreMethod, type StoreRequest } from './shared/store.js'

const qdrant: Store = { system: 'qdrant', baseURL: (self) => asString(path(self, '_restUri')) }

/** What it found, by whatever it is held in: points, groups of hits, a list for each of several searches. */
function pointsIn(result: unknown): RetrievedDocument[] {
  if (Array.isArray(result)) return result.flatMap(pointsIn)
  if (!isObject(result)) return []
  const held = result['points'] ?? result['groups'] ?? result['hits']
  if (held !== undefined) return pointsIn(held)
  const { id, score, payload } = result
  return [{ id, score, metadata: payload }]
}

/** A vector, one with its name, or one within what says how to use it (https://qdrant.tech/documentation/concepts/search/). */
function vectorOf(query: unknown): unknown {
  if (!isObject(query)) return query
  return vectorOf(query['vector'] ?? query['nearest'] ?? query['target'])
}

/** A text that the server embeds. */
const textOf = (query: unknown): unknown => path(query, 'text') ?? path(query, 'nearest', 'text')

function asked(body: unknown): StoreRequest {
  const query = path(body, 'query') ?? path(body, 'vector') ?? path(body, 'target')
  return {
    query: textOf(query),
    vector: vectorOf(query),
    topK: path(body, 'limit') ?? 10,
    filter: path(body, 'filter'),
  }
}

const one = search(([collection, body]) => ({ collection, ...asked(body) }), pointsIn)

const several = search(([collection, body]) => {
  const searches = path(body, 'searches')
  return { collection, ...(Array.isArray(searches) && asked(searches[0])), batch: searches }
}, pointsIn)

/** Points, or their ids, in whichever form the method takes them. */
const points = ([collection, body]: Args): StoreRequest => ({
  collection,
  batch: path(body, 'points') ?? path(body, 'ids') ?? path(body, 'batch', 'ids') ?? path(body, 'operations'),
  filter: path(body, 'filter'),
})

const write = command(points)

const methods: Readonly<Record<string, StoreMethod>> = {
  query: one,
  queryGroups: one,
  queryBatch: several,
  search: one,
  searchPointGroups: one,
  searchBatch: several,
  recommend: one,
  recommendPointGroups: one,
  recommendBatch: several,
  recommend_batch: several,
  discoverPoints: one,
  discoverBatchPoints: several,
  scroll: command(points, (result) => path(result, 'points')),
  retrieve: command(points, (result) => result),
  count: command(points),
  upsert: write,
  batchUpdate: write,
  delete: write,
  updateVectors: write,
  deleteVectors: write,
  setPayload: write,
  overwritePayload: write,
  deletePayload: write,
  clearPayload: write,
}

const shapes = { QdrantClient: ['prototype.scroll', 'prototype.upsert', 'prototype.recommend'] }

export const qdrantClient: Integration = {
  id: 'qdrant',
  targets: [
    {
      package: '@qdrant/js-client-rest',
      tested: '1',
      shapes,
      instrument: (module, patcher) => patchStore(patcher, path(module, 'QdrantClient', 'prototype'), qdrant, methods),
    },
  ],
}
