/** Limits and budgets for the calls of a scope, whichever targets serve them. */

/**
 * The calls that a limit or budget is for: those that fit every field that is given; `{}` is all calls. `'*'` counts each
 * value separately: `{ user: '*' }` counts every user by itself, and does not apply to calls that name none. `client`,
 * `user`, `key` and `tag` come from the call's metadata (`metadata.client`, `.user`, `.key`, `.tags`).
 */
export interface Scope {
  client?: string | undefined
  /** The alias that a call names. */
  alias?: string | undefined
  /** Id of the provider that serves the call. */
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
  /** Requests in any 60 seconds, whenever those begin; all of them may come at once. */
  rpm?: number | undefined
  /** Tokens in any 60 seconds, input and output together: as estimated, then as the answer says. */
  tpm?: number | undefined
  /** Calls at once. */
  concurrent?: number | undefined
  /** Calls that may wait for one of `concurrent` places; one more is refused. Default 100. */
  queue?: number | undefined
  /** Whether a call at the limit waits for its turn, or is refused with a LimitError that says when there is room. Default `wait`. */
  onLimit?: 'wait' | 'reject' | undefined
}

/**
 * What the calls of a scope may cost or use in a period. Exactly one of `usd` and `tokens`; for both, write two budgets.
 */
export interface BudgetOptions {
  /** Default: all calls. */
  scope?: Scope | undefined
  /** US dollars. */
  usd?: number | undefined
  /** Tokens, input and output together. */
  tokens?: number | undefined
  per: 'minute' | 'hour' | 'day' | 'week' | 'month'
  /**
   * `calendar`: starts again with each minute, hour, day, week (on Monday) or month of UTC. `rolling`: the period that ends
   * now. Default `calendar`.
   */
  window?: 'calendar' | 'rolling' | undefined
  /** Whether a call that would exceed the budget is refused. `false`: the hook `onBudget` only reports it. Default true. */
  hard?: boolean | undefined
  /** Share of the budget, 0 to 1, at which `onBudget` is first called. Default 0.8. */
  warnAt?: number | undefined
}
