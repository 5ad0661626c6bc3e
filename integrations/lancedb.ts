/**
 * `@lancedb/lancedb`: tables in this process, or at LanceDB's cloud. Its queries are builders, which end in one of two methods.
 * Classes of its connections and tables are not exported: they are known once a program has made the first of them.
 */
import {
  guard,
  isObject,
  path,
  type Integration,
  type ModuleTarget,
  type Patcher,
  type Replace,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import {
  askedOf,
  nameOf,
  rememberName,
  ofEveryQuery,
  ofMerge,
  ofPlainQuery,
  ofTable,
  ofVectorQuery,
  watchBuilders,
} from './lancedb/asked.js'
import { command, patchStore, search, storeStep, type Store, type StoreMethod } from './shared/store.js'

const lance: Store = { system: 'lancedb' }

function documentOf(row: unknown): RetrievedDocument {
  const toJSON = path(row, 'toJSON')
  const plain: unknown = typeof toJSON === 'function' ? Reflect.apply(toJSON, row, []) : row
  const { id, text, _relevance_score, _score, _distance, ...metadata } = isObject(plain) ? plain : {}
  return { id, score: _relevance_score ?? _score, distance: _distance, content: text, metadata }
}

/** Rows of an Arrow table. */
function found(table: unknown): RetrievedDocument[] {
  const toArray = path(table, 'toArray')
  const rows: unknown = typeof toArray === 'function' ? Reflect.apply(toArray, table, []) : []
  return Array.isArray(rows) ? rows.map(documentOf) : []
}

const ofQuery: StoreMethod['request'] = (_args, self) => askedOf(self)
const searched: StoreMethod = search(ofQuery, found, 'search')
const queried: StoreMethod = command(ofQuery, (rows) => path(rows, 'numRows'))
/** Batches of rows, which the program reads one after the other: what was found is not known here. */
const searchedInBatches: StoreMethod = { isSearch: true, operation: 'search', request: ofQuery }
const queriedInBatches: StoreMethod = command(ofQuery)

const batchOf = (data: unknown): unknown => (Array.isArray(data) ? (data as unknown[]) : path(data, 'numRows'))

const table: Readonly<Record<string, StoreMethod>> = {
  add: command(([data], self) => ({ collection: nameOf(self), batch: batchOf(data) })),
  update: command(
    ([given, options], self) => ({ collection: nameOf(self), filter: path(given, 'where') ?? path(options, 'where') }),
    (result) => path(result, 'rowsUpdated'),
  ),
  delete: command(([filter], self) => ({ collection: nameOf(self), filter })),
  countRows: command(
    ([filter], self) => ({ collection: nameOf(self), filter }),
    (count) => count,
  ),
}

const merge: StoreMethod = {
  operation: 'merge_insert',
  request: ([data], self) => ({ ...askedOf(self), batch: batchOf(data) }),
}

/** What a promise gives is shown first to `learn`. */
const learning =
  (learn: (made: unknown) => void): Replace =>
  (original, active) =>
    function (...args) {
      const made = Reflect.apply(original, this, args) as Promise<unknown>
      return active() ? made.then((value) => (guard('lancedb', learn, value), value)) : made
    }

function learner(patch: (prototype: object) => void): (made: unknown) => void {
  const known = new WeakSet<object>()
  return (made) => {
    const prototype: unknown = isObject(made) ? Object.getPrototypeOf(made) : undefined
    if (!isObject(prototype) || known.has(prototype)) return
    known.add(prototype)
    patch(prototype)
  }
}

const OPENS = ['openTable', 'createTable', 'createEmptyTable', 'cloneTable'] as const

function patchClasses(patcher: Patcher): (connection: unknown) => void {
  const ofNewTable = learner((prototype) => {
    patchStore(patcher, prototype, lance, table)
    watchBuilders(patcher, prototype, ofTable)
  })
  const opened = (made: unknown): void => {
    rememberName(made)
    ofNewTable(made)
  }
  return learner((prototype) => {
    for (const method of OPENS) if (method in prototype) patcher.wrap(prototype, method, learning(opened))
  })
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const [every, plain, vector] = ['QueryBase', 'Query', 'VectorQuery'].map((name) => path(module, name, 'prototype'))
  if (!isObject(every) || !isObject(plain)) return
  const query = (method: string, searching: StoreMethod, other: StoreMethod) =>
    patcher.step(every, method, (args, self) =>
      storeStep(lance, 'query', askedOf(self).isSearch === true ? searching : other)(args, self),
    )
  query('toArrow', searched, queried)
  // What `execute` and an iteration begin with.
  query('nativeExecute', searchedInBatches, queriedInBatches)
  watchBuilders(patcher, Object.getPrototypeOf(plain), ofEveryQuery)
  watchBuilders(patcher, plain, ofPlainQuery)
  watchBuilders(patcher, vector, ofVectorQuery)
  const builder = path(module, 'MergeInsertBuilder', 'prototype')
  watchBuilders(patcher, builder, ofMerge)
  patchStore(patcher, builder, lance, { execute: merge })
  patcher.wrap(module, 'connect', learning(patchClasses(patcher)))
}

export const lancedb: Integration = {
  id: 'lancedb',
  targets: [{ package: '@lancedb/lancedb', tested: '0', exports: ['connect'], instrument }],
}
