/** The options of providers. */
import type { FormatId, Quirks } from '../kernel/protocol.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { GiveKey } from './token-source.js'

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
  /** Environment variable that holds the key, read when the client is made; instead of `apiKey`, for options that stand in a file. */
  apiKeyEnv?: string | undefined
  /**
   * For a provider whose requests are signed: AWS credentials, or a function that gives them for each request.
   * Default: AWS_ACCESS_KEY_ID and its companions, then the chain of `@aws-sdk/credential-providers`. A key wins.
   */
  credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined
  /**
   * Models behind names that say nothing, such as those of deployments: `{ 'team-chat': 'gpt-5.4' }`. What is known of a
   * model is asked for by this name: what it takes, its prices. The name itself is what is sent and what spans say.
   */
  bases?: Readonly<Record<string, string>> | undefined
  /** Sent with every request to this provider. */
  headers?: Readonly<Record<string, string>> | undefined
  /**
   * Response header with the cost of a call in USD, such as `x-litellm-response-cost` of a LiteLLM proxy, which is then
   * believed. Default: that of a known gateway; no other provider is believed in a header.
   */
  costHeader?: string | undefined
  /** What differs from the usual speaker of the format. */
  quirks?: Quirks | undefined
  /**
   * Time limits in milliseconds for models of this provider, over those of the client and under those of aliases, targets
   * and calls; `total` is that of each attempt there.
   */
  timeout?: TimeoutOptions | undefined
  /** For models of this provider: as the client's option. */
  dropUnsupported?: boolean | undefined
}
