/** The part of the contract for everything but model calls: tools, agents, MCP, stores, and hooks of frameworks. */
import type { Attributes } from '@opentelemetry/api'
import type { TraceContext } from '../telemetry/propagation/message-trace-context.js'
import type { RetrievedDocument, SpanSort } from '../telemetry/spans/step.js'
import type { SpanBridge, StepOutcome } from './calls/bridge.js'
import type { Args } from './call-contract.js'

export type { StepOutcome }

/** Declares what a patched method or function does. What these functions throw never reaches the program. */
export interface StepDeclaration {
  /** Kind of the step. It is part of the span name by the conventions, such as `execute_tool search`, except for `chain`. */
  readonly kind: SpanSort
  /** The span kind. Default `client` for a retriever and a memory, otherwise `internal`. */
  readonly span?: 'client' | 'server' | 'internal'
  readonly name: string | ((args: Args, self: unknown) => string)
  /** Attributes that are known when the step starts. */
  readonly attributes?: (args: Args, self: unknown) => Attributes
  /** Arguments of a tool. Recorded only if content is captured. */
  readonly input?: (args: Args, self: unknown) => unknown
  /** Result of a tool, from what the method returns. Recorded only if content is captured. */
  readonly output?: (result: unknown) => unknown
  /** The query of a retriever or a memory, as text. Recorded only if content is captured. */
  readonly query?: (args: Args, self: unknown) => unknown
  /** Attributes of the request that are content, such as a filter. Recorded as JSON, only if content is captured. */
  readonly parameters?: (args: Args, self: unknown) => Readonly<Record<string, unknown>>
  /** What is written to a memory. Recorded only if content is captured; `documents` of the result take its place. */
  readonly records?: (args: Args, self: unknown) => readonly RetrievedDocument[] | undefined
  /** What a retriever or a memory found. Recorded only if content is captured. */
  readonly documents?: (result: unknown) => readonly RetrievedDocument[] | undefined
  /** Whether it makes requests of its own. They carry trace context, and their host is that of the span. */
  readonly requests?: true
  /** Attributes from the outcome. */
  readonly outcomeAttributes?: (outcome: StepOutcome) => Attributes
  /** Value of `error.type`. May be set for a result too, if it says that the step failed. Default: from the error. */
  readonly errorType?: (outcome: StepOutcome) => string | undefined
  /**
   * The caller always handles a rejection. It then gets the promise itself, without a delay. Otherwise it gets another promise
   * of the same class, because watching the original aside would count as handling its rejection.
   */
  readonly awaited?: true
  /**
   * Address of the other side, for the option `propagate`; `undefined` if it is on this machine (a child process, a pipe). Only
   * used together with `inject`.
   */
  readonly peer?: (args: Args, self: unknown) => URL | undefined
  /** A copy of the arguments with trace context. The program's own objects are not changed. */
  readonly inject?: (args: Args, context: TraceContext) => readonly unknown[]
  /** The fields with trace context of a request that was made elsewhere, such as in another process. */
  readonly extract?: (args: Args) => unknown
  /**
   * Name of the tool that this step may be: a framework executes a tool, and the tool is a call of MCP. If a step of that tool
   * is open around this one, it gets the attributes, and no second span is made.
   */
  readonly joins?: (args: Args) => string | undefined
}

/** A declaration, or a function that returns it for one call. `undefined`: the call is no step. */
export type DeclaredStep = StepDeclaration | ((args: Args, self: unknown) => StepDeclaration | undefined)

/** Which handler a method looks up. The functions get the method's arguments and its `this`. */
export interface HandlerLookup {
  /** The table: a `Map` of functions. */
  readonly table: (self: unknown) => unknown
  /** Key of the handler in the table. */
  readonly key: (args: Args) => unknown
  /** What the handler does, from the arguments of the method. */
  readonly declared: (args: Args, self: unknown) => StepDeclaration
}

type AnyFunction = (...args: never[]) => unknown

/** The part of the patcher that is about steps. */
export interface StepPatcher {
  /**
   * Traces `holder[method]` as a step, from the call until its result has settled or its generator has ended. The program
   * gets the same promise class, result and error. @returns Whether the method was there.
   */
  step(holder: unknown, method: string, declared: DeclaredStep): boolean
  /** Traces a function as a step, for hooks that get functions. After `off()` it only calls `fn`. */
  asStep<F extends AnyFunction>(fn: F, declared: DeclaredStep): F
  /**
   * For a method that looks up a handler in a table and calls it later: traces the handler as a step. The handler is replaced
   * only during the lookup, so the program finds its own function in the table.
   */
  handler(holder: unknown, method: string, lookup: HandlerLookup): boolean
  /**
   * An object of a class that the package does not export, to get its prototype from. What `make` throws is in the report.
   * `make` must not start anything: no connection, no timer.
   */
  exemplar(make: () => unknown): object | undefined
  /**
   * For a framework that knows its current run: `current` returns its id. All spans that start there, those of SDKs included,
   * are children of that run of `bridge`. Until `off()`.
   */
  locate<Facts>(bridge: SpanBridge<Facts>, current: () => string | undefined): void
}
