/** The options of `createClient`. */
import type { PriceOptions } from '../cost/price.js'
import type { Tokenizer } from '../cost/tokenizer.js'
import type { ChatCompletion, Message } from '../kernel/hub.js'
import type { ModelName } from '../kernel/model-name.js'
import type { Store } from '../kernel/store.js'
import type { ErrorClass } from '../policies/classify-error.js'
import type { RetryPolicy } from '../policies/retry.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { HookOptions } from './events.js'
import type { ProviderOptions } from './provider-options.js'
import type { BudgetOptions, ScopedLimit } from './scoped-options.js'
import type { Condition, RoutedCall } from './strategy.js'
import type { Capability, TargetLimits } from './target-options.js'

export type { AwsCredentials, ProviderOptions } from './provider-options.js'
export type { BudgetOptions, Scope, ScopedLimit } from './scoped-options.js'
export type * from './target-options.js'

/** One place that can serve an alias. */
export interface TargetOptions extends Pick<
  ProviderOptions,
  'protocol' | 'apiKey' | 'apiKeyEnv' | 'baseURL' | 'variables' | 'credentials' | 'headers'
> {
  /**
   * `provider/model`, or another alias, which stands for its targets. A name that is an alias is that alias; else
   * `provider/model` of a provider that is known is the target itself; else it is the alias with a wildcard that it fits.
   * In an alias with a `*` in its name, a `*` here stands for the same text.
   */
  model: ModelName
  /**
   * The model behind a name that says nothing, such as the ARN of an application inference profile at Bedrock, a
   * deployment at Azure or a fine-tune: `anthropic.claude-sonnet-4-6`. What is known of a model is asked for by this name:
   * what it takes and refuses, its prices. `model` is still what is sent, and what spans say. Default: the provider's
   * `bases`, then `model` itself, also where it is written with a prefix, a date or the name of a fine-tune around it.
   */
  base?: string | undefined
  /**
   * Tells apart targets of the same model, in `_meta`, spans and health: `provider/model#name`. Default: the region, or
   * a number. One name is one target, with one health, wherever it stands, and must say the same of key, address and limits.
   */
  name?: string | undefined
  /**
   * Share of the calls, relative to the other targets, for strategies that weigh. Default 1; 0: only when no other is
   * available. An alias has its share as a whole, spread over its targets by their own weights. Where it has levels (an
   * order), its first takes part in the first here with that share, its second in one behind it, and so on; the strategy
   * here picks within each. In an `ordered` alias, one within it keeps its own strategy and weights.
   */
  weight?: number | undefined
  /** Targets of a higher order serve only when none of a lower one is left. Default 1. */
  order?: number | undefined
  /** Words that calls may ask for (strategy `tags`) and that limits and budgets may name. */
  tags?: readonly string[] | undefined
  /** Such as `eu`; a call can ask for it with `metadata.region`. */
  region?: string | undefined
  /** Serves only calls whose `metadata` fits. */
  when?: Condition | undefined
  /** Time limits in milliseconds, over those of its alias, its provider and the client; `total` is that of each attempt here. */
  timeout?: TimeoutOptions | undefined
  /** Limits of this target alone: requests and tokens a minute, calls at once. Default: none. */
  limits?: TargetLimits | undefined
  /** Fields of the body that differ at this target. */
  params?: Readonly<Record<string, unknown>> | undefined
  /**
   * Tokens of input and output together. A call that is estimated to need more goes to other targets first. Default: that
   * of the model, by `base` or its name, where it is known.
   */
  contextWindow?: number | undefined
  /** What the model can take, where its name does not say it. A call that needs more passes the target by. */
  capabilities?: Readonly<Partial<Record<Capability, boolean>>> | undefined
  /** For this target: as the client's option. */
  dropUnsupported?: boolean | undefined
}

/** A failure's class, as fallbacks and retries name it. */
export type FailureClass = Exclude<ErrorClass, 'abort' | 'config' | 'unknown' | 'rejected'>

