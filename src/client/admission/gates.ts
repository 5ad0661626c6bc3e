/** Which limits and budgets a call, and each of its attempts, must pass. */
import type { Clock } from '../../kernel/clock.js'
import { ConfigError } from '../../kernel/errors.js'
import type { Store } from '../../kernel/store.js'
import type { BudgetEvent } from '../../router/events.js'
import type { BudgetOptions, ScopedLimit, TargetLimits } from '../../router/options.js'
import type { TrackedTarget, Target } from '../../router/target.js'
import { Allowances, type Allowance } from './allowances.js'
import { Budgets } from './budgets.js'
import { Gate } from './gate.js'
import { compileScope, keyName, type CompiledScope, type ScopeFacts } from './scope.js'

/** How many gates are kept, such as those of single users. When there are more, idle ones are dropped. */
const MOST_KEPT = 4096

export interface GatesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
  readonly limits?: readonly ScopedLimit[] | undefined
  readonly budgets?: readonly BudgetOptions[] | undefined
  readonly tellBudget?: ((event: () => BudgetEvent) => void) | undefined
}

interface Limited {
  readonly scope: CompiledScope
  readonly limits: TargetLimits
  readonly waits: boolean
  readonly path: string
}

export class Gates {
  readonly budgets: Budgets
  private readonly options: GatesOptions
  /** Each call passes them once, whatever targets it tries. */
  private readonly ofCalls: readonly Limited[]
  /** Each attempt passes them. */
  private readonly ofAttempts: readonly Limited[]
  private readonly allowances = new Allowances()
  private readonly gates = new Map<string, Gate>()
  private sweepAt = MOST_KEPT

  /** @throws ConfigError for two limits or two budgets of one scope. */
  constructor(options: GatesOptions) {
    this.options = options
    const { store, clock, limits = [], budgets = [], tellBudget = () => undefined } = options
    const compiled = limits.map(compile)
    for (const [at, { scope, path }] of compiled.entries()) {
      const other = compiled.slice(0, at).find((before) => before.scope.id === scope.id)
      if (other) throw new ConfigError(path, `has the same scope as ${other.path}; merge the two`)
    }
    this.ofCalls = compiled.filter(({ scope }) => !scope.ofTarget)
    this.ofAttempts = compiled.filter(({ scope }) => scope.ofTarget)
    this.budgets = new Budgets({ budgets, store, clock, tell: tellBudget, allowances: this.allowances })
  }

  get store(): Store {
    return this.options.store
  }

  /** Whether limits hold for calls as a whole. */
  get limitCalls(): boolean {
    return this.ofCalls.length > 0 || this.allowances.any
  }

  /** Whether limits or budgets hold for attempts at the target. */
  limits(target: Target): boolean {
    return target.limits !== undefined || this.ofAttempts.length > 0 || this.budgets.any
  }

  forCall(facts: ScopeFacts): readonly Gate[] {
    const gates = this.scoped(this.ofCalls, facts)
    const held = this.allowances.of(facts)
    if (!held?.limits) return gates
    const { scope, limits, text } = held
    // Limits that were changed are another gate, which counts on.
    return [
      ...gates,
      ...scope.keys(facts).map((key) => this.gate(`calls${key}`, scope.name, limits, false, `calls${key} ${text}`)),
    ]
  }

  /** Always in the same order: two calls that each hold a gate never wait for the other's. */
  forAttempt(target: Target, facts: ScopeFacts): readonly Gate[] {
    const { id, limits } = target
    const scoped = this.scoped(this.ofAttempts, facts)
    return limits ? [...scoped, this.gate(id, id, limits, true)] : scoped
  }

  /** What the holder of a key may use, from its next call on. @throws ConfigError for a budget that cannot be counted. */
  allow(key: string, allowance: Allowance): void {
    this.allowances.set(key, allowance)
  }

  /** Lets the target's health read the free share of its rates, for strategies. */
  observe({ target, health }: TrackedTarget): void {
    const { id, limits } = target
    if (limits?.rpm === undefined && limits?.tpm === undefined) return
    health.headroomFrom = () => this.gate(id, id, limits, true).headroom
  }

  /** Stops renewing what is held: it expires. Waits until budgets are settled. */
  async close(): Promise<void> {
    for (const gate of this.gates.values()) gate.close()
    await this.budgets.close()
  }

  private scoped(limited: readonly Limited[], facts: ScopeFacts): readonly Gate[] {
    return limited.flatMap(({ scope, limits, waits, path }) =>
      scope
        .keys(facts)
        .map((key) => this.gate(`calls${key}`, `${path} (${keyName(key) || scope.name})`, limits, waits)),
    )
  }

  /** @param kept - The name under which it is kept. Default: its key in the store. */
  private gate(key: string, name: string, limits: TargetLimits, waits: boolean, kept = key): Gate {
    const known = this.gates.get(kept)
    if (known) return known
    const { store, clock, random } = this.options
    if (this.gates.size >= this.sweepAt) this.sweep()
    const gate = new Gate({ key, name, limits, waits, store, clock, random })
    this.gates.set(kept, gate)
    return gate
  }

  private sweep(): void {
    for (const [key, gate] of this.gates) if (gate.idle) this.gates.delete(key)
    // If most are in use, not every new gate must search all the others.
    this.sweepAt = Math.max(MOST_KEPT, 2 * this.gates.size)
  }
}

function compile({ scope, onLimit, ...limits }: ScopedLimit, index: number): Limited {
  return { scope: compileScope(scope), limits, waits: onLimit !== 'reject', path: `limits[${index}]` }
}
