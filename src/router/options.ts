/** The options of `createClient`. */
import type { PriceOptions } from '../cost/price.js'
import type { Tokenizer } from '../cost/tokenizer.js'
import type { ChatCompletion, Message } from '../kernel/hub.js'
import type { ModelName } from '../kernel/model-name.js'
import type { Store } from '../kernel/store.js'
import type { ErrorClass } from '../policies/classify-error.js'
import type { RetryPolicy } from '../policies/retry.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { CacheOptions } from './cache-options.js'
import type { GuardrailOptions } from './guardrail-options.js'
import type { HookOptions } from './events.js'
import type { ProviderOptions } from './provider-options.js'
import type { BudgetOptions, ScopedLimit } from './scoped-options.js'
import type { Condition, RoutedCall } from './strategy.js'
import type { Capability, TargetLimits } from './target-options.js'

export type * from './cache-options.js'
export type * from './guardrail-options.js'
export type { AwsCredentials, ProviderOptions } from './provider-options.js'
export type { BudgetOptions, Scope, ScopedLimit } from './scoped-options.js'
export type * from './target-options.js'

/** A target: one model at one provider, with what is set for it there. */
export interface TargetOptions extends Pick<
  ProviderOptions,
  'protocol' | 'apiKey' | 'apiKeyEnv' | 'baseURL' | 'variables' | 'credentials' | 'headers'
> {
  /**
   * `provider/model`, or another alias, which stands for its targets. The name is looked up as an alias first, then as
   * `provider/model` of a known provider, then among the aliases with a wildcard. In an alias with a `*` in its name, a `*`
   * here stands for the same text.
   */
  model: ModelName
  /**
   * The model that `model` stands for, such as `anthropic.claude-sonnet-4-6`, where the name itself does not say it: the
   * ARN of an application inference profile at Bedrock, a deployment at Azure, a fine-tune. Traits and prices are looked up
   * by this name. Requests and spans keep `model`. Default: the provider's `bases`, then `model` itself, also if it has a
   * prefix, a date or the name of a fine-tune around it.
   */
  base?: string | undefined
  /**
   * Distinguishes targets of the same model, in `_meta`, spans and health: `provider/model#name`. Default: the region, or a
   * number. Targets of the same name are one target with one health, in all aliases, and must have the same key, address
   * and limits.
   */
  name?: string | undefined
  /**
   * Share of the calls, relative to the other targets, for strategies that use weights. Default 1; 0: only when no other
   * target is available. The share of an alias is for the whole alias, and is spread over its targets by their weights. If
   * that alias has levels (`order`), its first level joins the first level here with that share, its second level the next
   * one, and so on; the strategy here picks within each. In an `ordered` alias, an alias keeps its own strategy and
   * weights.
   */
  weight?: number | undefined
  /** Targets with a higher order serve only when none with a lower one is left. Default 1. */
  order?: number | undefined
  /** Tags that calls may ask for (strategy `tags`), and that limits and budgets may name. */
  tags?: readonly string[] | undefined
  /** The region, such as `eu`; a call can ask for it with `metadata.region`. */
  region?: string | undefined
  /** The target serves only calls whose `metadata` meets this condition. */
  when?: Condition | undefined
  /**
   * Time limits in milliseconds. They override those of the alias, the provider and the client. `total` applies to each
   * attempt here.
   */
  timeout?: TimeoutOptions | undefined
  /** Limits of this target alone: requests and tokens a minute, calls at once. Default: none. */
  limits?: TargetLimits | undefined
  /** Fields of the request body to set or change for this target. */
  params?: Readonly<Record<string, unknown>> | undefined
  /**
   * Tokens of input and output together. A call that is estimated to need more goes to other targets first. Default: that
   * of the model (by `base` or its name), where it is known.
   */
  contextWindow?: number | undefined
  /** What the model supports, where its name does not tell. A call that needs more skips the target. */
  capabilities?: Readonly<Partial<Record<Capability, boolean>>> | undefined
  /** As the client's option, for this target. */
  dropUnsupported?: boolean | undefined
}

/** A failure's class, as fallbacks and retries name it. */
export type FailureClass = Exclude<ErrorClass, 'abort' | 'config' | 'unknown' | 'rejected'>

/** Checks an answer before it is returned: `true` gives it up and tries the fallback. It may return a promise. */
export type AnswerTest = (answer: ChatCompletion) => boolean | PromiseLike<boolean>

