/** The shapes of the cache's options. */
import * as z from 'zod/mini'
import type { CacheStore, VectorIndex } from '../kernel/cache-store.js'
import { milliseconds, text } from './shape-parts.js'

const positiveCount = z.int().check(z.positive())
const scope = z.optional(z.enum(['user', 'key', 'all']))

const hasMethods = (value: unknown, methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function')

const STORE = ['get', 'set', 'remove', 'close'] as const satisfies readonly (keyof CacheStore)[]
const INDEX = ['search', 'add'] as const satisfies readonly (keyof VectorIndex)[]

export const cache = z.union([
  z.boolean(),
  z
    .strictObject({
      exact: z.optional(
        z.strictObject({
          ttl: z.optional(milliseconds),
          max: z.optional(positiveCount),
          maxBytes: z.optional(positiveCount),
        }),
      ),
      semantic: z.optional(
        z
          .strictObject({
            model: text,
            threshold: z.optional(z.number().check(z.positive(), z.maximum(1))),
            timeout: z.optional(milliseconds),
            max: z.optional(positiveCount),
            index: z.optional(
              z.custom<VectorIndex>((value) => hasMethods(value, INDEX), 'an index with `search` and `add`'),
            ),
          })
          .check(
            z.refine(({ index, max }) => index === undefined || max === undefined, {
              error: '`max` without `index`: it is for vectors in memory',
            }),
          ),
      ),
      store: z.optional(
        z.custom<CacheStore>(
          (value) => hasMethods(value, STORE),
          'a cache store, such as redisCache(url) of tracestitch/redis',
        ),
      ),
      timeout: z.optional(milliseconds),
      scope,
      namespace: z.optional(text),
      optIn: z.optional(z.boolean()),
      singleFlight: z.optional(z.union([z.boolean(), z.literal('shared')])),
    })
    .check(
      z.refine(
        ({ store, exact }) => store === undefined || (exact?.max === undefined && exact?.maxBytes === undefined),
        {
          error: '`exact.max` and `exact.maxBytes` without `store`: they are for answers in memory',
        },
      ),
    ),
])

export const callCache = z.union([
  z.boolean(),
  z.strictObject({
    refresh: z.optional(z.boolean()),
    store: z.optional(z.boolean()),
    ttl: z.optional(milliseconds),
    maxAge: z.optional(milliseconds),
    namespace: z.optional(text),
    scope,
    semantic: z.optional(z.boolean()),
  }),
])
