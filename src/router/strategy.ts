/** The contract of a routing strategy. */
import type { Target } from './target.js'

/** What a strategy may know of the call that it orders targets for. */
export interface RoutedCall {
  /** The model string as the caller wrote it. */
  readonly model: string
}

export interface Strategy {
  readonly id: string
  /** The targets in the order in which to try them: each at most once, none added. */
  order(targets: readonly Target[], call: RoutedCall): readonly Target[]
}
