/**
 * Stores: a search is a retrieval of the GenAI conventions, any other operation a call of a database client. An integration is a
 * table of methods, and says of each where the parts of its request and of its result are.
 */
import { context, type Attributes } from '@opentelemetry/api'
import {
  asString,
  guard,
  isObject,
  semconv,
  serverAttributes,
  statusOf,
  stepOf,
  type Args,
  type DeclaredStep,
  type Patcher,
  type RetrievedDocument,
  type StepDeclaration,
} from '../../src/autolog/contract.js'

/** Values are as the program gave them: those of another type are left out. */
export interface StoreRequest {
  /** Name of the collection, or whatever the store calls it. */
  readonly collection?: unknown
  /** A part of the store, or several from the largest to the smallest. */
  readonly namespace?: unknown
  /** What is searched for in words: a text, or several. */
  readonly query?: unknown
  /** What is searched for as a vector, or as several. Only its length is recorded. */
  readonly vector?: unknown
  readonly topK?: unknown
  readonly filter?: unknown
  /** Records that are written or asked for, or searches at once: a list, or their number. */
  readonly batch?: unknown
}

export interface StoreMethod {
  /** Default: a call of a database client. */
  readonly isSearch?: true
  /** Value of `db.operation.name`. Default: the method's name. */
  readonly operation?: string
  readonly request: (args: Args, self: unknown) => StoreRequest
  /** What a search found. */
  readonly found?: (result: unknown) => readonly RetrievedDocument[]
  /** What another operation gave: a list, or how many. */
  readonly rows?: (result: unknown) => unknown
}

export interface Store {
  /** Value of `db.system.name` and of `gen_ai.provider.name`. */
  readonly system: string
  /** Base URL of the client behind `self`. Where it is not known, the host is that of the request on the wire. */
  readonly baseURL?: (self: unknown) => string | undefined
  /** What a result says that is a failure and not thrown: the value of `error.type`, and its code. */
  readonly failure?: (result: unknown) => { readonly type: string; readonly code?: number | undefined } | undefined
}

type Request = StoreMethod['request']

export const search = (
  request: Request,
  found: NonNullable<StoreMethod['found']>,
  operation?: string,
): StoreMethod => ({
  isSearch: true,
  request,
  found,
  ...(operation !== undefined && { operation }),
})

export const command = (request: Request, rows?: StoreMethod['rows']): StoreMethod => ({
  request,
  ...(rows && { rows }),
})

/** Methods that `holder` lacks are left out: versions differ. */
export function patchStore(
  patcher: Patcher,
  holder: unknown,
  store: Store,
  methods: Readonly<Record<string, StoreMethod>>,
): void {
  for (const [name, method] of Object.entries(methods)) {
    if (isObject(holder) && name in holder) patcher.step(holder, name, storeStep(store, name, method))
  }
}

/**
 * A retriever is one question, and so one `retrieval`. What it does below, in a store that is traced as well, is a call of a
 * database client.
 */
export function storeStep(store: Store, name: string, method: StoreMethod): Extract<DeclaredStep, Function> {
  return (args, self) => {
    const around = stepOf(context.active())
    const isRetrieval = method.isSearch === true && !(around?.kind === 'retriever' && !around.ended)
    const request = guard('request', () => method.request(args, self)) ?? {}
    return declare(store, method.operation ?? name, method, request, isRetrieval)
  }
}

function declare(
  store: Store,
  operation: string,
  { isSearch, found, rows }: StoreMethod,
  request: StoreRequest,
  isRetrieval: boolean,
): StepDeclaration {
  const collection = asString(request.collection) || undefined
  const namespace = namespaceOf(request.namespace)
  const target = collection ?? namespace
  const query = textOf(request.query)
  return {
    kind: isRetrieval ? 'retriever' : 'chain',
    name: isRetrieval ? (target ?? '') : target === undefined ? operation : `${operation} ${target}`,
    span: 'client',
    requests: true,
    attributes: (_args, self) => ({
      [semconv.DB_SYSTEM]: store.system,
      [semconv.DB_OPERATION]: operation,
      [semconv.DB_COLLECTION]: collection,
      [semconv.DB_NAMESPACE]: namespace,
      [semconv.DB_BATCH_SIZE]: batchSize(request.batch),
      ...(isRetrieval && { [semconv.PROVIDER_NAME]: store.system }),
      ...(isSearch && {
        [semconv.RETRIEVAL_TOP_K]: countOf(request.topK),
        [semconv.QUERY_DIMENSIONS]: dimensionsOf(request.vector),
      }),
      ...serverOf(store.baseURL?.(self)),
    }),
    parameters: () => ({ [semconv.DB_FILTER]: request.filter }),
    ...(isRetrieval && { query: () => query, documents: (result: unknown) => found?.(result).map(withoutVectors) }),
    outcomeAttributes: ({ result, error }) => ({
      [semconv.DB_RETURNED_ROWS]: error === undefined ? rowsOf(isSearch ? found?.(result) : rows?.(result)) : undefined,
      [semconv.DB_STATUS]: statusIn(error === undefined ? store.failure?.(result)?.code : codeOf(error)),
    }),
    errorType: ({ result, error }) => (error === undefined ? store.failure?.(result)?.type : undefined),
  }
}

const countOf = (value: unknown): number | undefined => (Number.isInteger(value) ? (value as number) : undefined)
const rowsOf = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : countOf(value))

/** A batch has two or more. */
function batchSize(value: unknown): number | undefined {
  const size = rowsOf(value)
  return size !== undefined && size > 1 ? size : undefined
}

function namespaceOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return asString(value) || undefined
  const parts = value.filter((part): part is string => typeof part === 'string' && part !== '')
  return parts.length > 0 ? parts.join('|') : undefined
}

/** Several texts are recorded as a list of them. */
function textOf(value: unknown): unknown {
  return Array.isArray(value) ? (value.length === 1 ? value[0] : value) : value
}

/** Of the first of several vectors. Sparse ones have no length that says anything. */
function dimensionsOf(value: unknown): number | undefined {
  if (isNumbers(value)) return value.length
  return Array.isArray(value) ? dimensionsOf(value[0]) : undefined
}

function isNumbers(value: unknown): value is readonly number[] {
  if (ArrayBuffer.isView(value)) return 'length' in value
  return Array.isArray(value) && typeof value[0] === 'number'
}

/** A vector says nothing to a reader, and is large. */
function withoutVectors(document: RetrievedDocument): RetrievedDocument {
  const { metadata } = document
  if (!isObject(metadata)) return document
  return { ...document, metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isVector(value))) }
}

/** Numbers that are metadata, such as a place or a range, are few. */
const isVector = (value: unknown): boolean => isNumbers(value) && value.length > 8

function serverOf(baseURL: string | undefined): Attributes {
  return baseURL !== undefined && URL.canParse(baseURL) ? serverAttributes(new URL(baseURL)) : {}
}

/** The status of its answer, by HTTP or by gRPC. */
const codeOf = (error: unknown): unknown => statusOf(error) ?? (isObject(error) ? error['code'] : undefined)
const statusIn = (code: unknown): string | undefined => (typeof code === 'number' ? String(code) : undefined)
