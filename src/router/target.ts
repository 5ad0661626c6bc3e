/** A target, and its provider. */
import type {
  ChatProtocol,
  EmbeddingsProtocol,
  PassthroughFormat,
  PassthroughId,
  ProtocolId,
  Quirks,
  DecisionsProtocol,
  RerankProtocol,
} from '../kernel/protocol.js'
import type { ProviderRow, TraceHeaders } from '../kernel/provider.js'

import type { TimeoutOptions } from '../policies/timeout.js'
import type { Health } from './health.js'
import type { Capability, TargetLimits } from './target-options.js'

/** A request as it will be sent, except for what may be set after signing. */
export interface SignableRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string | Uint8Array<ArrayBuffer>
}

export interface PlannedProvider {
  readonly id: string
  /** Value of `gen_ai.provider.name`. */
  readonly telemetryName: string
  /** Without a trailing slash. */
  readonly baseURL: string
  /** The region of the endpoint, if it has a price of its own. */
  readonly region: string | undefined
  readonly quirks: Quirks
  /** Whether models of this provider leave out what the format cannot say; `undefined` when it does not say. */
  readonly dropUnsupported: boolean | undefined
  /** Time limits of attempts at this provider; they override those of the client. */
  readonly timeout?: TimeoutOptions | undefined
  /** Without authentication. */
  readonly headers: Readonly<Record<string, string>>
  /** Fields of every request to it, unless the call sets them; `undefined` when there are none. */
  readonly body: Readonly<Record<string, string>> | undefined
  /** Response headers that identify an answer, best first, before `x-request-id`. */
  readonly idHeaders: readonly string[]
  /** Headers of a gateway that identify the call if nothing else does. */
  readonly gatewayIdHeaders: readonly string[]
  /** Response header with the cost of the call in USD; costs in other headers are ignored. */
  readonly costHeader: string | undefined
  /** Response header that names the class of an error. */
  readonly errorTypeHeader: string | undefined
  /** The meaning of its numeric error codes. */
  readonly errorCodes: ProviderRow['errorCodes']
  /** A gateway's own request headers for the caller's trace. */
  readonly traceHeaders: TraceHeaders | undefined
  /** The format for chat with most of its models; `undefined` when it has none. */
  readonly chat: ChatProtocol | undefined
  /** The chat format of a model, by its name; `undefined` when there is none; a string says which name to write if no model has this one. */
  chatFor(model: string): ChatProtocol | string | undefined
  /** The format for embeddings of a model; `undefined` when it has none. */
  embeddingsFor(model: string): EmbeddingsProtocol | undefined
  /** The format for ordering documents; `undefined` when it has none. */
  readonly rerank: RerankProtocol | undefined
  /** The format for typed questions; `undefined` when it has none. */
  readonly decisions: DecisionsProtocol | undefined
  /** For messages: the codecs that would add formats. Empty when it has them all. */
  readonly unspoken: string
  /** The format `id`, when this provider takes it as it is. */
  passthrough(id: PassthroughId): PassthroughFormat | undefined
  /** The caller's `bases`, by name. */
  readonly bases: Readonly<Record<string, string>> | undefined
  /**
   * Another chat format than `chat`, for a model that is served only there: its codec; or a string that says why it cannot
   * be used; `undefined` if the provider does not have it.
   */
  otherwise(id: ProtocolId, model: string): ChatProtocol | string | undefined
  /** The codec of `id`, if this provider speaks it for a model. */
  speaks(id: ProtocolId, model: string): ChatProtocol | undefined
  /**
   * Header name and value of the key; `undefined` when none is needed.
   *
   * @param refresh - The provider refused the last key. Ignored unless {@link renewable}.
   * @throws ConfigError when a key or a part of the base URL is needed and there is none.
   */
  authorize(
    refresh?: boolean,
  ): Promise<readonly [name: string, value: string] | undefined> | readonly [name: string, value: string] | undefined
  /** Whether {@link authorize} calls a function for the key, and so may return another one. */
  readonly renewable: boolean
  /** Headers of the signature, for a provider whose requests are signed; `undefined` for all others. */
  readonly sign: ((request: SignableRequest) => Promise<Readonly<Record<string, string>>>) | undefined
  /** Whether there is a key or credentials; `false` when they would have to be looked up. */
  readonly ready: boolean
  /** Why {@link authorize} would throw, known beforehand. */
  readonly missing: string | undefined
}

/** What is known of a target beforehand. */
export interface TargetFacts {
  readonly region?: string | undefined
  /** Tokens of input and output together. */
  readonly contextWindow?: number | undefined
  readonly capabilities?: Readonly<Partial<Record<Capability, boolean>>> | undefined
}

export interface Target {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly id: string
  /** The model's name at the provider. */
  readonly model: string
  /** Name of the model behind it, for traits and prices. */
  readonly base?: string | undefined
  readonly provider: PlannedProvider
  readonly facts: TargetFacts
  /** They override those of the client. */
  readonly timeout?: TimeoutOptions | undefined
  readonly limits?: TargetLimits | undefined
  /** Fields of the body that are set or changed here. */
  readonly params?: Readonly<Record<string, unknown>> | undefined
  /** The setting of the target or its alias; it overrides {@link PlannedProvider.dropUnsupported}. */
  readonly dropUnsupported?: boolean | undefined
}

/** A target and its health. */
export interface TrackedTarget {
  readonly target: Target
  readonly health: Health
}
