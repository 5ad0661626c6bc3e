/**
 * `weaviate-client`: queries of collections, over gRPC, and those with an answer that the server has a model generate. Their
 * classes are not exported, and are reached through a client that is connected to nothing.
 */
import type { Attributes } from '@opentelemetry/api'
import {
  asString,
  guard,
  isObject,
  path,
  semconv,
  type Args,
  type Integration,
  type ModuleExports,
  type ModuleTarget,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { command, patchStore, search, type Store, type StoreMethod, type StoreRequest } from './shared/store.js'

const weaviate: Store = {
  system: 'weaviate',
  baseURL(self) {
    const address = asString(path(self, 'check', 'connection', 'params', 'grpcAddress'))
    return address === undefined ? undefined : `http://${address}`
  },
}

const placeOf = (self: unknown): StoreRequest => ({
  collection: path(self, 'check', 'name'),
  namespace: path(self, 'check', 'tenant'),
})

function objectsIn(result: unknown): RetrievedDocument[] {
  const objects = path(result, 'objects')
  if (!Array.isArray(objects)) return []
  return objects.filter(isObject).map(({ uuid, metadata, properties, generated }) => {
    return {
      id: uuid,
      score: path(metadata, 'score'),
      distance: path(metadata, 'distance'),
      metadata: { ...(isObject(properties) && properties), ...(generated !== undefined && { generated }) },
    }
  })
}

/** Tokens by the names that the makers of the models have for them. */
const INPUT = new Set(['promptTokens', 'inputTokens', 'promptTokenCount'])
const OUTPUT = new Set(['completionTokens', 'outputTokens', 'candidatesTokenCount'])

/** Tokens of all answers, where the query asked for them. */
function usageOf(result: unknown): Attributes {
  const sums = { input: 0, output: 0 }
  const add = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(add)
    else if (isObject(value)) {
      for (const [name, held] of Object.entries(value)) {
        if (INPUT.has(name)) sums.input += Number(held)
        else if (OUTPUT.has(name)) sums.output += Number(held)
        else add(held)
      }
    }
  }
  const objects = path(result, 'objects')
  add(path(result, 'generative', 'metadata'))
  for (const object of Array.isArray(objects) ? objects : []) add(path(object, 'generative', 'metadata'))
  return sums.input + sums.output > 0
    ? { [semconv.USAGE_INPUT_TOKENS]: sums.input, [semconv.USAGE_OUTPUT_TOKENS]: sums.output }
    : {}
}

/** What a search is for, as its first argument says it. */
type Asked = (subject: unknown) => Pick<StoreRequest, 'query' | 'vector'>

const byText: Asked = (query) => ({ query: path(query, 'query') ?? query })
const byVector: Asked = (vector) => ({ vector: isObject(vector) ? Object.values(vector)[0] : vector })
const byOther: Asked = () => ({})

/** Each with the place of its options among the arguments. */
const SEARCHES: Readonly<Record<string, readonly [asked: Asked, options: number]>> = {
  bm25: [byText, 1],
  hybrid: [byText, 1],
  nearText: [byText, 1],
  nearVector: [byVector, 1],
  nearObject: [byOther, 1],
  nearImage: [byOther, 1],
  nearMedia: [byOther, 2],
}

const request =
  (asked: Asked, at: number) =>
  (args: Args, self: unknown): StoreRequest => ({
    ...placeOf(self),
    ...asked(args[0]),
    topK: path(args[at], 'limit'),
    filter: path(args[at], 'filters'),
  })

/** @param shift - What stands before the options: how to generate. */
const searches = (shift: 0 | 1, prefix: string): Record<string, StoreMethod> =>
  Object.fromEntries(
    Object.entries(SEARCHES).map(([name, [asked, at]]) => [
      name,
      { ...search(request(asked, at + shift), objectsIn, `${prefix}${name}`), ...(shift && { told: usageOf }) },
    ]),
  )

const query: Readonly<Record<string, StoreMethod>> = {
  ...searches(0, ''),
  fetchObjects: command(request(byOther, 0), (result) => path(result, 'objects')),
  fetchObjectById: command(
    (_args, self) => placeOf(self),
    (result) => (result === null ? 0 : 1),
  ),
}

const generate: Readonly<Record<string, StoreMethod>> = {
  ...searches(1, 'generate.'),
  fetchObjects: { ...search(request(byOther, 1), objectsIn, 'generate.fetchObjects'), told: usageOf },
}

/** What the manager of aggregates asks when it is made. */
const ANY_VERSION = { supportsAggregateGRPC: () => Promise.resolve({ supports: true }) }

/** A client without a connection, made by the factory while nothing else runs. */
function unconnected(module: ModuleExports): PromiseLike<unknown> | undefined {
  const [Connection, make] = [module['ConnectionGRPC'], path(module, 'default', 'client')]
  if (typeof Connection !== 'function' || typeof make !== 'function') return undefined
  const holder = Connection as unknown as { use: unknown }
  const { use } = holder
  Object.assign(holder, { use: () => ({ connection: {}, dbVersionProvider: {}, dbVersionSupport: ANY_VERSION }) })
  try {
    const nowhere = { host: 'localhost', port: 80, secure: false }
    return make({ connectionParams: { http: nowhere, grpc: nowhere }, headers: {} }) as PromiseLike<unknown>
  } finally {
    holder.use = use
  }
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const client = unconnected(module)
  if (!client) return
  // It is there a moment later.
  patcher.hook(() => undefined)
  patcher.note(
    'what a collection writes (collection.data) has no spans: its functions are made anew with each collection',
  )
  client.then(
    (made) =>
      guard('weaviate', () => {
        const use = path(made, 'collections', 'use')
        const collection: unknown = typeof use === 'function' ? Reflect.apply(use, undefined, ['Exemplar']) : undefined
        const prototypeOf = (part: string): unknown => Object.getPrototypeOf(path(collection, part) ?? {})
        patchStore(patcher, prototypeOf('query'), weaviate, query)
        patchStore(patcher, prototypeOf('generate'), weaviate, generate)
      }),
    () => undefined,
  )
}

export const weaviateClient: Integration = {
  id: 'weaviate',
  targets: [
    {
      package: 'weaviate-client',
      tested: '3',
      shapes: { ConnectionGRPC: ['use', 'connect'] },
      instrument,
    },
  ],
}
