/** Runs the hooks of a client. */
import type {
  AttemptEvent,
  BudgetEvent,
  CacheEvent,
  FallbackEvent,
  GuardrailEvent,
  HookOptions,
  RecoverEvent,
  CooldownEvent,
} from '../router/events.js'
import { countFault, isThenable } from '../kernel/guard.js'
import { warnOnce } from '../telemetry/warn.js'

interface Events {
  onAttempt: AttemptEvent
  onFallback: FallbackEvent
  onCooldown: CooldownEvent
  onRecover: RecoverEvent
  onBudget: BudgetEvent
  onCache: CacheEvent
  onGuardrail: GuardrailEvent
}

type HookMap = { readonly [Name in keyof Events]?: ((event: Events[Name]) => unknown) | undefined }

export class Hooks {
  private readonly hooks: HookMap

  constructor(hooks: HookOptions = {}) {
    // Later changes of the program's object have no effect.
    this.hooks = Object.freeze({ ...hooks })
  }

  /** Never throws. `event` is called only if there is such a hook. */
  tell<Name extends keyof Events>(name: Name, event: () => Events[Name]): void {
    const hook: HookMap[Name] = this.hooks[name]
    if (!hook) return
    const report = (): void => {
      countFault(`hooks.${name}`)
      // The thrown value is not shown: it may contain a secret.
      warnOnce(`the hook \`hooks.${name}\` of a client failed; calls go on without it. Reported once.`)
    }
    try {
      const told = event()
      Object.freeze(told)
      const result = hook(told)
      if (isThenable(result)) result.then(undefined, report)
    } catch {
      report()
    }
  }
}
