/** Options of the cache, of a client and of one call. */
import type { CacheStore, VectorIndex } from '../kernel/cache-store.js'
import type { ModelName } from '../kernel/model-name.js'
import type { CacheScope } from '../policies/cache.js'

export type { CacheScope } from '../policies/cache.js'

/** The exact cache: a call is answered if the same request was answered before. */
export interface ExactCacheOptions {
  /** Milliseconds for which an answer is kept. Default 3 600 000, an hour. */
  ttl?: number | undefined
  /** The most answers in memory; those that were not used for longest go first. Default 1 000. Not for a `store` of your own. */
  max?: number | undefined
  /** The most bytes of answers in memory. Default 67 108 864, 64 MiB. Not for a `store` of your own. */
  maxBytes?: number | undefined
}

/**
 * The semantic cache: a chat is answered if one was answered before that differs only in the text of its last user message,
 * and these two texts mean about the same.
 */
export interface SemanticCacheOptions {
  /** The embedding model that compares texts: `provider/model`, or an alias. Its calls are calls of this client, with their cost. */
  model: ModelName
  /** The least cosine of two texts that mean the same, from 0 to 1. Default 0.95. What fits depends on the model. */
  threshold?: number | undefined
  /** Milliseconds for the embedding of a text, after which the call goes on as a miss. Default 2 000. */
  timeout?: number | undefined
  /** The most texts that are compared, over all users and prompts. Default 1 000. Not for an `index` of your own. */
  max?: number | undefined
  /** Where vectors are kept and searched. Default: in this process, where each search compares all texts of equal prompts. */
  index?: VectorIndex | undefined
}

/** Answers that are kept for later calls of the same request. */
export interface CacheOptions {
  /** The exact cache, which every cache has. */
  exact?: ExactCacheOptions | undefined
  /** The semantic cache, after the exact one. Default: none. */
  semantic?: SemanticCacheOptions | undefined
  /**
   * Where answers are kept: `redisCache(url)` of `tracestitch/redis` shares them between processes. They are the words of
   * models and may repeat those of prompts. Default: in this process.
   */
  store?: CacheStore | undefined
  /** Milliseconds for an answer of the store or the index, after which it counts as a miss. Default 500. */
  timeout?: number | undefined
  /**
   * Which calls share answers. `user` (the default): those whose user, key, client, tags and other `metadata` are the same,
   * except for the session; calls that name none of them share among themselves. `key`: those of the same key and client.
   * `all`: every call, so one user may get what was said to another.
   */
  scope?: CacheScope | undefined
  /** Separates the answers of programs, versions or customers that share a store. Default: none. */
  namespace?: string | undefined
  /** Only calls with a `cache` option of their own use the cache. Default false. */
  optIn?: boolean | undefined
  /**
   * Of identical calls at the same time one goes to a provider, and the others get its answer. If it fails, one of those
   * that wait tries next. `shared`: across the processes that share the client's `store`, by a lease there. Default true.
   */
  singleFlight?: boolean | 'shared' | undefined
}

/** How one call uses the cache. */
export interface CallCacheOptions {
  /** Asks a provider even if there is an answer, and keeps the new one. LiteLLM's `no-cache`. Default false. */
  refresh?: boolean | undefined
  /** Whether the answer may be kept; `false` is LiteLLM's `no-store`. Default true. */
  store?: boolean | undefined
  /** Milliseconds for which its answer is kept. Default: the client's. */
  ttl?: number | undefined
  /** Takes no answer that is older than so many milliseconds. LiteLLM's `s-maxage`, which is in seconds. Default: any that is kept. */
  maxAge?: number | undefined
  /** As the client's option, for this call. */
  namespace?: string | undefined
  /** As the client's option, for this call. */
  scope?: CacheScope | undefined
  /** Whether the semantic cache may answer. Default true, if there is one. */
  semantic?: boolean | undefined
}
