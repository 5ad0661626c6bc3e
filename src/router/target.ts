/** Where a call can go. */
import type {
  ChatProtocol,
  EmbeddingsProtocol,
  PassthroughFormat,
  PassthroughId,
  ProtocolId,
  Quirks,
  RerankProtocol,
} from '../kernel/protocol.js'
import type { ProviderRow, TraceHeaders } from '../kernel/provider.js'

import type { TimeoutOptions } from '../policies/timeout.js'
import type { Health } from './health.js'
import type { Capability, TargetLimits } from './target-options.js'

/** A request as it will be sent, but for what may be set after signing. */
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
  /** Whose own endpoint it is, where that has a price of its own. */
  readonly region: string | undefined
  readonly quirks: Quirks
  /** Whether models of this provider leave out what the format cannot say; `undefined` when it does not say. */
  readonly dropUnsupported: boolean | undefined
  /** Of attempts at models of this provider, over those of the client. */
  readonly timeout?: TimeoutOptions | undefined
  /** Without authentication. */
  readonly headers: Readonly<Record<string, string>>
  /** Fields that every request to it carries, where the call does not say them; `undefined` when there are none. */
  readonly body: Readonly<Record<string, string>> | undefined
  /** Response headers that identify an answer, best first, before `x-request-id`. */
  readonly idHeaders: readonly string[]
  /** Those of a gateway, which identify the call where nothing else does. */
  readonly gatewayIdHeaders: readonly string[]
  /** Response header with the cost of the call in USD; only such a provider is believed in headers. */
  readonly costHeader: string | undefined
  /** Response header that names the class of an error. */
  readonly errorTypeHeader: string | undefined
  /** What its error codes mean that are numbers. */
  readonly errorCodes: ProviderRow['errorCodes']
  /** A gateway's own request headers for the caller's trace. */
  readonly traceHeaders: TraceHeaders | undefined
  /** The format for chat with most of its models; `undefined` when it has none. */
  readonly chat: ChatProtocol | undefined
  /** The format for chat with a model, by its name; `undefined` when there is none; a text says which name to write instead of one that no model has. */
  chatFor(model: string): ChatProtocol | string | undefined
  /** The format for embeddings of a model; `undefined` when it has none. */
  embeddingsFor(model: string): EmbeddingsProtocol | undefined
  /** The format for ordering documents; `undefined` when it has none. */
  readonly rerank: RerankProtocol | undefined
  /** For messages: which codecs would have it speak more formats. Empty when it has them all. */
  readonly unspoken: string
  /** The format `id`, when this provider takes it as it is. */
  passthrough(id: PassthroughId): PassthroughFormat | undefined
  /** What the caller says of models whose names say nothing, by name. */
  readonly bases: Readonly<Record<string, string>> | undefined
  /**
   * Another format for chat than `chat`, for a model that is served there alone: its codec; in words why it may not be
   * used or is not at hand; `undefined` where the provider has none such.
   */
  otherwise(id: ProtocolId, model: string): ChatProtocol | string | undefined
  /** The codec of `id`, when this provider speaks it of a model. */
  speaks(id: ProtocolId, model: string): ChatProtocol | undefined
  /**
   * Header name and value of the key; `undefined` when none is needed.
   *
   * @param refresh - The provider refused what was given last. Means nothing unless {@link renewable}.
   * @throws ConfigError when a key or a part of the base URL is needed and there is none.
   */
  authorize(
    refresh?: boolean,
  ): Promise<readonly [name: string, value: string] | undefined> | readonly [name: string, value: string] | undefined
  /** Whether {@link authorize} asks for a key, and so may give another one. */
  readonly renewable: boolean
  /** Headers that prove who asks, for a provider that has no key but signs each request; `undefined` for all others. */
  readonly sign: ((request: SignableRequest) => Promise<Readonly<Record<string, string>>>) | undefined
  /** Whether a key or credentials are at hand; `false` when they would have to be looked for. */
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
  /** Name as the provider knows it. */
  readonly model: string
  /** Name of the model behind it, by which its traits and prices are known. */
  readonly base?: string | undefined
  readonly provider: PlannedProvider
  readonly facts: TargetFacts
  /** Over those of the client. */
  readonly timeout?: TimeoutOptions | undefined
  readonly limits?: TargetLimits | undefined
  /** Fields of the body that differ here. */
  readonly params?: Readonly<Record<string, unknown>> | undefined
  /** What the target or its alias says of {@link PlannedProvider.dropUnsupported}, before the provider. */
  readonly dropUnsupported?: boolean | undefined
}

/** A target and what is known of it as calls go by. */
export interface Holding {
  readonly target: Target
  readonly health: Health
}
