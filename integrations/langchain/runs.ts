/** The open runs of LangChain. */
import { SpanBridge, type Run as BridgeRun, type RunGroup, type StepOutcome } from '../../src/autolog/contract.js'

export interface RunFacts {
  /** Name that `createAgent` has set on the run. LangChain passes it on to every run below. */
  readonly agent: string | undefined
  readonly integration: string | undefined
  readonly conversation: string | undefined
}

export interface Outcome extends StepOutcome {
  /** Whether the answer came from LangChain's cache. */
  readonly cached?: boolean
}

export type Run = BridgeRun<RunFacts, Outcome>

/** A stream that is being read, and the runs that last as long. */
export interface Watch extends RunGroup {
  readonly conversation: string | undefined
}

/** Shared by all copies of LangChain: a run of one copy may be the parent of another's. */
export const runs = new SpanBridge<RunFacts, Outcome>('langchain')
