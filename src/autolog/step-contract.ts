/** The half of the contract that is no model call: tools, agents, MCP and stores, and the hooks that frameworks offer. */
import type { Attributes } from '@opentelemetry/api'
import type { TraceContext } from '../telemetry/message-trace-context.js'
import type { RetrievedDocument, SpanSort } from '../telemetry/step.js'
import type { SpanBridge, StepOutcome } from './bridge.js'
import type { Args } from './call-contract.js'

export type { StepOutcome }

/** Declares what a patched method, or a function, does. All readers run guarded: what they throw never reaches the program. */
export interface StepDeclaration {
  /** What the step is: names its span by the conventions, such as `execute_tool search`. A `chain` is named as it is. */
  readonly kind: SpanSort
  /** Side of the exchange that the span shows. Default `client` for a retriever and a memory, otherwise `internal`. */
  readonly span?: 'client' | 'server' | 'internal'
  readonly name: string | ((args: Args, self: unknown) => string)
  /** Attributes that are known when the step starts. */
  readonly attributes?: (args: Args, self: unknown) => Attributes
  /** Arguments of a tool; recorded only where content is wanted. */
  readonly input?: (args: Args, self: unknown) => unknown
  /** Result of a tool, from what the method gives; recorded only where content is wanted. */
  readonly output?: (result: unknown) => unknown
  /** What a retriever or a memory is asked, in words; recorded only where content is wanted. */
  readonly query?: (args: Args, self: unknown) => unknown
  /** Attributes of the request that are content, such as a filter: recorded as JSON, and only where content is wanted. */
  readonly parameters?: (args: Args, self: unknown) => Readonly<Record<string, unknown>>
  /** What a retriever or a memory found; recorded only where content is wanted. */
  readonly documents?: (result: unknown) => readonly RetrievedDocument[] | undefined
  /** It makes requests of its own: they carry trace context, and tell where the server is. */
  readonly requests?: true
  /** Attributes of what came of it. */
  readonly outcomeAttributes?: (outcome: StepOutcome) => Attributes
  /** Value of `error.type`, also for a result that says it failed. Default: what the error says; a result is no failure. */
  readonly errorType?: (outcome: StepOutcome) => string | undefined
  /**
   * Whoever calls it handles a promise that fails: it gets the promise itself, and what it does next does not come a moment
   * later for us. Without it, a promise of the same class stands in for the promise, since to look at that from the side
   * would count as handling it.
   */
  readonly awaited?: true
  /**
   * Where the other side is, for the rule of `propagate`: an address, or `undefined` for one on this machine (a child
   * process, a pipe). Only asked when there is an `inject`.
   */
  readonly peer?: (args: Args, self: unknown) => URL | undefined
  /** The arguments with trace context in them, as a copy: the program's own objects stay as they are. */
  readonly inject?: (args: Args, context: TraceContext) => readonly unknown[]
  /** The fields that carry trace context, of a request that was made elsewhere, in another process perhaps. */
  readonly extract?: (args: Args) => unknown
  /**
   * Name of the tool that this step may be, seen from a layer below: a framework executes the tool, which lies behind
   * MCP. Where a step of that tool is open around, it gets the attributes, and no span is made beside it.
   */
  readonly joins?: (args: Args) => string | undefined
}

/** A declaration, or what chooses one by the call; `undefined`: this call is no step. */
export type DeclaredStep = StepDeclaration | ((args: Args, self: unknown) => StepDeclaration | undefined)

/** Which handler a method looks up. Readers get the method's arguments and its `this`. */
export interface HandlerLookup {
  /** The table: a `Map` of functions. */
  readonly table: (self: unknown) => unknown
  /** Key of the handler in the table. */
  readonly key: (args: Args) => unknown
  /** What the handler does; it is told by the arguments of the method. */
  readonly declared: (args: Args, self: unknown) => StepDeclaration
}

type AnyFunction = (...args: never[]) => unknown

/** The part of the patcher that is about steps. */
export interface StepPatcher {
  /**
   * Makes `holder[method]` a step: a span from the call until its result has settled or its generator has ended, and
   * the same promise class, result and error. Nothing happens when the method is not there.
   */
  step(holder: unknown, method: string, declared: DeclaredStep): boolean
  /** A function that is a step, for hooks that are handed functions. After `off()` it only calls `fn`. */
  asStep<F extends AnyFunction>(fn: F, declared: DeclaredStep): F
  /**
   * For a method that looks a handler up in a table, at once, and calls it later: the handler is a step. It is replaced only
   * for the length of the look-up, so that the program finds its own function in the table.
   */
  handler(holder: unknown, method: string, lookup: HandlerLookup): boolean
  /**
   * An object of a class that the package does not export, to reach its prototype with. What `make` throws is caught and
   * said in the report. `make` may not start anything: no connection, no timer.
   */
  exemplar(make: () => unknown): object | undefined
  /**
   * Lets a framework that knows its current run say so: `current` gives its id, and what starts there, calls of SDKs
   * included, hangs below that run of `bridge`. Until `off()`.
   */
  locate<Facts>(bridge: SpanBridge<Facts>, current: () => string | undefined): void
}
