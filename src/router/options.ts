/** The options of `createClient`. */
import type { PriceOptions } from '../cost/price.js'
import type { FormatId, Quirks } from '../kernel/protocol.js'
import type { RetryPolicy } from '../policies/retry.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { GiveKey } from './token-source.js'

/** One place that can serve an alias. */
export interface TargetOptions {
  /** `provider/model`, or another alias. */
  model: string
  /** For this target: as the client's option. */
  dropUnsupported?: boolean | undefined
}

/** An alias: one model, a fallback order, or targets with a strategy. */
export type AliasOptions =
  | string
  | readonly (string | TargetOptions)[]
  | {
      /** How targets are chosen. `ordered` (the default): as written. */
      strategy?: 'ordered' | undefined
      targets: readonly (string | TargetOptions)[]
      /** For targets that do not say it themselves: as the client's option. */
      dropUnsupported?: boolean | undefined
    }

/** Of an AWS user or role. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined
}

/** A provider of the caller's own, or changes to a known one. What is left out of a known provider stays as it is. */
export interface ProviderOptions {
  /** Wire format, or formats with the one for chat first. Default for a new provider: `openai-chat`, with OpenAI's others and rerank. */
  protocol?: FormatId | readonly FormatId[] | undefined
  /** Up to and without the path of the operation, such as `http://127.0.0.1:8080/v1`. */
  baseURL?: string | undefined
  /** What fills a known provider's base URL, such as `{ resource: 'mine' }` for Azure. Default: its environment variables. */
  variables?: Readonly<Record<string, string>> | undefined
  /**
   * The key, or a function that gives it for each request, such as a token that rotates. Requests that come while
   * the function is busy share its answer. When the provider answers 401, it is asked once more, with `refresh`,
   * and the request is sent again if the key is another one. For Azure, what a function gives is sent as a bearer
   * token, so `getBearerTokenProvider` of `@azure/identity` fits as it is. Default: the environment variables of a
   * known provider, then Google's default credentials where the provider takes them.
   */
  apiKey?: string | GiveKey | undefined
  /**
   * For a provider whose requests are signed: AWS credentials, or a function that gives them for each request.
   * Default: AWS_ACCESS_KEY_ID and its companions, then the chain of `@aws-sdk/credential-providers`. A key wins.
   */
  credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined
  /** Sent with every request to this provider. */
  headers?: Readonly<Record<string, string>> | undefined
  /** What differs from the usual speaker of the format. */
  quirks?: Quirks | undefined
  /** For models of this provider: as the client's option. */
  dropUnsupported?: boolean | undefined
}

export interface ClientOptions {
  /** Aliases by name. They can be used wherever a model is named, in other aliases too. */
  models?: Readonly<Record<string, AliasOptions>> | undefined
  /** Providers by id, beside or over the known ones. */
  providers?: Readonly<Record<string, ProviderOptions>> | undefined
  /** Models tried after those that a call names. */
  fallbacks?: readonly string[] | undefined
  /** Further tries at each target; a number is `max`. Default 2, from 500 ms doubling to at most 30 s, with full jitter. */
  retries?: number | Partial<RetryPolicy> | undefined
  /** Time limits in milliseconds; a number is `total`. Default: total 600 000. */
  timeout?: number | TimeoutOptions | undefined
  /** Prices that are not in the table, or differ from it. */
  prices?: PriceOptions | undefined
  /**
   * Leave out, with a warning in `_meta.warnings`, what a target's format cannot say, instead of failing there
   * with an UnsupportedParameterError. The nearest word counts: the call's, the target's, its alias', its
   * provider's, then this one. Default false.
   */
  dropUnsupported?: boolean | undefined
  /** Used for every request. Default: the global `fetch` at the time of the request. */
  fetch?: typeof globalThis.fetch | undefined
}
