/** Cooldowns that processes share: where one process found a target failing, the others do not have to. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import type { Fact, Store } from '../kernel/store.js'
import { verdictOf } from '../policies/cooldown.js'
import type { ErrorClass } from '../policies/classify-error.js'
import { warnOnce } from '../telemetry/warn.js'
import type { CooldownEvent } from './events.js'
import type { Holding } from './target.js'

const SPACE = 'cooldowns'
/** Milliseconds between two looks at what the others have found. */
const REFRESH = 250

export interface SharedCooldownsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly targets: () => readonly Holding[]
  /** A target cools down because another process said so. */
  readonly onCooldown?: (event: CooldownEvent) => void
}

/** No call waits for the store here. What it cannot say, the breakers of this process find out by themselves. */
export class SharedCooldowns {
  private readonly options: SharedCooldownsOptions
  private readonly own = crypto.randomUUID()
  /** By target: the cooldown that was last told or learnt. Each is applied once, or it would outlive a recovery. */
  private readonly known = new Map<string, string>()
  private refreshAt = 0
  private refreshing = false
  private published = 0
  private missed = 0

  constructor(options: SharedCooldownsOptions) {
    this.options = options
  }

  /** Operations that the store failed. */
  get failures(): number {
    return this.missed
  }

  /** A call begins: learns what is new, when it was not done just now. */
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

  /** An attempt has ended. @param cooldown - Milliseconds of the cooldown that begins now, if one does; and after what. */
  settled({ target, health }: Holding, cooldown: number | undefined, after: CooldownEvent['after'] = 'unknown'): void {
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
      // Processes that begin later need not cool down.
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
      // A store that does not know how long would put it into cooldown for ever.
      if (!Number.isFinite(ms)) continue
      if (!health.breaker.coolDownUntil(now + ms)) continue
      this.options.onCooldown?.({
        target: target.id,
        provider: target.provider.id,
        after: known(after),
        ms,
        from: 'shared',
      })
    }
  }

  private background(operation: () => unknown): void {
    const failed = (error: unknown): void => {
      this.missed += 1
      // A store that is down says so itself; one that cannot work must not stay unnoticed, though no call fails of it.
      if (error instanceof ConfigError) warnOnce(error.message)
    }
    void (async () => operation())().catch(failed)
  }
}

/** Another version of this package may tell what this one does not know. */
function known(after: string | undefined): CooldownEvent['after'] {
  const isKnown = after === 'slow' || verdictOf(after as ErrorClass) === 'failure'
  return isKnown ? (after as CooldownEvent['after']) : 'unknown'
}
