/** What is known of a run of LangChain while it is open. */
import { SpanBridge, type Run as BridgeRun, type RunGroup, type StepOutcome } from '../../src/autolog/contract.js'

export interface RunFacts {
  /** Name that `createAgent` put on the run, which LangChain hands down to every run below. */
  readonly agent: string | undefined
  readonly integration: string | undefined
  readonly conversation: string | undefined
}

export interface Outcome extends StepOutcome {
  /** The answer came out of LangChain's cache. */
  readonly cached?: boolean
}

export type Run = BridgeRun<RunFacts, Outcome>

/** A stream that is being read, and the runs that its reader keeps alive. */
export interface Watch extends RunGroup {
  readonly conversation: string | undefined
}

/** One for all copies of LangChain: a run of one copy may be the parent of another's. */
export const runs = new SpanBridge<RunFacts, Outcome>('langchain')
