/**
 * `@zilliz/milvus2-sdk-node`: searches and entities of a collection, over gRPC. With `trace: true` the SDK makes a span of its
 * own, an empty one, to name it in the metadata of its request; the span of the call takes its place.
 */
import { context, ProxyTracer, trace } from '@opentelemetry/api'
import {
  asString,
  isObject,
  path,
  stepOf,
  type Args,
  type Integration,
  type ModuleTarget,
  type Patcher,
  type Replace,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { holderOf } from './shared/holder.js'
import { command, search, storeStep, type Store, type StoreMethod, type StoreRequest } from './shared/store.js'

const SUCCESS = 'Success'

const milvus: Store = {
  system: 'milvus',
  baseURL(self) {
    const address = asString(path(self, 'config', 'address'))
    return address === undefined || address.includes('://') ? address : `http://${address}`
  },
  // A refusal is an answer, whose status says so.
  failure(result) {
    const status = path(result, 'status') ?? result
    const type = asString(path(status, 'error_code'))
    const code = path(status, 'code')
    return type === undefined || type === '' || type === SUCCESS
      ? undefined
      : { type, code: typeof code === 'number' ? code : undefined }
  },
}

/** The database of the call, or that of the client, which its requests carry. */
function placeOf(body: unknown, self: unknown): StoreRequest {
  const metadata = path(self, 'metadata')
  return {
    collection: path(body, 'collection_name'),
    namespace: path(body, 'db_name') ?? (metadata instanceof Map ? metadata.get('dbname') : undefined),
  }
}

const filterOf = (body: unknown): unknown => path(body, 'filter') || path(body, 'expr') || undefined

/** Of a hybrid search, each part has data of its own. */
function dataOf(body: unknown): readonly unknown[] {
  const given = path(body, 'data') ?? path(body, 'vectors') ?? path(body, 'vector')
  const parts: readonly unknown[] = Array.isArray(given) ? given : [given]
  return parts.flatMap((part) => (isObject(part) && 'anns_field' in part ? [path(part, 'data')] : [part]))
}

function asked([body]: Args, self: unknown): StoreRequest {
  const data = dataOf(body)
  const texts = data.filter((one) => typeof one === 'string')
  return {
    ...placeOf(body, self),
    query: texts.length > 0 ? texts : undefined,
    vector: texts.length > 0 ? undefined : data,
    topK: path(body, 'limit') ?? path(body, 'topk'),
    filter: filterOf(body),
    // One vector is a list of numbers; those of a hybrid search make one question.
    batch: Array.isArray(data[0]) && !isHybrid(body) ? data : undefined,
  }
}

const isHybrid = (body: unknown): boolean => path(body, 'data', '0', 'anns_field') !== undefined

function hitsIn(result: unknown): RetrievedDocument[] {
  if (Array.isArray(result)) return result.flatMap(hitsIn)
  if (!isObject(result)) return []
  const { id, score, ...metadata } = result
  return [{ id, score, metadata }]
}

const entities = ([body]: Args, self: unknown): StoreRequest => ({
  ...placeOf(body, self),
  batch: path(body, 'data') ?? path(body, 'fields_data') ?? path(body, 'ids'),
  filter: filterOf(body),
})

const found = (result: unknown): RetrievedDocument[] => hitsIn(path(result, 'results'))

/** `get` and `count` are queries, `hybridSearch` is the search, and `delete` ends in `deleteEntities`. */
const methods: Readonly<Record<string, StoreMethod>> = {
  query: command(entities, (result) => path(result, 'data')),
  insert: command(entities),
  upsert: command(entities),
  deleteEntities: { ...command(entities), operation: 'delete' },
}

const TRACER = 'milvus-node-client'
const NATIVE_SPAN = 'grpc-intercept'

/** Within a call of ours no native span is made: what asks for one gets the call's, which it cannot end. */
const inPlace: Replace = (original, active) =>
  function (...args) {
    const step = active() && args[0] === NATIVE_SPAN ? stepOf(context.active()) : undefined
    const work = args.at(-1)
    if (!step || step.ended || typeof work !== 'function') return Reflect.apply(original, this, args)
    return Reflect.apply(work, undefined, [trace.wrapSpanContext(step.span.spanContext())])
  }

/** Tracers are made when they are first asked for, and by the provider that is there then. */
function watchTracer(patcher: Patcher, version: string): void {
  const tracer: unknown = trace.getTracer(TRACER, version)
  if (isObject(tracer) && !(tracer instanceof ProxyTracer)) patcher.wrap(tracer, 'startActiveSpan', inPlace)
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const Client = module['MilvusClient']
  const proto = path(Client, 'prototype')
  const version = asString(path(Client, 'sdkInfo', 'version')) ?? ''
  const patch = (name: string, method: StoreMethod): void => {
    const declared = storeStep(milvus, name, method)
    if (!isObject(proto) || !(name in proto)) return
    patcher.step(holderOf(patcher, proto, name), name, (args, self) => {
      watchTracer(patcher, version)
      return declared(args, self)
    })
  }
  // A client has `hybridSearch` from its constructor on; from 3.0 on both end in this method.
  patch(isObject(proto) && '_search' in proto ? '_search' : 'search', search(asked, found, 'search'))
  for (const [name, method] of Object.entries(methods)) patch(name, method)
}

const shapes = { MilvusClient: ['sdkInfo', 'prototype.hasCollection', 'prototype.insert'] }

export const milvusClient: Integration = {
  id: 'milvus',
  targets: [{ package: '@zilliz/milvus2-sdk-node', tested: '2 - 3', shapes, instrument }],
}
