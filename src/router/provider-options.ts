/** The options of providers. */
import type { FormatId, Quirks } from '../kernel/protocol.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { GiveKey } from './token-source.js'

/** Credentials of an AWS user or role. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Only temporary credentials have it. */
  readonly sessionToken?: string | undefined
}

/** A provider of your own, or changes to a known one. Fields that are left out keep the values of the known provider. */
export interface ProviderOptions {
  /** Wire format, or a list with the chat format first. Default for a new provider: `openai-chat`, with OpenAI's other formats and rerank. */
  protocol?: FormatId | readonly FormatId[] | undefined
  /** Address, without the path of the operation, such as `http://127.0.0.1:8080/v1`. */
  baseURL?: string | undefined
  /**
   * Values for a known provider's base URL, such as `{ resource: 'mine' }` for Azure. Default: its environment variables.
   */
  variables?: Readonly<Record<string, string>> | undefined
  /**
   * The key, or a function that returns it for each request, for tokens that rotate. Requests that come while the function
   * is busy share its result. When the provider answers 401, the function is called once more, with `refresh`, and the
   * request is sent again if the key has changed. For Azure, the result of a function is sent as a bearer token, so
   * `getBearerTokenProvider` of `@azure/identity` can be used directly. Default: the environment variables of a known
   * provider, then Google's default credentials where the provider takes them.
   */
  apiKey?: string | GiveKey | undefined
  /** Environment variable that holds the key, for options in a file, instead of `apiKey`. It is read when the client is made. */
  apiKeyEnv?: string | undefined
  /**
   * For a provider whose requests are signed: AWS credentials, or a function that returns them for each request. Default:
   * AWS_ACCESS_KEY_ID and the variables that go with it, then the chain of `@aws-sdk/credential-providers`. If there is a
   * key, it is used instead.
   */
  credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined
  /**
   * The models behind names of your own, such as those of deployments: `{ 'team-chat': 'gpt-5.4' }`. Traits and prices are
   * looked up by the model on the right. Requests and spans keep the name on the left.
   */
  bases?: Readonly<Record<string, string>> | undefined
  /** Sent with every request to this provider. */
  headers?: Readonly<Record<string, string>> | undefined
  /**
   * Response header with the cost of a call in USD, such as `x-litellm-response-cost` of a LiteLLM proxy. Default: that of
   * a known gateway. Costs in the headers of other providers are ignored.
   */
  costHeader?: string | undefined
  /** How the provider differs from others of the same format. */
  quirks?: Quirks | undefined
  /**
   * Time limits in milliseconds for models of this provider. They override those of the client; those of aliases, targets
   * and calls override them. `total` applies to each attempt there.
   */
  timeout?: TimeoutOptions | undefined
  /** As the client's option, for models of this provider. */
  dropUnsupported?: boolean | undefined
}
