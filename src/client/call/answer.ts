/** The input and the answer of a call, for every operation. */
import type { Attributes } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import type { OtherAnswer } from '../../telemetry/spans/call.js'
import type * as semconv from '../../telemetry/semconv.js'
import type { OutputKind } from '../admission/output-kind.js'
import type { CallOptions } from '../types/options.js'

/** A request that the hub has a shape for. */
export type HubRequest =
  | { readonly chat: ChatRequest }
  | { readonly embeddings: EmbeddingsRequest; /** Vectors that need not be asked for. */ readonly known?: KnownVectors }

/** By `provider/model` that made them: vectors by the index of their input. Those of two models do not mix. */
export type KnownVectors = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>

/** A body of another shape than the hub's. */
export interface RequestBody {
  readonly request: object
  /** The part of it that is billed, if it is neither chat nor embeddings. */
  readonly made?: OutputKind | undefined
  /** Id of its format, if that is not the hub's or the one of the operation. */
  readonly format?: string | undefined
}

/** A request in place of the caller's. */
export interface Replacement {
  readonly request: HubRequest | undefined
  /** The same in the caller's format. Absent: it is written from `request`. */
  readonly body: RequestBody | undefined
}

/** The input of a call, as far as routing, limits and telemetry need it. */
export interface CallInput {
  readonly operation: semconv.OperationName
  readonly model: string
  readonly options: CallOptions
  /** `undefined` for an operation whose request telemetry does not read. */
  readonly request: HubRequest | undefined
  /** The caller's own body, if `request` does not hold all of it. */
  readonly body?: RequestBody | undefined
  /** Parses the content of an answer by the caller's schema object. @throws when it does not fit. */
  readonly readContent?: ((content: string) => unknown) | undefined
  readonly attributes?: Attributes
  /** Fields of the request whose names in the caller's format differ from the hub's. */
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** An answer, as far as it is counted. */
export type Answer = Meaning & {
  /** The body for the caller, without `_meta`, if it is not made from the meaning: the answer as it came. */
  readonly body?: object | undefined
}

type Meaning =
  | { readonly chat: ChatCompletion }
  | { readonly embeddings: EmbeddingsResponse }
  | { readonly other: OtherAnswer }
