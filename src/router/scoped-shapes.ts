/** The shapes of limits and budgets of a scope. */
import * as z from 'zod/mini'
import type { BudgetOptions, Scope, ScopedLimit } from './scoped-options.js'
import { text } from './shape-parts.js'

type Shape<T> = Readonly<Record<keyof T, z.ZodMiniType>>

const amount = z.number().check(z.positive())

const scope = z.optional(
  z.strictObject({
    client: z.optional(text),
    alias: z.optional(text),
    provider: z.optional(text),
    model: z.optional(
      z.string().check(z.regex(/^(?:\*|[^/]+\/.+)$/, "a model as provider/model, or '*' for each model by itself")),
    ),
    user: z.optional(text),
    key: z.optional(text),
    tag: z.optional(text),
  } satisfies Shape<Scope>),
)

export const scopedLimit = z
  .strictObject({
    scope,
    rpm: z.optional(amount),
    tpm: z.optional(amount),
    concurrent: z.optional(z.int().check(z.positive())),
    queue: z.optional(z.int().check(z.nonnegative())),
    onLimit: z.optional(z.enum(['wait', 'reject'])),
  } satisfies Shape<ScopedLimit>)
  .check(
    z.refine(
      ({ rpm, tpm, concurrent }) => rpm !== undefined || tpm !== undefined || concurrent !== undefined,
      'a limit with at least one of rpm, tpm and concurrent',
    ),
  )

export const budget = z
  .strictObject({
    scope,
    usd: z.optional(amount),
    tokens: z.optional(amount),
    per: z.enum(['minute', 'hour', 'day', 'week', 'month']),
    window: z.optional(z.enum(['calendar', 'rolling'])),
    hard: z.optional(z.boolean()),
    warnAt: z.optional(z.number().check(z.positive(), z.maximum(1))),
  } satisfies Shape<BudgetOptions>)
  .check(
    z.refine(
      ({ usd, tokens }) => (usd === undefined) !== (tokens === undefined),
      'a budget with exactly one of usd and tokens; for both, write two budgets',
    ),
  )
