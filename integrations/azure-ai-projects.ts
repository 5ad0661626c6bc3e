/**
 * `@azure/ai-projects`: the memory stores of a project of Microsoft Foundry
 * (https://github.com/Azure/azure-sdk-for-js/tree/main/sdk/ai/ai-projects). Its models and agents are called by the `openai` SDK that
 * it brings, and traced there; what the SDK traces of them by itself, on request, is the span of the call then.
 */
import {
  asArray,
  asString,
  isObject,
  path,
  type Args,
  type Integration,
  type ModuleTarget,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { bodyIn, bodyOf, pipelineOf, requestIn, statusFault } from './shared/azure-pipeline.js'
import { memoryStep, type Memory, type MemoryMethod, type MemoryRequest } from './shared/memory.js'

const foundry: Memory = {
  // As the SDK's own spans say it.
  provider: 'microsoft.foundry',
  baseURL: (_self, args) => requestIn(args)?.url,
  answer: bodyOf,
  failure(response) {
    const fault = statusFault(response)
    return fault && (asString(path(fault.error, 'error', 'code')) ?? String(fault.status))
  },
}

/** `/memory_stores/<name>`, and below it `/items/<id>`. */
const PLACE = /\/memory_stores\/([^/:]+)(?:\/items\/([^/:]+))?/

function placeOf(args: Args): MemoryRequest {
  const [, store, record] = PLACE.exec(requestIn(args)?.pathname ?? '') ?? []
  return { store: store && decodeURIComponent(store), record: record && decodeURIComponent(record) }
}

/** The text of an item of a conversation, or the item. */
function saidIn(item: unknown): unknown {
  const content = path(item, 'content')
  if (!Array.isArray(content)) return content ?? item
  return content.map((part: unknown) => asString(path(part, 'text')) ?? '').join('')
}

const itemsOf = (args: Args): readonly unknown[] => asArray(path(bodyIn(args), 'items'))

/** Of a search each memory is within its hit. */
function memoriesIn(body: unknown): RetrievedDocument[] {
  const list = path(body, 'memories') ?? path(body, 'data')
  const records: readonly unknown[] = Array.isArray(list) ? list : [body]
  return records
    .map((one) => path(one, 'memory_item') ?? one)
    .flatMap((memory) =>
      isObject(memory) && memory['content'] !== undefined
        ? [
            {
              id: memory['memory_id'],
              content: memory['content'],
              metadata: { scope: memory['scope'], kind: memory['kind'] },
            },
          ]
        : [],
    )
}

const scopeOf = (args: Args): Readonly<Record<string, unknown>> => ({ scope: path(bodyIn(args), 'scope') })

const search: MemoryMethod = {
  operation: 'search_memory',
  request: (args) => ({
    ...placeOf(args),
    query: itemsOf(args).map(saidIn).join('\n'),
    topK: path(bodyIn(args), 'options', 'max_memories'),
    filter: scopeOf(args),
  }),
  found: memoriesIn,
}

/** It goes on after this request: memories are made of what was said. */
const update: MemoryMethod = {
  operation: 'upsert_memory',
  request: (args) => ({ ...placeOf(args), written: itemsOf(args).map((item) => ({ content: saidIn(item) })) }),
}

const write = (operation: 'create_memory' | 'update_memory'): MemoryMethod => ({
  operation,
  request: (args) => ({ ...placeOf(args), written: [{ content: path(bodyIn(args), 'content') }] }),
  found: memoriesIn,
})

const ofPlace = (operation: MemoryMethod['operation'], found?: MemoryMethod['found']): MemoryMethod => ({
  operation,
  request: (args) => ({
    ...placeOf(args),
    filter: path(bodyIn(args), 'scope') === undefined ? undefined : scopeOf(args),
  }),
  ...(found && { found }),
})

const createStore: MemoryMethod = {
  operation: 'create_memory_store',
  request: (args) => ({ store: path(bodyIn(args), 'name') }),
}

const routes: readonly (readonly [method: string, end: RegExp, declared: MemoryMethod])[] = [
  ['POST', /:search_memories$/, search],
  ['POST', /:update_memories$/, update],
  ['POST', /:delete_scope$/, ofPlace('delete_memory')],
  ['POST', /\/items:list$/, ofPlace('get_memory', memoriesIn)],
  ['POST', /\/items$/, write('create_memory')],
  ['POST', /\/items\/[^/]+$/, write('update_memory')],
  ['GET', /\/items\/[^/]+$/, ofPlace('get_memory', memoriesIn)],
  ['DELETE', /\/items\/[^/]+$/, ofPlace('delete_memory')],
  ['POST', /\/memory_stores$/, createStore],
  ['DELETE', /\/memory_stores\/[^/]+$/, ofPlace('delete_memory_store')],
]

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const Client = module['AIProjectClient']
  const credential = { getToken: () => Promise.resolve(null) }
  const pipeline = pipelineOf(patcher, () =>
    path(
      typeof Client === 'function' && Reflect.construct(Client, ['https://localhost', credential]),
      '_azureScopeClient',
    ),
  )
  patcher.step(pipeline, 'sendRequest', (args, self) => {
    const { method, pathname = '' } = requestIn(args) ?? {}
    if (!pathname.includes('/memory_stores')) return undefined
    const found = routes.find(([verb, end]) => verb === method && end.test(pathname))?.[2]
    return found && memoryStep(foundry, found, args, self)
  })
}

export const azureAiProjects: Integration = {
  id: 'azure-ai-projects',
  targets: [{ package: '@azure/ai-projects', tested: '2', instrument }],
}
