/** Options of a target that the router reads during calls. */

/** Limits of one target. A target at its limit is skipped while another can serve. */
export interface TargetLimits {
  /** Requests in any 60 seconds, whenever those begin; all of them may come at once. Each try counts. */
  rpm?: number | undefined
  /** Tokens in any 60 seconds, input and output together: as estimated, then as the answer says. */
  tpm?: number | undefined
  /** Calls at once. Further ones wait, by priority. */
  concurrent?: number | undefined
  /** Calls that may wait for one of `concurrent` places; one more is refused. Default 100. */
  queue?: number | undefined
}

/** What a model can support, as far as routing depends on it. A capability that is left out is assumed. */
export type Capability = 'vision' | 'audio' | 'files' | 'tools' | 'json_schema'