/** Looks at an answer before it is given: `true` leaves it and asks the fallback. Its promise is waited for. */
export type AnswerTest = (answer: ChatCompletion) => boolean | PromiseLike<boolean>

/** Where a call goes when its own targets have failed. */
export type FallbackOptions =
  | ModelName
  | {
      /** `provider/model`, or an alias. */
      model: ModelName
      /**
       * Failures that it is for: it is then tried at once. Default `any`: whenever another target may do better.
       *
       * An answer can be a failure too, and is then left for this fallback: `content-filter` (a filter withheld it; the same
       * as `content-policy`, which is what the provider's own refusal is called), `refusal` (the model declined), `empty`
       * (no text, call or audio), `invalid-output` (a tool call or JSON that does not fit what was asked for), or a function
       * that says `true` of it. Chat and responses only. Of a stream only what is known before its first content:
       * `content-filter` and `empty` when nothing came, `refusal` when it begins with one. An answer that is left is paid
       * for, and counted.
       */
      on?: FailureClass | 'any' | AnswerTest | readonly (FailureClass | AnswerTest)[] | undefined
      /** Fields of the body that differ there. */
      params?: Readonly<Record<string, unknown>> | undefined
      /** Messages instead of the call's own, such as a shorter prompt. */
      messages?: readonly Message[] | undefined
    }

/** What a strategy of the caller's own sees of a target. Live: read on each call. */
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
  /** Share of its limits that is free, 0 to 1. */
  readonly headroom: number
}

/** Gives one of the targets, or nothing when none of them shall serve. The targets are those that are available. */
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
   * Milliseconds without an answer (of a stream: without its first content) before another target is asked too, or `p95` of
   * what the target usually takes. Default `p95`.
   */
  after?: number | 'p95' | undefined
  /** Further targets at most. Default 1. */
  max?: number | undefined
}

export interface GroupOptions {
  /** How targets are chosen. Default: `weighted` when one of them has a weight, otherwise `ordered`, as written. */
  strategy?: StrategyOptions | undefined
  targets: readonly (ModelName | TargetOptions)[]
  /** Tried after the targets, before the client's. */
  fallbacks?: readonly FallbackOptions[] | undefined
  /** Ask a second target when the first is slow; the first answer wins, the other is cancelled. Default: no. */
  hedge?: boolean | HedgeOptions | undefined
  /**
   * Time limits in milliseconds, over those of the client and of providers, under those of targets and calls; a number is
   * `total`, which holds for the whole of a call that names this alias.
   */
  timeout?: number | TimeoutOptions | undefined
  /** For targets that do not say it themselves: as the client's option. */
  dropUnsupported?: boolean | undefined
}

/**
 * An alias: one model, a fallback order, or targets with a strategy. A target that is written twice is one; two that
 * differ need a `name` each, or conditions (`when`) that tell their calls apart.
 */
export type AliasOptions = ModelName | readonly (ModelName | TargetOptions)[] | GroupOptions

export interface CooldownOptions {
  /** Share of failures among the last minute's answers, above which a target cools down. Default 0.5. */
  failureRate?: number | undefined
  /** Answers in the last minute below which the share says nothing. Default 10. */
  minRequests?: number | undefined
  /** Failures in a row after which a target cools down. Default 5. */
  consecutive?: number | undefined
  /** Milliseconds of the first cooldown; doubles each time the call that tries it again fails. Default 5 000. */
  duration?: number | undefined
  /** Milliseconds of the longest cooldown; a provider's own wait may be longer. Default 120 000. */
  maxDuration?: number | undefined
  /**
   * Answers that took longer (streams: to their first content) count as failures here: milliseconds, or `{ timesUsual: 5 }`
   * for five times what the target's answers usually take. For strategies that do not look at latency. Default: none does.
   */
  slowerThan?: number | { timesUsual: number } | undefined
  /**
   * When every target is in cooldown: try the one that is back `soonest` (the default), or `reject` with a LimitError that
   * says when.
   */
  whenAllInCooldown?: 'soonest' | 'reject' | undefined
}

