/**
 * Open runs with an id, as a library reports them by hooks or on a channel. A child finds its parent here, the engine finds
 * the run of the active context, and a run that nobody ends is ended.
 */
import { context, type Context } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import { contextKey } from '../../telemetry/spans/context-key.js'
import { atExit } from '../../telemetry/spans/abandoned.js'

/** What a step, or a run of a library, returned or threw. */
export interface StepOutcome {
  readonly result?: unknown
  readonly error?: unknown
}

export type RunId = string | symbol

export interface RunStart<Facts, Outcome extends StepOutcome> {
  readonly id: RunId
  /** What the integration needs to know of the run later, for example when a child begins. */
  readonly facts: Facts
  /** A piece of the run's answer has come. */
  readonly chunk?: () => void
  /** Ends the run's span. */
  readonly finish: (outcome: Outcome | StepOutcome) => void
  /** Ends it when the library never reports its end. Default: `finish` with an empty outcome. */
  readonly abandoned?: () => void
}

export interface Run<Facts, Outcome extends StepOutcome = StepOutcome> extends RunStart<Facts, Outcome> {
  readonly parent: Run<Facts, Outcome> | undefined
  /** The context of the run's own work and of its children. */
  readonly context: Context
}

/** Runs that last as long as something else, such as a stream that is being read. */
export interface RunGroup {
  readonly runs: Set<RunId>
}

/** The most open runs of one library. When there are more, the oldest is ended: its end was never reported. */
const MOST = 10_000

const GROUP = contextKey('tracestitch.bridge.group')

/** `current`, in which the runs that begin belong to `group`. */
export function withGroup(current: Context, group: RunGroup): Context {
  return current.setValue(GROUP, group)
}

export function groupOf<Group extends RunGroup>(current: Context): Group | undefined {
  return current.getValue(GROUP) as Group | undefined
}

export class SpanBridge<Facts = undefined, Outcome extends StepOutcome = StepOutcome> {
  private readonly open = new Map<RunId, Run<Facts, Outcome>>()
  private readonly groups = new Map<RunId, RunGroup>()
  private readonly key: symbol
  private watchesExit = false

  /** @param name - Name of the library. */
  constructor(name: string) {
    this.key = contextKey(`tracestitch.run.${name}`)
  }

  /** How many runs are open. */
  get size(): number {
    return this.open.size
  }

  get(id: RunId | undefined): Run<Facts, Outcome> | undefined {
    return id === undefined ? undefined : this.open.get(id)
  }

  /** The parent context of a run that starts now. */
  parentContext(parentId: RunId | undefined): Context {
    return this.contextOf(parentId) ?? context.active()
  }

  /**
   * Context of an open run. `undefined` when the active context is already within the run: it may be deeper, for example when
   * the program has opened a span of its own.
   */
  contextOf(id: RunId | undefined): Context | undefined {
    const run = this.get(id)
    return run && context.active().getValue(this.key) !== run.id ? run.context : undefined
  }

  /** Whether `active` is within the run or a run below it. */
  isWithin(id: RunId, active: Context): boolean {
    for (let run = this.get(active.getValue(this.key) as RunId | undefined); run; run = run.parent)
      if (run.id === id) return true
    return false
  }

  /** @param current - The context of the run's span. @returns The context of what belongs to the run. */
  start(run: RunStart<Facts, Outcome>, parentId: RunId | undefined, current: Context): Context {
    // A program may choose the ids, and use one twice.
    this.forget(run.id)
    for (const [oldest] of this.open) {
      if (this.open.size < MOST) break
      this.forget(oldest)
    }
    const parent = this.get(parentId)
    const own = current.setValue(this.key, run.id)
    this.open.set(run.id, { ...run, parent, context: own })
    const group = groupOf(context.active())
    if (group && !(parent && group.runs.has(parent.id))) {
      group.runs.add(run.id)
      this.groups.set(run.id, group)
    }
    if (!this.watchesExit) {
      this.watchesExit = true
      atExit(() => this.forgetAll([...this.open.values()]))
    }
    return own
  }

  chunk(id: RunId): void {
    guard('bridge', () => this.open.get(id)?.chunk?.())
  }

  end(id: RunId, outcome: Outcome | StepOutcome): void {
    this.close(id, (run) => run.finish(outcome))
  }

  /** Ends a run whose end the library never reports. */
  forget(id: RunId): void {
    this.close(id, (run) => (run.abandoned ? run.abandoned() : run.finish({})))
  }

  /** Ends a run, after the open runs below it, the innermost first. */
  endWithin(id: RunId, outcome: Outcome | StepOutcome): void {
    this.forgetAll(this.below(new Set([id])).filter((run) => run.id !== id))
    this.end(id, outcome)
  }

  /** Ends the runs of a group and all runs below them, the innermost first. */
  abandon(group: RunGroup, error?: unknown): void {
    if (group.runs.size === 0) return
    const runs = this.below(group.runs)
    if (error === undefined) this.forgetAll(runs)
    else for (const run of runs.toReversed()) this.end(run.id, { error })
  }

  private below(roots: ReadonlySet<RunId>): Run<Facts, Outcome>[] {
    return [...this.open.values()].filter((run) => {
      for (let ancestor: Run<Facts, Outcome> | undefined = run; ancestor; ancestor = ancestor.parent)
        if (roots.has(ancestor.id)) return true
      return false
    })
  }

  private forgetAll(runs: readonly Run<Facts, Outcome>[]): void {
    for (const run of runs.toReversed()) this.forget(run.id)
  }

  private close(id: RunId, end: (run: Run<Facts, Outcome>) => void): void {
    const run = this.open.get(id)
    if (!run) return
    this.open.delete(id)
    this.groups.get(id)?.runs.delete(id)
    this.groups.delete(id)
    guard('bridge', () => end(run))
  }
}
