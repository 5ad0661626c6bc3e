/**
 * Modules that say themselves that they are there: a bundler has put them into the program, where nobody finds them, and the
 * plugin of `tracestitch/bundler` has added a line to each. It may run before `autolog()` or after it.
 */
import { guard } from '../kernel/guard.js'
import { sharedState } from '../kernel/state.js'

export interface BundledModule {
  /** Name of the npm package. */
  readonly package: string
  /** Subpath, such as `.` or `./client`. */
  readonly entry: string
  readonly format: 'esm' | 'cjs'
  readonly exports: unknown
}

/** Slot of the shared state: a list, or, once somebody listens, what has the same `push`. */
export const BUNDLED = 'autolog.bundled'

/** A program that reloads itself, as development servers do, says it again each time. */
const MOST_KEPT = 200

/** Gives what has been said so far, and what will be. The function given back ends it, for another one to begin. */
export function receiveBundled(take: (module: BundledModule) => void): () => void {
  const state = sharedState()
  const kept: BundledModule[] = []
  const push = (module: BundledModule): void => {
    if (kept.length >= MOST_KEPT) kept.shift()
    kept.push(module)
    guard('bundled', () => take(module))
  }
  const waiting = state.get(BUNDLED)
  state.set(BUNDLED, { push })
  if (Array.isArray(waiting)) for (const module of waiting as readonly BundledModule[]) push(module)
  return () => void state.set(BUNDLED, kept)
}
