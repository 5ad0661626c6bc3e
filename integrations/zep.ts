/** `@getzep/zep-cloud`: threads, graphs and users, each of which is a memory of its own. */
import {
  asArray,
  isObject,
  path,
  type Args,
  type Integration,
  type ModuleTarget,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { baseURLOf, dataOf } from './shared/fern.js'
import { clientOf, holderOf } from './shared/holder.js'
import { patchMemory, type Memory, type MemoryMethod, type MemoryRequest } from './shared/memory.js'

const zep: Memory = {
  provider: 'zep',
  baseURL: (self) => baseURLOf(self, 'https://api.getzep.com/api/v2'),
  answer: dataOf,
}

/** The graph of a user, or one by its own id. */
const graphOf = (body: unknown): unknown => path(body, 'userId') ?? path(body, 'graphId')

const byId = ([store]: Args): MemoryRequest => ({ store })

const messages = ([store, body]: Args): MemoryRequest => ({
  store,
  count: path(body, 'messages'),
  written: asArray(path(body, 'messages')).map((message) => ({
    content: path(message, 'content'),
    metadata: path(message, 'metadata'),
  })),
})

const thread: Readonly<Record<string, MemoryMethod>> = {
  create: { operation: 'create_memory_store', request: ([body]) => ({ store: path(body, 'threadId') }) },
  delete: { operation: 'delete_memory_store', request: byId },
  addMessages: { operation: 'create_memory', request: messages },
  addMessagesBatch: { operation: 'create_memory', request: messages },
  // A text that Zep puts together of what fits the newest messages.
  getUserContext: {
    operation: 'search_memory',
    request: byId,
    found: (answer) => [{ content: path(answer, 'context') }],
  },
  get: {
    operation: 'get_memory',
    request: ([store, body]) => ({ store, topK: path(body, 'limit') ?? path(body, 'lastn') }),
    found: (answer) =>
      asArray(path(answer, 'messages')).map((message) => ({
        id: path(message, 'uuid'),
        content: path(message, 'content'),
      })),
  },
}

/** Facts, entities, episodes and the like: whichever the search is for. */
const FOUND = ['edges', 'nodes', 'episodes', 'observations', 'threadSummaries', 'documentSummaries']

function foundIn(answer: unknown): RetrievedDocument[] {
  const context = path(answer, 'context')
  const records = FOUND.flatMap((kind) => asArray(path(answer, kind))).filter(isObject)
  return [
    ...(typeof context === 'string' ? [{ content: context }] : []),
    ...records.map(({ uuid, score, relevance, fact, summary, content, name, attributes }) => ({
      id: uuid,
      score: score ?? relevance,
      content: fact ?? summary ?? content ?? name,
      metadata: attributes,
    })),
  ]
}

const graph: Readonly<Record<string, MemoryMethod>> = {
  create: { operation: 'create_memory_store', request: ([body]) => ({ store: path(body, 'graphId') }) },
  delete: { operation: 'delete_memory_store', request: byId },
  search: {
    operation: 'search_memory',
    request: ([body]) => ({
      store: graphOf(body),
      query: path(body, 'query'),
      topK: path(body, 'limit'),
      filter: path(body, 'searchFilters'),
    }),
    found: foundIn,
  },
  add: {
    operation: 'create_memory',
    request: ([body]) => ({ store: graphOf(body), written: [{ content: path(body, 'data') }] }),
  },
  addBatch: {
    operation: 'create_memory',
    request: ([body]) => ({
      store: graphOf(body),
      count: path(body, 'episodes'),
      written: asArray(path(body, 'episodes')).map((episode) => ({ content: path(episode, 'data') })),
    }),
  },
  addFactTriple: {
    operation: 'create_memory',
    request: ([body]) => ({ store: graphOf(body), written: [{ content: path(body, 'fact') }] }),
  },
}

/** Parts of a graph by their ids. */
const part: Readonly<Record<string, MemoryMethod>> = {
  get: { operation: 'get_memory', request: ([record]) => ({ record }) },
  delete: { operation: 'delete_memory', request: ([record]) => ({ record }) },
}

const user: Readonly<Record<string, MemoryMethod>> = {
  add: { operation: 'create_memory_store', request: ([body]) => ({ store: path(body, 'userId') }) },
  delete: { operation: 'delete_memory_store', request: byId },
}

/** Properties of the client to each resource. */
const resources: readonly (readonly [place: readonly string[], methods: Readonly<Record<string, MemoryMethod>>])[] = [
  [['thread'], thread],
  [['graph'], graph],
  [['graph', 'edge'], part],
  [['graph', 'node'], part],
  [['graph', 'episode'], part],
  [['user'], user],
]

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'ZepClient', 'prototype')
  if (!isObject(proto)) return
  const client = clientOf(patcher, proto, { _options: {} })
  for (const [place, methods] of resources) {
    const [first = ''] = Object.keys(methods)
    const holder = holderOf(patcher, path(client, ...place), `__${first}`)
    patchMemory(patcher, holder, zep, methods, (method) => `__${method}`)
  }
}

export const zepCloud: Integration = {
  id: 'zep',
  targets: [
    {
      package: '@getzep/zep-cloud',
      tested: '3',
      shapes: { ZepClient: ['prototype.thread', 'prototype.graph', 'prototype.userGroup'] },
      instrument,
    },
  ],
}
