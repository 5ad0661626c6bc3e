/** The shapes of options. */
import * as z from 'zod/mini'
import type { Store } from '../kernel/store.js'
import { cache, callCache } from './cache-shapes.js'
import { guardrail } from './guardrail-shapes.js'
import type { HookOptions } from './events.js'
import type { Capability, FailureClass } from './options.js'
import { provider, providerChanges } from './provider-shapes.js'
import { prices } from './price-shapes.js'
import { budget, scopedLimit } from './scoped-shapes.js'
import { isFunction, milliseconds, optionalRecord, text, timeoutParts } from './shape-parts.js'
import { strategies } from './strategies/index.js'

const FAILURE_CLASSES = [
  'unsupported',
  'auth',
  'not-found',
  'rate-limit',
  'quota',
  'overloaded',
  'context-length',
  'content-policy',
  'content-filter',
  'refusal',
  'empty',
  'invalid-output',
  'bad-request',
  'timeout',
  'connection',
  'server',
  'malformed',
  'unreadable',
] as const satisfies readonly FailureClass[]
const CAPABILITIES = {
  vision: z.boolean(),
  audio: z.boolean(),
  files: z.boolean(),
  tools: z.boolean(),
  json_schema: z.boolean(),
} as const satisfies Readonly<Record<Capability, unknown>>
const count = z.int().check(z.nonnegative())

/** By its shape: there are polyfills. */
const isSignal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value

const STORE_METHODS = [
  'take',
  'correct',
  'acquire',
  'release',
  'held',
  'reserve',
  'settle',
  'admit',
  'renew',
  'usage',
  'put',
  'remove',
  'facts',
  'close',
] as const satisfies readonly (keyof Store)[]
const isStore = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'shared' in value &&
  STORE_METHODS.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function')

const timeout = z.optional(z.union([milliseconds, timeoutParts]))
const dropUnsupported = z.optional(z.boolean())
const failureClasses = z.enum(FAILURE_CLASSES)
const fallback = z.union([
  text,
  z.strictObject({
    model: text,
    on: z.optional(
      z.union([z.enum(['any', ...FAILURE_CLASSES]), isFunction, z.array(z.union([failureClasses, isFunction]))]),
    ),
    params: optionalRecord(z.unknown()),
    messages: z.optional(z.array(z.unknown())),
  }),
])
const positiveCount = z.int().check(z.positive())
const target = z.union([
  text,
  z.strictObject({
    model: text,
    base: z.optional(text),
    name: z.optional(text),
    weight: z.optional(z.number().check(z.nonnegative())),
    order: z.optional(z.number()),
    tags: z.optional(z.array(text)),
    region: z.optional(text),
    when: optionalRecord(z.unknown()),
    timeout: z.optional(timeoutParts),
    limits: z.optional(
      z.strictObject({
        rpm: z.optional(z.number().check(z.positive())),
        tpm: z.optional(z.number().check(z.positive())),
        concurrent: z.optional(positiveCount),
        queue: z.optional(count),
      }),
    ),
    params: optionalRecord(z.unknown()),
    contextWindow: z.optional(positiveCount),
    capabilities: z.optional(z.partial(z.strictObject(CAPABILITIES))),
    ...providerChanges,
    dropUnsupported,
  }),
])
const targets = z.array(target).check(z.minLength(1))
const strategyName = z.enum([...strategies.keys()])
const hedge = z.union([
  z.boolean(),
  z.strictObject({ after: z.optional(z.union([z.literal('p95'), milliseconds])), max: z.optional(positiveCount) }),
])
const alias = z.union([
  text,
  targets,
  z.strictObject({
    strategy: z.optional(z.union([strategyName, isFunction, z.looseObject({ name: strategyName })])),
    targets,
    fallbacks: z.optional(z.array(fallback)),
    hedge: z.optional(hedge),
    timeout,
    dropUnsupported,
  }),
])
export const clientOptions = z.strictObject({
  models: optionalRecord(alias),
  providers: optionalRecord(provider),
  fallbacks: z.optional(z.array(fallback)),
  cooldown: z.optional(
    z.union([
      z.literal(false),
      z.strictObject({
        failureRate: z.optional(z.number().check(z.positive(), z.maximum(1))),
        minRequests: z.optional(positiveCount),
        consecutive: z.optional(positiveCount),
        duration: z.optional(milliseconds),
        maxDuration: z.optional(milliseconds),
        slowerThan: z.optional(z.union([milliseconds, z.strictObject({ timesUsual: z.number().check(z.gt(1)) })])),
        whenAllInCooldown: z.optional(z.enum(['soonest', 'reject'])),
      }),
    ]),
  ),
  probes: z.optional(
    z.union([
      z.boolean(),
      z.strictObject({
        interval: z.optional(milliseconds),
        timeout: z.optional(milliseconds),
        request: z.optional(
          z.strictObject({
            messages: z.optional(z.array(z.unknown()).check(z.minLength(1))),
            max_tokens: z.optional(positiveCount),
          }),
        ),
      }),
    ]),
  ),
  retries: z.optional(
    z.union([
      count,
      z.strictObject({
        max: z.optional(count),
        on: z.optional(z.partialRecord(failureClasses, count)),
        baseDelay: z.optional(milliseconds),
        maxDelay: z.optional(milliseconds),
        budget: z.optional(z.number().check(z.nonnegative())),
        attempts: z.optional(positiveCount),
      }),
    ]),
  ),
  timeout,
  limits: z.optional(z.array(scopedLimit)),
  budgets: z.optional(z.array(budget)),
  tokenizer: z.optional(z.union([z.enum(['characters', 'installed']), isFunction])),
  cache: z.optional(cache),
  guardrails: z.optional(z.array(guardrail)),
  prices: z.optional(prices),
  skipWithoutKey: z.optional(z.boolean()),
  dropUnsupported,
  hooks: z.optional(
    z.strictObject({
      onAttempt: z.optional(isFunction),
      onFallback: z.optional(isFunction),
      onCooldown: z.optional(isFunction),
      onRecover: z.optional(isFunction),
      onBudget: z.optional(isFunction),
      onCache: z.optional(isFunction),
      onGuardrail: z.optional(isFunction),
    } satisfies Readonly<Record<keyof HookOptions, z.ZodMiniType>>),
  ),
  store: z.optional(z.custom<Store>(isStore, 'a store, such as redisStore(url) of tracestitch/redis')),
  fetch: z.optional(isFunction),
  $schema: z.optional(z.string()),
})

export const callOptions = z.strictObject({
  signal: z.nullish(z.custom<AbortSignal>(isSignal, 'an AbortSignal')),
  headers: optionalRecord(z.string()),
  timeout,
  fallbacks: z.optional(z.union([z.array(fallback), z.literal(false)])),
  priority: z.optional(z.number()),
  metadata: z.optional(
    z.looseObject({
      user: z.optional(text),
      session: z.optional(text),
      client: z.optional(text),
      key: z.optional(text),
      tags: z.optional(z.array(z.string())),
    }),
  ),
  dropUnsupported,
  cache: z.optional(callCache),
  extra_body: optionalRecord(z.unknown()),
  provider_options: optionalRecord(z.record(z.string(), z.unknown())),
})
