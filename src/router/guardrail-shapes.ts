/** The shape of the option `guardrails`. */
import * as z from 'zod/mini'
import { PII_KINDS } from '../policies/guardrails/pii.js'
import { isFunction, milliseconds, text } from './shape-parts.js'

const positiveCount = z.int().check(z.positive())
const share = z.number().check(z.positive(), z.maximum(1))
const url = z.string().check(z.regex(/^https?:\/\/\S+$/, 'an http or https address'))

const pattern = z.union([
  z.string().check(z.refine(isPattern, 'a regular expression')),
  z.custom<RegExp>((value) => value instanceof RegExp, 'a regular expression'),
])

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'gu').source !== ''
  } catch {
    return false
  }
}

const check = z.union([
  z.enum(['pii', 'secrets', 'prompt-injection']),
  z.strictObject({ pii: z.array(z.enum(PII_KINDS)).check(z.minLength(1)) }),
  z.strictObject({ keywords: z.array(text).check(z.minLength(1)) }),
  z.strictObject({ regex: z.array(pattern).check(z.minLength(1)) }),
  z.strictObject({ maxTokens: positiveCount }),
  z.strictObject({ schema: z.record(z.string(), z.unknown()) }),
  z.strictObject({ moderation: text, categories: z.optional(z.array(text).check(z.minLength(1))) }),
  z.strictObject({ judge: text, policy: text }),
  z.strictObject({ decision: text, question: text, threshold: z.optional(share) }),
  z.strictObject({ webhook: url, headers: z.optional(z.record(z.string(), z.string())) }),
  isFunction,
])

const scope = z.strictObject({
  client: z.optional(text),
  alias: z.optional(text),
  user: z.optional(text),
  key: z.optional(text),
  tag: z.optional(text),
})

export const guardrail = z
  .strictObject({
    name: z.optional(text),
    on: z.optional(z.enum(['input', 'output', 'both'])),
    check,
    action: z.optional(z.enum(['block', 'mask', 'retry', 'log'])),
    parallel: z.optional(z.boolean()),
    retries: z.optional(positiveCount),
    timeout: z.optional(milliseconds),
    onError: z.optional(z.enum(['open', 'closed'])),
    scope: z.optional(scope),
    window: z.optional(positiveCount),
  })
  .check(
    z.refine(({ action, parallel }) => !(parallel === true && (action === 'mask' || action === 'retry')), {
      error: '`parallel` with `block` or `log`: by the time of the verdict the request is sent',
    }),
    z.refine(({ action, on }) => !(action === 'retry' && (on === 'input' || on === 'both')), {
      error: "`retry` with `on: 'output'`: it is about an answer",
    }),
    z.refine(({ action, check: wanted }) => action !== 'mask' || masks(wanted), {
      error: '`mask` with a check that finds places (pii, secrets, keywords, regex), a webhook or a function',
    }),
  )

function masks(wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted !== 'prompt-injection'
  return ['pii', 'keywords', 'regex', 'webhook'].some((name) => name in wanted)
}