/** What a target that has cooled down is asked. */
export interface ProbeOptions {
  /** Milliseconds between two probes of one target, at least, however short its cooldowns are. Default 1 000. */
  interval?: number | undefined
  /** Milliseconds for the answer. Default 10 000. */
  timeout?: number | undefined
  /** Default: the one word `ping`, with 16 tokens for the answer. What targets preset in `params` is left out. */
  request?: { messages?: readonly Message[] | undefined; max_tokens?: number | undefined } | undefined
}

/**
 * Everything but functions can be written as JSON; `tracestitch/schema.json` is its JSON Schema. `Alias`: the names in
 * `models`, where the client that is made shall know them.
 */
export interface ClientOptions<Alias extends string = string> {
  /** Address of the JSON Schema, which editors read. Means nothing here. */
  $schema?: string | undefined
  /**
   * Aliases by name. They can be used wherever a model is named, in other aliases too. A `*` in a name stands for any
   * text: such an alias catches what calls name, the more specific before the less (`openai/*` before `*`). Of what the
   * configuration itself names it catches only what is neither an alias nor a model of a known provider.
   */
  models?: { readonly [name in Alias]: AliasOptions } | undefined
  /** Providers by id, beside or over the known ones. */
  providers?: Readonly<Record<string, ProviderOptions>> | undefined
  /** Models tried after those that a call names. */
  fallbacks?: readonly FallbackOptions[] | undefined
  /**
   * Further tries at a target, or at equal ones once each was tried; a number is `max`. Default 2, from 500 ms doubling to
   * at most 30 s, with full jitter.
   */
  retries?: number | Partial<RetryPolicy> | undefined
  /** When a target cools down after failures; `false`: never. */
  cooldown?: CooldownOptions | false | undefined
  /**
   * When a target's cooldown ends, ask it by a small request of the client's own, before any call of the program is sent
   * there. Providers bill it as they bill any request. Only for targets that the options name, and that failed at
   * chat. Of processes that share a store, the one that met the failure asks. `close()` ends it. Default false.
   */
  probes?: boolean | ProbeOptions | undefined
  /**
   * Time limits in milliseconds; a number is `total`. The nearest word counts, limit by limit: the call's, the target's,
   * its alias', its provider's, then this one. Default: total 600 000.
   */
  timeout?: number | TimeoutOptions | undefined
  /**
   * Limits of calls by alias, provider, model, user, tag and so on, beside those of single targets. A call keeps all that
   * hold for it.
   */
  limits?: readonly ScopedLimit[] | undefined
  /** What calls may cost or use in a time. A call keeps all that hold for it. */
  budgets?: readonly BudgetOptions[] | undefined
  /**
   * What counts tokens before a call is sent, for budgets, limits of tokens and context windows. Default `characters`,
   * about four to a token.
   */
  tokenizer?: Tokenizer | undefined
  /** Prices that are not in the table, or differ from it. */
  prices?: PriceOptions | undefined
  /**
   * Leave out, with a warning in `_meta.warnings`, what a target's format cannot say, instead of failing there
   * with an UnsupportedParameterError. The nearest word counts: the call's, the target's, its alias', its
   * provider's, then this one. Default false.
   */
  dropUnsupported?: boolean | undefined
  /**
   * Go on without the targets whose key, or a part of whose address, is missing: they are left out of aliases and
   * fallbacks, named once on stderr and listed in `health().skipped`. A call of an alias of which no target is left fails
   * with a ConfigError. Default false: the client is not made, and the error names them all.
   */
  skipWithoutKey?: boolean | undefined
  /** Called as attempts end, calls fall back, and targets cool down and recover. */
  hooks?: HookOptions | undefined
  /**
   * Where limits and cooldowns are kept: `redisStore(url)` of `tracestitch/redis` shares them between processes. Default:
   * in this process.
   */
  store?: Store | undefined
  /** Used for every request. Default: the global `fetch` at the time of the request. */
  fetch?: typeof globalThis.fetch | undefined
}