/** Where a call goes when its own targets have failed. */
export type FallbackOptions =
  | ModelName
  | {
      /** `provider/model`, or an alias. */
      model: ModelName
      /**
       * The failures that this fallback is for; it is then tried at once. Default `any`: every failure that another target
       * may not have.
       *
       * An answer can be a failure too, and is then given up for this fallback: `content-filter` (a filter withheld it;
       * `content-policy`, the same as an error of the provider, means both), `refusal` (the model declined), `empty` (no
       * text, call or audio), `invalid-output` (a tool call or JSON that does not fit the request), or a function that
       * returns `true` for it. Chat and responses only. A stream is checked only before its first content: `content-filter`
       * and `empty` when nothing came, `refusal` when it begins with one. An answer that is given up is still paid for, and
       * counted.
       */
      on?: FailureClass | 'any' | AnswerTest | readonly (FailureClass | AnswerTest)[] | undefined
      /** Fields of the request body to set or change there. */
      params?: Readonly<Record<string, unknown>> | undefined
      /** Messages instead of the call's own, such as a shorter prompt. */
      messages?: readonly Message[] | undefined
    }

/** What a strategy of your own sees of a target. The values are live. */
export interface TargetView {
  /** `provider/model`, with the target's name where it has one. */
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly weight: number
  readonly tags: readonly string[]
  readonly inFlight: number
  /** 0 to 1. */
  readonly errorRate: number
  /** Milliseconds per output token; `undefined` until measured. */
  readonly msPerToken: number | undefined
  /** Milliseconds to the first chunk of a stream; `undefined` until measured. */
  readonly msToFirstChunk: number | undefined
  /** Free share of its tightest limit, 0 to 1. */
  readonly headroom: number
}

/** Returns one of the targets, or `undefined` when none of them should serve. It gets the targets that are available. */
export type ChooseTarget = (targets: readonly TargetView[], call: RoutedCall) => TargetView | undefined

export type StrategyName =
  | 'ordered'
  | 'weighted'
  | 'round-robin'
  | 'least-busy'
  | 'latency'
  | 'cost'
  | 'usage'
  | 'adaptive'
  | 'tags'
  | 'conditional'
  | 'sticky'

export type StrategyOptions = StrategyName | { name: StrategyName; [option: string]: unknown } | ChooseTarget

export interface HedgeOptions {
  /**
   * Milliseconds without an answer (for a stream: without its first content) before another target is tried too, or `p95`
   * for the time that 95 of 100 calls of the target take. Default `p95`.
   */
  after?: number | 'p95' | undefined
  /** The most further targets. Default 1. */
  max?: number | undefined
}

export interface GroupOptions {
  /** How targets are chosen. Default: `weighted` when one of them has a weight, otherwise `ordered`, as written. */
  strategy?: StrategyOptions | undefined
  targets: readonly (ModelName | TargetOptions)[]
  /** Tried after the targets, before the client's. */
  fallbacks?: readonly FallbackOptions[] | undefined
  /** Tries a second target when the first is slow; the first answer wins, the other is cancelled. Default: no. */
  hedge?: boolean | HedgeOptions | undefined
  /**
   * Time limits in milliseconds. They override those of the client and of providers; those of targets and calls override
   * them. A number is `total`, which bounds the whole of a call that names this alias.
   */
  timeout?: number | TimeoutOptions | undefined
  /** As the client's option, for targets that do not set it themselves. */
  dropUnsupported?: boolean | undefined
}

/**
 * An alias: one model, a list in fallback order, or targets with a strategy. A target that is written twice counts once.
 * Two different targets of one model need a `name` each, or conditions (`when`) that separate their calls.
 */
export type AliasOptions = ModelName | readonly (ModelName | TargetOptions)[] | GroupOptions

export interface CooldownOptions {
  /** Share of failures among the answers of the last minute above which a target cools down. Default 0.5. */
  failureRate?: number | undefined
  /** The least number of answers in the last minute for `failureRate` to apply. Default 10. */
  minRequests?: number | undefined
  /** Failures in a row after which a target cools down. Default 5. */
  consecutive?: number | undefined
  /** Milliseconds of the first cooldown. The time doubles whenever the call that tries the target again fails. Default 5 000. */
  duration?: number | undefined
  /** Milliseconds of the longest cooldown; a wait that the provider asks for may be longer. Default 120 000. */
  maxDuration?: number | undefined
  /**
   * Answers that take longer (streams: until their first content) count as failures: milliseconds, or `{ timesUsual: 5 }`
   * for five times what the target's answers usually take. Meant for strategies that do not look at latency. Default: a
   * slow answer is no failure.
   */
  slowerThan?: number | { timesUsual: number } | undefined
  /**
   * When every target is in cooldown: try the one that is back `soonest` (the default), or `reject` the call with a
   * LimitError that says when one is.
   */
  whenAllInCooldown?: 'soonest' | 'reject' | undefined
}

