/** Options that hold for calls of a scope, whatever targets serve them: limits and budgets. */

/**
 * Which calls something holds for: those for which every field that is given fits; `{}` is all calls. `'*'` means
 * each value by itself: `{ user: '*' }` counts every user apart, and does not hold for calls that name none.
 * `client`, `user`, `key` and `tag` are of the call's metadata (`metadata.client`, `.user`, `.key`, `.tags`).
 */
export interface Scope {
  client?: string | undefined
  /** The alias that a call names. */
  alias?: string | undefined
  /** Id of the provider that serves. */
  provider?: string | undefined
  /** `provider/model`. */
  model?: string | undefined
  user?: string | undefined
  key?: string | undefined
  /** One of the call's tags. */
  tag?: string | undefined
}

/** Limits of all calls of a scope together. At least one of `rpm`, `tpm` and `concurrent`. */
export interface ScopedLimit {
  /** Default: all calls. */
  scope?: Scope | undefined
  /** Requests in any 60 seconds, wherever those begin; as many may come at once. */
  rpm?: number | undefined
  /** Tokens in any 60 seconds, input and output together: as estimated, then as the answer says. */
  tpm?: number | undefined
  /** Calls at once. */
  concurrent?: number | undefined
  /** Calls that may wait for one of `concurrent` places; one more is refused. Default 100. */
  queue?: number | undefined
  /** A call at the limit waits for its turn, or is refused with a LimitError that says when there is room. Default `wait`. */
  onLimit?: 'wait' | 'reject' | undefined
}

/** What the calls of a scope may cost or use in a time. Exactly one of `usd` and `tokens`; for both, write two budgets. */
export interface BudgetOptions {
  /** Default: all calls. */
  scope?: Scope | undefined
  /** US dollars. */
  usd?: number | undefined
  /** Tokens, input and output together. */
  tokens?: number | undefined
  per: 'minute' | 'hour' | 'day' | 'week' | 'month'
  /** `calendar`: begins anew with each minute, hour, day, week (on Monday) or month of UTC. `rolling`: the time up to now. Default `calendar`. */
  window?: 'calendar' | 'rolling' | undefined
  /** Whether a call that would go over it is refused. `false`: it is only told, by the hook `onBudget`. Default true. */
  hard?: boolean | undefined
  /** Share of the budget, 0 to 1, at which `onBudget` is told first. Default 0.8. */
  warnAt?: number | undefined
}
