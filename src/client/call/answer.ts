/** What a call is asked with, and what its answer came to, whatever its operation. */
import type { Attributes } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import type { OtherAnswer } from '../../telemetry/call.js'
import type * as semconv from '../../telemetry/semconv.js'
import type { OutputKind } from '../admission/output-kind.js'
import type { CallOptions } from '../types/options.js'

/** A request that the hub has a shape for. */
export type HubRequest = { readonly chat: ChatRequest } | { readonly embeddings: EmbeddingsRequest }

/** A body of another shape than the hub's. */
export interface RequestBody {
  readonly request: object
  /** What is billed of it, where it is neither chat nor embeddings. */
  readonly made?: OutputKind | undefined
}

/** What a call is asked with, as far as routing, limits and telemetry care. */
export interface CallInput {
  readonly operation: semconv.OperationName
  readonly model: string
  readonly options: CallOptions
  /** `undefined` for an operation of which telemetry reads no request. */
  readonly request: HubRequest | undefined
  /** The caller's own body, where `request` is not all of it. */
  readonly body?: RequestBody | undefined
  /** Reads the content of an answer by the schema that the caller gave as such. @throws when it does not fit. */
  readonly readContent?: ((content: string) => unknown) | undefined
  readonly attributes?: Attributes
  /** Fields of the request that the caller's format calls otherwise than the hub. */
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** What an answer came to. */
export type Answer = Meaning & {
  /** What the caller gets beside `_meta`, where it is not made of the meaning: the answer as it came. */
  readonly body?: object | undefined
}

type Meaning =
  | { readonly chat: ChatCompletion }
  | { readonly embeddings: EmbeddingsResponse }
  | { readonly other: OtherAnswer }
