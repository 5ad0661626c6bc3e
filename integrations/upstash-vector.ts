/**
 * `@upstash/vector`: its methods are properties of each client, so what is patched is the HTTP client below them, by the command
 * that a request names (https://upstash.com/docs/vector/api/get-started).
 */
import {
  asString,
  isObject,
  path,
  type Args,
  type Integration,
  type ModuleTarget,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { command, search, storeStep, type Store, type StoreMethod, type StoreRequest } from './shared/store.js'

const upstash: Store = {
  system: 'upstash_vector',
  baseURL: (self) => asString(path(self, 'baseUrl')),
  // The error is thrown when the answer is read.
  failure: (result) => (typeof path(result, 'error') === 'string' ? { type: 'UpstashError' } : undefined),
}

/** The command, and the namespace behind it. */
function endpointOf([request]: Args): readonly (string | undefined)[] {
  return (
    asString(path(request, 'path', '0'))
      ?.replace(/\?.*/, '')
      .split('/') ?? []
  )
}

const bodyOf = ([request]: Args): unknown => path(request, 'body')

/** One query, or several at once. */
const asked = (args: Args): StoreRequest => {
  const body = bodyOf(args)
  const queries: readonly unknown[] = Array.isArray(body) ? body : [body]
  const texts = queries.map((query) => path(query, 'data')).filter((text) => typeof text === 'string')
  const [first] = queries
  return {
    namespace: endpointOf(args)[1],
    query: texts.length > 0 ? texts : undefined,
    vector: path(first, 'vector'),
    topK: path(first, 'topK') ?? path(first, 'additionalK'),
    filter: path(first, 'filter') || undefined,
    batch: queries,
  }
}

function found(result: unknown): RetrievedDocument[] {
  if (Array.isArray(result)) return result.flatMap(found)
  if (!isObject(result)) return []
  const held = result['result'] ?? result['scores']
  if (held !== undefined) return found(held)
  const { id, score, data, metadata } = result
  return [{ id, score, content: data, metadata }]
}

const records = (args: Args): StoreRequest => {
  const body = bodyOf(args)
  return {
    namespace: endpointOf(args)[1],
    batch: path(body, 'ids') ?? body,
    filter: path(body, 'filter'),
  }
}

const resultOf = (result: unknown): unknown => path(result, 'result')

const write = (operation: string, rows?: StoreMethod['rows']): StoreMethod => ({ ...command(records, rows), operation })

/** By the command of the wire. */
const methods: Readonly<Partial<Record<string, StoreMethod>>> = {
  query: search(asked, found, 'query'),
  'query-data': search(asked, found, 'query'),
  'resumable-query': search(asked, found, 'resumableQuery'),
  'resumable-query-data': search(asked, found, 'resumableQuery'),
  'resumable-query-next': search(asked, found, 'fetchNext'),
  upsert: write('upsert'),
  'upsert-data': write('upsert'),
  update: write('update'),
  delete: write('delete', (result) => path(result, 'result', 'deleted')),
  fetch: write('fetch', resultOf),
  range: write('range', (result) => path(result, 'result', 'vectors')),
  reset: write('reset'),
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const { Index } = module
  if (typeof Index !== 'function') return
  const index = patcher.exemplar(() => Reflect.construct(Index, [{ url: 'http://localhost', token: '-' }]) as unknown)
  // Upstash's other clients are built alike.
  if (!isObject(index) || !('queryMany' in index)) return
  const client = path(index, 'client')
  patcher.step(isObject(client) && Object.getPrototypeOf(client), 'request', (args, self) => {
    const [name = ''] = endpointOf(args)
    const method = methods[name]
    return method && storeStep(upstash, name, method)(args, self)
  })
}

const targets = ['.', './nodejs', './cloudflare'].map((entry): ModuleTarget => ({
  package: '@upstash/vector',
  ...(entry !== '.' && { entry }),
  tested: '1',
  shapes: { Index: ['fromEnv'] },
  instrument,
}))

export const upstashVector: Integration = { id: 'upstash-vector', targets }
