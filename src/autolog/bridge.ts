/**
 * A framework that tells of its work by hooks: a run is known by its id only, so this is where a child finds its parent,
 * and where a run that nobody ends is ended.
 */
import { context, createContextKey, type Context } from '@opentelemetry/api'
import { guard } from '../telemetry/settings.js'
import { atExit } from '../telemetry/abandoned.js'

/** What a framework says at the end of a run: an output, an error, or neither. */
export interface RunOutcome {
  readonly output?: unknown
  readonly error?: unknown
}

export interface RunStart<Facts, Outcome extends RunOutcome> {
  readonly id: string
  /** What the integration wants to know of the run later, as when a child begins. */
  readonly facts: Facts
  /** A piece of the run's answer is there. */
  readonly chunk?: () => void
  /** Ends the run's span. */
  readonly finish: (outcome: Outcome | RunOutcome) => void
}

export interface Run<Facts, Outcome extends RunOutcome = RunOutcome> extends RunStart<Facts, Outcome> {
  readonly parent: Run<Facts, Outcome> | undefined
  /** In which the run's own work happens, and its children start. */
  readonly context: Context
}

/** Runs that something keeps alive, such as a stream that is being read. */
export interface RunGroup {
  readonly runs: Set<string>
}

/** Open runs of one framework; the oldest is ended when there are more, as one that was forgotten. */
const MOST = 10_000

const GROUP = createContextKey('tracestitch.bridge.group')

/** `current` with `group` as the keeper of the runs that begin in it. */
export function withGroup(current: Context, group: RunGroup): Context {
  return current.setValue(GROUP, group)
}

export function groupOf<Group extends RunGroup>(current: Context): Group | undefined {
  return current.getValue(GROUP) as Group | undefined
}

export class SpanBridge<Facts = undefined, Outcome extends RunOutcome = RunOutcome> {
  private readonly open = new Map<string, Run<Facts, Outcome>>()
  private readonly groups = new Map<string, RunGroup>()
  private readonly key: symbol
  private watchesExit = false

  /** @param name - Of the framework. */
  constructor(name: string) {
    this.key = createContextKey(`tracestitch.run.${name}`)
  }

  /** How many runs are open. */
  get size(): number {
    return this.open.size
  }

  get(id: string | undefined): Run<Facts, Outcome> | undefined {
    return id === undefined ? undefined : this.open.get(id)
  }

  /** Context in which a run that starts now hangs. */
  parentContext(parentId: string | undefined): Context {
    return this.contextOf(parentId) ?? context.active()
  }

  /**
   * Context of an open run, unless the caller is in it already: then the active one is at least as deep, as when the
   * program has opened a span of its own in there.
   */
  contextOf(id: string | undefined): Context | undefined {
    const run = this.get(id)
    return run && context.active().getValue(this.key) !== run.id ? run.context : undefined
  }

  /** Whether `active` lies in the run or in one below it. */
  isWithin(id: string, active: Context): boolean {
    for (let run = this.get(active.getValue(this.key) as string | undefined); run; run = run.parent)
      if (run.id === id) return true
    return false
  }

  /** `current` is the context of the run's span; what runs in the context handed out belongs to the run. */
  start(run: RunStart<Facts, Outcome>, parentId: string | undefined, current: Context): void {
    // A program may name its runs and use a name twice.
    this.end(run.id, {})
    for (const [oldest] of this.open) {
      if (this.open.size < MOST) break
      this.end(oldest, {})
    }
    const parent = this.get(parentId)
    this.open.set(run.id, { ...run, parent, context: current.setValue(this.key, run.id) })
    const group = groupOf(context.active())
    if (group && !(parent && group.runs.has(parent.id))) {
      group.runs.add(run.id)
      this.groups.set(run.id, group)
    }
    if (this.watchesExit) return
    this.watchesExit = true
    atExit(() => this.endAll([...this.open.values()], {}))
  }

  chunk(id: string): void {
    guard('bridge', () => this.open.get(id)?.chunk?.())
  }

  end(id: string, outcome: Outcome | RunOutcome): void {
    const run = this.open.get(id)
    if (!run) return
    this.open.delete(id)
    this.groups.get(id)?.runs.delete(id)
    this.groups.delete(id)
    guard('bridge', () => run.finish(outcome))
  }

  /** Ends a run, and what is still open below it, the innermost first. */
  endWithin(id: string, outcome: Outcome | RunOutcome): void {
    this.endAll(
      this.below(new Set([id])).filter((run) => run.id !== id),
      {},
    )
    this.end(id, outcome)
  }

  /** Ends what a group kept alive and everything below it, the innermost first. */
  abandon(group: RunGroup, error?: unknown): void {
    if (group.runs.size > 0) this.endAll(this.below(group.runs), error === undefined ? {} : { error })
  }

  private below(roots: ReadonlySet<string>): Run<Facts, Outcome>[] {
    return [...this.open.values()].filter((run) => {
      for (let ancestor: Run<Facts, Outcome> | undefined = run; ancestor; ancestor = ancestor.parent)
        if (roots.has(ancestor.id)) return true
      return false
    })
  }

  private endAll(runs: readonly Run<Facts, Outcome>[], outcome: RunOutcome): void {
    for (const run of runs.toReversed()) this.end(run.id, outcome)
  }
}
