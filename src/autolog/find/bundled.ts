/**
 * Modules that announce themselves. A bundler has put them into the program, where they cannot be found, and the plugin of
 * `tracestitch/bundler` has added a line to each. That line may run before `autolog()` or after it.
 */
import { guard } from '../../kernel/guard.js'
import { sharedState } from '../../kernel/state.js'

export interface BundledModule {
  /** Name of the npm package. */
  readonly package: string
  /** Subpath, such as `.` or `./client`. */
  readonly entry: string
  readonly format: 'esm' | 'cjs'
  readonly exports: unknown
}

/** Key in the shared state: a list, or, once an engine listens, an object with the same `push`. */
export const BUNDLED = 'autolog.bundled'

/** The most that are kept. A program that reloads itself, as development servers do, announces its modules each time. */
const MOST_KEPT = 200

/** Calls `take` for each module that was or will be announced. @returns A function that stops this, for another engine to start. */
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
