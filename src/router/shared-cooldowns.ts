/** Cooldowns that processes share: when one process sees a target fail, the others need not. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import type { Fact, Store } from '../kernel/store.js'
import { verdictOf } from '../policies/cooldown.js'
import type { ErrorClass } from '../policies/classify-error.js'
import { warnOnce } from '../telemetry/warn.js'
import type { CooldownEvent } from './events.js'
import type { TrackedTarget } from './target.js'

const SPACE = 'cooldowns'
/** Milliseconds between two reads of the shared cooldowns. */
const REFRESH = 250

export interface SharedCooldownsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly targets: () => readonly TrackedTarget[]
  /** A target cools down because of another process. */
  readonly onCooldown?: (event: CooldownEvent) => void
}

/** No call waits for the store here. Without it, the breakers of this process still work. */
export class SharedCooldowns {
  private readonly options: SharedCooldownsOptions
  private readonly own = crypto.randomUUID()
  /** The cooldown that was last written or read, by target. Each is applied once, or it would outlive a recovery. */
  private readonly known = new Map<string, string>()
  private refreshAt = 0
  private refreshing = false
  private published = 0
  private missed = 0

  constructor(options: SharedCooldownsOptions) {
    this.options = options
  }

  /** Operations in which the store failed. */
  get failures(): number {
    return this.missed
  }

  /** A call begins: reads new cooldowns, unless that was just done. */
  refresh(): void {
    const { store, clock } = this.options
    if (!store.shared || this.refreshing) return
    const now = clock.now()
    if (now < this.refreshAt) return
    this.refreshAt = now + REFRESH
    this.refreshing = true
    this.background(async () => {
      try {
        this.apply(await store.facts(SPACE))
      } finally {
        this.refreshing = false
      }
    })
  }

  /** An attempt has ended. @param cooldown - The cooldown that begins now, if one does: its milliseconds and the failure. */
  settled(
    { target, health }: TrackedTarget,
    cooldown: number | undefined,
    after: CooldownEvent['after'] = 'unknown',
  ): void {
    const { store } = this.options
    if (!store.shared) return
    const { id } = target
    if (cooldown !== undefined && cooldown > 0) {
      this.published += 1
      const value = `${this.own} ${this.published} ${after}`
      this.known.set(id, value)
      this.background(() => store.put(SPACE, id, value, cooldown))
    } else if (this.known.has(id) && health.state === 'closed') {
      this.known.delete(id)
      // Processes that start later need not cool down.
      this.background(() => store.remove(SPACE, id))
    }
  }

  private apply(facts: readonly Fact[]): void {
    const fresh = new Map(
      facts.filter(({ name, value }) => this.known.get(name) !== value).map((fact) => [fact.name, fact]),
    )
    if (fresh.size === 0) return
    const now = this.options.clock.now()
    for (const { target, health } of this.options.targets()) {
      const fact = fresh.get(target.id)
      if (!fact) continue
      this.known.set(target.id, fact.value)
      const [from, , after] = fact.value.split(' ')
      if (from === this.own) continue
      const ms = fact.expiresInMs
      // A cooldown without an end would last for ever.
      if (!Number.isFinite(ms)) continue
      if (!health.breaker.coolDownUntil(now + ms)) continue
      this.options.onCooldown?.({
        target: target.id,
        provider: target.provider.id,
        after: knownClass(after),
        ms,
        from: 'shared',
      })
    }
  }

  private background(operation: () => unknown): void {
    const failed = (error: unknown): void => {
      this.missed += 1
      // A store that is down reports it itself. One that cannot work at all must be reported here, as no call fails because of it.
      if (error instanceof ConfigError) warnOnce(error.message)
    }
    void (async () => operation())().catch(failed)
  }
}

/** Another version of this package may write classes that this one does not know. */
function knownClass(after: string | undefined): CooldownEvent['after'] {
  const isKnown = after === 'slow' || verdictOf(after as ErrorClass) === 'failure'
  return isKnown ? (after as CooldownEvent['after']) : 'unknown'
}
