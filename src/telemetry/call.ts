/**
 * A model call as telemetry sees it: one inference (or embeddings) span from start to end, whichever
 * layer makes the call. A call that starts inside another open one adds no span; what it learns from the
 * wire completes the outer span.
 */
import { context, type Attributes, type Context, type Span } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../kernel/hub.js'
import type { Mask } from './bounded.js'
import { InnerCall } from './inner-call.js'
import { OuterCall } from './outer-call.js'
import { scopeOf, type Layer } from './scope.js'
import type * as semconv from './semconv.js'

/** `other`: attributes, for a request that is neither chat nor embeddings. */
export type CallRequest =
  | { readonly chat: ChatRequest }
  | { readonly embeddings: EmbeddingsRequest }
  | { readonly other: Attributes }

/** What is known of an answer that is neither chat nor embeddings. */
export interface OtherAnswer {
  /** Empty when the provider gives none. */
  readonly id: string
  /** Empty when the provider does not say. */
  readonly model: string
  /** As in chat, as far as it is counted. */
  readonly usage?: Partial<Usage> | undefined
}

export type CallResponse =
  | { readonly chat: ChatCompletion }
  | { readonly embeddings: EmbeddingsResponse }
  | { readonly other: OtherAnswer }

export interface CallStart {
  readonly operation: semconv.Operation
  /** Value of `gen_ai.provider.name` unless the host says better. */
  readonly provider: string
  readonly model: string | undefined
  /**
   * The request in hub shape. A function is called once, only if the span records, with whether messages
   * are wanted; content is read at that moment, so later changes by the program do not show.
   */
  readonly request: CallRequest | ((content: boolean) => CallRequest | undefined) | undefined
  /** Where the client sends the request; gives `server.address` and `server.port`. */
  readonly baseURL: string | undefined
  readonly attributes?: Attributes
  /** Hides secrets that the provider's names and ids may quote. */
  readonly mask?: Mask | undefined
  /** Who makes the call. Default `framework`. */
  readonly layer?: Layer
  /** The layer gives its requests their trace headers itself. Default: they are added as the requests leave. */
  readonly injects?: boolean
  /** Parent; default the active context. */
  readonly parent?: Context
}

export interface CallEnd {
  /** The error that the caller gets. */
  readonly error?: unknown
}

export interface Call {
  /** Run the request in this context: it carries the span and the call's scope. */
  readonly context: Context
  readonly span: Span | undefined
  /** Whether what follows is worth computing. */
  readonly recording: boolean
  /** Whether messages are wanted, so that decoders read them. */
  readonly content: boolean
  readonly ended: boolean
  /**
   * The first piece of a streamed answer is there. Later calls cost nothing.
   *
   * @param at - When it came, as `performance.now()` tells time. Default: now.
   */
  chunk(at?: number): void
  headers(headers: Pick<Headers, 'forEach'>): void
  response(response: CallResponse): void
  /** Attributes that the decoders do not know of. */
  set(attributes: Attributes): void
  /** Ends the span. Only the first call counts. */
  end(outcome?: CallEnd): void
}

/** Starts a call, or joins the one that is open in the context. Never throws. */
export function startCall(start: CallStart): Call {
  const parent = start.parent ?? context.active()
  const scope = scopeOf(parent)
  const open = scope?.call as OuterCall | undefined
  if (scope && open && !open.ended && joins(start, open.start, scope.layer)) return new InnerCall(parent, open, start)
  return new OuterCall(parent, start)
}

const RANK: Record<Layer, number> = { framework: 2, sdk: 1, client: 0 }

/**
 * Whether a call inside an open one is that same call, seen from a layer below. A call of the same layer,
 * or of another kind, is one that the program makes on the way: an SDK call in a custom `fetch`, an
 * embedding for a cache. Frameworks wrap one another, so theirs are one call.
 */
function joins(start: CallStart, open: CallStart, openLayer: Layer = open.layer ?? 'framework'): boolean {
  const layer = start.layer ?? 'framework'
  if (kindOf(start.operation) !== kindOf(open.operation)) return false
  return RANK[layer] < RANK[openLayer] || (layer === 'framework' && openLayer === 'framework')
}

/** Layers differ in what they call a generation: one says `chat` where the other says `text_completion`. */
function kindOf(operation: semconv.Operation): string {
  return operation === 'text_completion' || operation === 'generate_content' ? 'chat' : operation
}
