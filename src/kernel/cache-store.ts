/** The contracts of a cache: values by key, and which keys are near a vector. */
import type { MaybePromise } from './store.js'

/** A value to keep for a while. */
export interface CacheEntry {
  /** Letters, digits and `:`; at most 100 characters. */
  readonly key: string
  /** The value: JSON with the answer of a model in it. */
  readonly value: string
  /** Milliseconds for which it is kept, at most. */
  readonly ttlMs: number
}

/**
 * Where a cache keeps its values. It may lose any of them at any time, and need not do things at once. One that fails or is
 * slow is a miss: no call fails because of it.
 */
export interface CacheStore {
  /** For messages, such as `redis`. */
  readonly name: string
  /** Whether other processes see what this one writes. */
  readonly shared: boolean
  /** For each key, in order, its value, or `undefined` when there is none or its time is over. */
  get(keys: readonly string[]): MaybePromise<readonly (string | undefined)[]>
  /** Writes entries in place of earlier ones of the same keys. */
  set(entries: readonly CacheEntry[]): MaybePromise<void>
  /** Removes what is there of these keys. */
  remove(keys: readonly string[]): MaybePromise<void>
  /** Closes connections. */
  close(): MaybePromise<void>
}

/** A vector that stands for a text. */
export interface VectorEntry {
  /** Vectors are compared only within one space: it stands for everything of a request that must be equal. */
  readonly space: string
  /** The numbers, of length 1. */
  readonly vector: readonly number[]
}

/** A key whose vector is near. */
export interface VectorMatch {
  /** The key that was added. */
  readonly key: string
  /** Cosine of the angle between the two vectors, from -1 to 1. */
  readonly similarity: number
}

/** Which keys are near a vector. One that fails or is slow is a miss. */
export interface VectorIndex {
  /** For messages, such as `pgvector`. */
  readonly name: string
  /** The nearest key of the space whose similarity is `threshold` or more; `undefined` when there is none. */
  search(query: VectorEntry & { readonly threshold: number }): MaybePromise<VectorMatch | undefined>
  /** Adds a key, in place of an earlier vector of the same key. */
  add(entry: VectorEntry & { readonly key: string; readonly ttlMs: number }): MaybePromise<void>
}
