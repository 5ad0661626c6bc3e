/** What queries of LanceDB ask for, gathered as the program puts them together: only their native part knows it later. */
import { guard, isObject, path, type Patcher, type Replace } from '../../src/autolog/contract.js'
import type { StoreRequest } from '../shared/store.js'

export interface Asked extends StoreRequest {
  /** Whether it looks for what is near, by a vector or by words. */
  readonly isSearch?: boolean
}

const asked = new WeakMap<object, Asked>()

export const askedOf = (query: unknown): Asked => (isObject(query) ? asked.get(query) : undefined) ?? {}

const names = new WeakMap<object, unknown>()

/** A table cannot say its name while it is busy. */
export function nameOf(table: unknown): unknown {
  const known = isObject(table) ? names.get(table) : undefined
  return known ?? guard('name', () => path(table, 'name'))
}

export function rememberName(table: unknown): void {
  if (isObject(table)) names.set(table, nameOf(table))
}

type Learns = (args: readonly unknown[], self: unknown) => Asked

/** The result of such a method is the query, or another in its place, and asks for what `learns` says besides. */
const passing =
  (learns: Learns): Replace =>
  (original, active) =>
    function (...args) {
      const result: unknown = Reflect.apply(original, this, args)
      if (active() && isObject(result))
        guard('request', () => asked.set(result, { ...askedOf(this), ...askedOf(result), ...learns(args, this) }))
      return result
    }

/** Methods that `holder` lacks are left out. */
export function watchBuilders(patcher: Patcher, holder: unknown, methods: Readonly<Record<string, Learns>>): void {
  for (const [method, learns] of Object.entries(methods))
    if (isObject(holder) && method in holder) patcher.wrap(holder, method, passing(learns))
}

const words = ([query]: readonly unknown[]): Asked => ({ query, isSearch: true })
const near = ([vector]: readonly unknown[]): Asked => ({ vector, isSearch: true })
const nothing = (): Asked => ({})

export const ofEveryQuery: Readonly<Record<string, Learns>> = {
  where: ([filter]) => ({ filter }),
  limit: ([topK]) => ({ topK }),
  fullTextSearch: words,
}
export const ofPlainQuery: Readonly<Record<string, Learns>> = { nearestTo: near, nearestToText: words }
export const ofVectorQuery: Readonly<Record<string, Learns>> = { addQueryVector: nothing }
export const ofTable: Readonly<Record<string, Learns>> = {
  query: (_args, table) => ({ collection: nameOf(table) }),
  search: ([given], table) => ({
    collection: nameOf(table),
    isSearch: true,
    ...(typeof given === 'string' && { query: given }),
  }),
  mergeInsert: (_args, table) => ({ collection: nameOf(table) }),
}
export const ofMerge: Readonly<Record<string, Learns>> = {
  whenMatchedUpdateAll: nothing,
  whenNotMatchedInsertAll: nothing,
  whenNotMatchedBySourceDelete: nothing,
  useIndex: nothing,
}
