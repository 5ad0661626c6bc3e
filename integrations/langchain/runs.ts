/**
 * LangChain's runs, from start to end. A run is known by its id only, so this is where a child finds its
 * parent, and where a run that nobody ends is ended.
 */
import { context, createContextKey, type Context } from '@opentelemetry/api'
import { guard } from '../../src/autolog/contract.js'

export interface Run {
  readonly id: string
  readonly parent: Run | undefined
  /** In which the run's own work happens, and its children start. */
  readonly context: Context
  /** Name that `createAgent` put on the run, which LangChain hands down to every run below. */
  readonly agent: string | undefined
  readonly integration: string | undefined
  readonly conversation: string | undefined
  readonly chunk?: () => void
  /** Receives what LangChain says at the end: an output, an error, or neither. */
  readonly finish: (outcome: Outcome) => void
}

export interface Outcome {
  readonly output?: unknown
  readonly error?: unknown
  /** The answer came out of LangChain's cache. */
  readonly cached?: boolean
}

/** A stream that is being read, and the runs that its reader keeps alive. */
export interface Watch {
  readonly runs: Set<string>
  readonly conversation: string | undefined
}

const RUN = createContextKey('tracestitch.langchain.run')
const WATCH = createContextKey('tracestitch.langchain.watch')

export const withWatch = (current: Context, watch: Watch): Context => current.setValue(WATCH, watch)
export const watchOf = (current: Context): Watch | undefined => current.getValue(WATCH) as Watch | undefined

export class Runs {
  private readonly open = new Map<string, Run>()
  private readonly watches = new Map<string, Watch>()

  get size(): number {
    return this.open.size
  }

  get(id: string | undefined): Run | undefined {
    return id === undefined ? undefined : this.open.get(id)
  }

  /** Context in which a run that starts now hangs. */
  parentContext(parentId: string | undefined): Context {
    return this.contextOf(parentId) ?? context.active()
  }

  /**
   * Context of an open run, unless the caller is in it already: then the active one is at least as deep,
   * as when the program has opened a span of its own in there.
   */
  contextOf(id: string | undefined): Context | undefined {
    const run = this.get(id)
    return run && context.active().getValue(RUN) !== run.id ? run.context : undefined
  }

  /** `current` is the context of the run's span; what runs in the context handed out belongs to the run. */
  start(
    run: Omit<Run, 'parent' | 'context' | 'conversation'> & { readonly conversation: string | undefined },
    parentId: string | undefined,
    current: Context,
  ): void {
    // A program may name its runs and use a name twice.
    this.end(run.id, {})
    const parent = this.get(parentId)
    this.open.set(run.id, { ...run, parent, context: current.setValue(RUN, run.id) })
    const watch = watchOf(context.active())
    if (watch && !(parent && watch.runs.has(parent.id))) {
      watch.runs.add(run.id)
      this.watches.set(run.id, watch)
    }
  }

  end(id: string, outcome: Outcome): void {
    const run = this.open.get(id)
    if (!run) return
    this.open.delete(id)
    this.watches.get(id)?.runs.delete(id)
    this.watches.delete(id)
    guard('langchain', () => run.finish(outcome))
  }

  /** Ends what a stream kept alive and everything below it, the innermost first. */
  abandon(watch: Watch, error?: unknown): void {
    if (watch.runs.size === 0) return
    const roots = new Set(watch.runs)
    const below = [...this.open.values()].filter((run) => {
      for (let ancestor: Run | undefined = run; ancestor; ancestor = ancestor.parent)
        if (roots.has(ancestor.id)) return true
      return false
    })
    for (const run of below.toReversed()) this.end(run.id, error === undefined ? {} : { error })
  }
}