/** The request that the client sends to a target that has cooled down. */
export interface ProbeOptions {
  /** The least milliseconds between two probes of one target, however short its cooldowns are. Default 1 000. */
  interval?: number | undefined
  /** Milliseconds for the answer. Default 10 000. */
  timeout?: number | undefined
  /** Default: the one word `ping`, with 16 tokens for the answer. `params` of targets are not added. */
  request?: { messages?: readonly Message[] | undefined; max_tokens?: number | undefined } | undefined
}

/**
 * Everything but functions can be written as JSON; `tracestitch/schema.json` is the JSON Schema. `Alias`: the names in
 * `models`, so that the types of the client know them.
 */
export interface ClientOptions<Alias extends string = string> {
  /** Address of the JSON Schema, for editors. Ignored here. */
  $schema?: string | undefined
  /**
   * Aliases by name. They can be used wherever a model is named, in other aliases too. A `*` in a name stands for any text:
   * such an alias matches the names in calls, the more specific first (`openai/*` before `*`). Of the names in the options
   * themselves it matches only those that are neither an alias nor a model of a known provider.
   */
  models?: { readonly [name in Alias]: AliasOptions } | undefined
  /** Providers by id: new ones, or changes to known ones. */
  providers?: Readonly<Record<string, ProviderOptions>> | undefined
  /** Models tried after those that a call names. */
  fallbacks?: readonly FallbackOptions[] | undefined
  /**
   * Further tries at the targets of a level, once each of them was tried; a number is `max`. Default 2, with waits that
   * double from 500 ms to at most 30 s, with full jitter.
   */
  retries?: number | Partial<RetryPolicy> | undefined
  /** When a target cools down after failures; `false`: never. */
  cooldown?: CooldownOptions | false | undefined
  /**
   * When a target's cooldown ends, the client sends a small request of its own before any call of the program goes there.
   * Providers bill it like any request. Only for targets that the options name, and that failed at chat. If processes share
   * a store, the one that saw the failure sends it. `close()` stops it. Default false.
   */
  probes?: boolean | ProbeOptions | undefined
  /**
   * Time limits in milliseconds; a number is `total`. For each limit the most specific value counts: the call's, the
   * target's, its alias's, its provider's, then this one. Default: `total` 600 000.
   */
  timeout?: number | TimeoutOptions | undefined
  /**
   * Limits of calls by alias, provider, model, user, tag and so on, in addition to those of single targets. All limits
   * whose scope fits apply to a call.
   */
  limits?: readonly ScopedLimit[] | undefined
  /** What calls may cost or use in a period. All budgets whose scope fits apply to a call. */
  budgets?: readonly BudgetOptions[] | undefined
  /**
   * How tokens are counted before a call is sent, for budgets, token limits and context windows. Default `characters`,
   * about four to a token.
   */
  tokenizer?: Tokenizer | undefined
  /**
   * Answers are kept, and given to later calls of the same request; `true`: with all defaults. A hit costs nothing and uses
   * nothing of limits and budgets. Default: no cache.
   */
  cache?: boolean | CacheOptions | undefined
  /**
   * Checks of requests and answers, in this order: they block, mask, have an answer made again, or only report. They hold
   * for every operation. Default: none.
   */
  guardrails?: readonly GuardrailOptions[] | undefined
  /** Prices that are not in the table, or differ from it. */
  prices?: PriceOptions | undefined
  /**
   * Leaves out parameters that a target does not support, with a warning in `_meta.warnings`, instead of failing there with
   * an UnsupportedParameterError. The most specific value counts: the call's, the target's, its alias's, its provider's,
   * then this one. Default false.
   */
  dropUnsupported?: boolean | undefined
  /**
   * Goes on without targets whose key, or a part of whose address, is missing: they are left out of aliases and fallbacks,
   * named once on stderr and listed in `health().skipped`. A call of an alias without any target left fails with a
   * ConfigError. Default false: `createClient` throws an error that names them all.
   */
  skipWithoutKey?: boolean | undefined
  /** Called as attempts end, calls fall back, and targets cool down and recover. */
  hooks?: HookOptions | undefined
  /**
   * Where limits, budgets and cooldowns are kept: `redisStore(url)` of `tracestitch/redis` shares them between processes.
   * Default: in this process.
   */
  store?: Store | undefined
  /** Used for every request. Default: the global `fetch` at the time of the request. */
  fetch?: typeof globalThis.fetch | undefined
}
