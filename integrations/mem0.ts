/** `mem0ai`: the client of the hosted memory. What the open-source `Memory` does is seen in the SDKs that it calls. */
import {
  asString,
  isObject,
  path,
  type Args,
  type Integration,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { patchMemory, type Memory, type MemoryMethod, type MemoryRequest } from './shared/memory.js'

const mem0: Memory = { provider: 'mem0', baseURL: (self) => asString(path(self, 'host')) }

const SCOPES = ['userId', 'user_id', 'agentId', 'agent_id', 'appId', 'app_id', 'runId', 'run_id']

/** Whose memory: by options, or within filters, which may be joined (https://docs.mem0.ai/api-reference/memory/search-memories). */
function ownerIn(options: unknown): unknown {
  for (const scope of SCOPES) if (typeof path(options, scope) === 'string') return path(options, scope)
  for (const nested of ['filters', 'AND', 'OR']) {
    const value = path(options, nested)
    for (const one of Array.isArray(value) ? value : [value]) {
      const owner = isObject(one) ? ownerIn(one) : undefined
      if (owner !== undefined) return owner
    }
  }
  return undefined
}

function memoriesIn(result: unknown): RetrievedDocument[] | undefined {
  const list = path(result, 'results') ?? result
  if (!Array.isArray(list)) return undefined
  return list.filter(isObject).map(({ id, score, memory, text, metadata }) => ({
    id,
    score,
    content: memory ?? text,
    metadata,
  }))
}

const saidIn = (messages: unknown): RetrievedDocument[] =>
  (Array.isArray(messages) ? messages : [messages]).map((message: unknown) => ({
    content: path(message, 'content') ?? message,
  }))

const byId = ([record]: Args): MemoryRequest => ({ record })
const byOwner = ([options]: Args): MemoryRequest => ({ store: ownerIn(options), filter: path(options, 'filters') })

const methods: Readonly<Record<string, MemoryMethod>> = {
  // It writes what it makes of the messages.
  add: {
    operation: 'create_memory',
    request: ([messages, options]) => ({ store: ownerIn(options), written: saidIn(messages) }),
    found: memoriesIn,
  },
  search: {
    operation: 'search_memory',
    request: ([query, options]) => ({
      store: ownerIn(options),
      query,
      topK: path(options, 'topK') ?? path(options, 'top_k') ?? path(options, 'limit'),
      filter: path(options, 'filters'),
    }),
    found: memoriesIn,
  },
  update: {
    operation: 'update_memory',
    request: ([record, change]) => ({ record, written: [{ id: record, content: path(change, 'text') ?? change }] }),
  },
  batchUpdate: {
    operation: 'update_memory',
    request: ([memories]) => ({
      count: memories,
      written: (Array.isArray(memories) ? memories : []).map((one: unknown) => ({
        id: path(one, 'memoryId'),
        content: path(one, 'text'),
      })),
    }),
  },
  delete: { operation: 'delete_memory', request: byId },
  batchDelete: { operation: 'delete_memory', request: ([memories]) => ({ count: memories }) },
  deleteAll: { operation: 'delete_memory', request: byOwner },
  deleteUser: { operation: 'delete_memory_store', request: ([data]) => ({ store: path(data, 'entity_id') }) },
  deleteUsers: { operation: 'delete_memory_store', request: byOwner },
  get: { operation: 'get_memory', request: byId },
  getAll: { operation: 'get_memory', request: byOwner, found: memoriesIn },
  history: {
    operation: 'get_memory_history',
    request: byId,
    found: (result) =>
      Array.isArray(result)
        ? result.map((one: unknown) => ({
            id: path(one, 'id'),
            content: path(one, 'newMemory') ?? path(one, 'new_memory'),
          }))
        : undefined,
  },
}

const shapes = { MemoryClient: ['prototype.batchUpdate', 'prototype.history', 'prototype.search'] }

export const mem0ai: Integration = {
  id: 'mem0',
  targets: [
    {
      package: 'mem0ai',
      tested: '3',
      shapes,
      instrument: (module, patcher) => patchMemory(patcher, path(module, 'MemoryClient', 'prototype'), mem0, methods),
    },
  ],
}
