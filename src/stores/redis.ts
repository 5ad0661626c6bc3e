/** The store of many processes: Redis 5 or later, Valkey, or a cluster of either. */
import type {
  AdmitRequest,
  AdmitResult,
  AllowanceRequest,
  Fact,
  LeaseRequest,
  RateCorrection,
  RateTake,
  ReserveResult,
  Store,
  TakeResult,
  StoredUsage,
} from '../kernel/store.js'
import { checkAllowances, checkKeys } from './allowance.js'
import { RedisRunner, type RedisRunnerOptions } from './redis-runner.js'

export interface RedisStoreOptions extends RedisRunnerOptions {
  /** Prefix of all keys. All are in one slot of a cluster, so that a script may use several. */
  readonly prefix: string
}

const allowanceArguments = (allowances: readonly AllowanceRequest[]): (string | number)[] =>
  allowances.flatMap(({ limit, windowMs, slots, calendar = '', amount, agoMs = 0 }) => [
    limit,
    windowMs,
    slots,
    calendar,
    amount,
    agoMs,
  ])

const rateArguments = (takes: readonly RateTake[]): number[] =>
  takes.flatMap(({ limit, windowMs, units }) => [limit, windowMs, units])

/** As its script says it. */
function refusedReservation([refused = 0, left = 0, wait = -1, ends = -1]: readonly number[]) {
  const periodEndsInMs = ends < 0 ? undefined : ends
  return { ok: false, refused, left, resetsInMs: wait < 0 ? Infinity : wait, periodEndsInMs } as const
}

/** Throws a ConnectionError whenever the server gives no answer in time, or an error; its `code` says which. */
export class RedisStore implements Store {
  readonly name = 'redis'
  readonly shared = true
  private readonly options: RedisStoreOptions
  private readonly tag: string
  private readonly runner: RedisRunner

  constructor(options: RedisStoreOptions) {
    this.options = options
    this.tag = `{${options.prefix}}`
    this.runner = new RedisRunner(options, this.name, `${this.tag}:epoch`)
  }

  async take(takes: readonly RateTake[]): Promise<TakeResult> {
    if (takes.length === 0) return { ok: true, remaining: [] }
    const [refused = -1, ...rest] = (await this.runner.run(
      'take',
      this.rateKeys(takes),
      takes.flatMap(({ limit, windowMs, units }) => [limit, windowMs, units]),
    )) as number[]
    return refused < 0 ? { ok: true, remaining: rest } : { ok: false, refused, retryAfterMs: rest[0] ?? 1 }
  }

  async correct(corrections: readonly RateCorrection[]): Promise<void> {
    if (corrections.length === 0) return
    const args = corrections.flatMap(({ windowMs, units, agoMs = 0 }) => [windowMs, units, agoMs])
    await this.runner.run('correct', this.rateKeys(corrections), args)
  }

  async acquire({ key, limit, holder, leaseMs }: LeaseRequest): Promise<boolean> {
    // An answer that comes too late for whoever asked: the place goes back.
    const tooLate = (reply: unknown): void => {
      // It runs out by itself.
      if (reply === 1) this.release(key, holder).catch(() => undefined)
    }
    return (await this.runner.run('acquire', [this.key('lease', key)], [limit, holder, leaseMs], tooLate)) === 1
  }

  async release(key: string, holder: string): Promise<void> {
    await this.runner.run('release', [this.key('lease', key)], [holder])
  }

  async held(key: string): Promise<number> {
    return Number(await this.runner.run('held', [this.key('lease', key)], []))
  }

  async reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number): Promise<ReserveResult> {
    checkAllowances(requests)
    if (requests.length === 0) return { ok: true, left: [] }
    // An answer that comes too late for whoever asked: the room goes back.
    const tooLate = (reply: unknown): void => {
      if ((reply as readonly number[])[0] !== -1) return
      const none = requests.map((request) => ({ ...request, amount: 0 }))
      // It runs out by itself.
      this.settle(holder, none).catch(() => undefined)
    }
    const args = [holder, leaseMs, ...allowanceArguments(requests)]
    const reply = (await this.runner.run('reserve', this.allowanceKeys(requests), args, tooLate)) as number[]
    return reply[0] === -1 ? { ok: true, left: reply.slice(1) } : refusedReservation(reply)
  }

  async admit({ holder, leaseMs, places, rates, allowances }: AdmitRequest): Promise<AdmitResult> {
    checkAllowances(allowances)
    const count = [places.length, rates.length, allowances.length] as const
    checkKeys(count[0] + count[1] + count[2])
    const keys = [
      ...places.map(({ key }) => this.key('lease', key)),
      ...rates.map(({ key }) => this.key('rate', key)),
      ...this.allowanceKeys(allowances),
    ]
    if (keys.length === 0) return { ok: true, remaining: [], left: [] }
    const args = [
      ...count,
      ...places.flatMap((place) => [place.limit, place.holder, place.leaseMs]),
      ...rateArguments(rates),
      holder,
      leaseMs,
      ...allowanceArguments(allowances),
    ]
    const tooLate = (reply: unknown): void => {
      if ((reply as readonly number[])[0] === 0) this.giveBack({ holder, leaseMs, places, rates, allowances })
    }
    const [by, ...said] = (await this.runner.run('admit', keys, args, tooLate)) as number[]
    const [refused = 0, retryAfterMs = 1] = said
    if (by === 1) return { ok: false, by: 'places', refused }
    if (by === 2) return { ok: false, by: 'rates', refused, retryAfterMs }
    if (by === 3) return { by: 'allowances', ...refusedReservation(said) }
    return { ok: true, remaining: said.slice(0, rates.length), left: said.slice(rates.length) }
  }

  /** Gives back what nobody waits for any more. What cannot be given back expires. */
  private giveBack({ holder, places, rates, allowances }: AdmitRequest): void {
    const all: readonly Promise<unknown>[] = [
      ...places.map((place) => this.release(place.key, place.holder)),
      this.correct(rates.map((rate) => ({ ...rate, units: -Math.min(rate.units, rate.limit) }))),
      this.settle(
        holder,
        allowances.map((request) => ({ ...request, amount: 0 })),
      ),
    ]
    for (const each of all) each.catch(() => undefined)
  }

  async settle(holder: string, uses: readonly AllowanceRequest[]): Promise<readonly number[]> {
    checkAllowances(uses)
    if (uses.length === 0) return []
    const args = [holder, 0, ...allowanceArguments(uses)]
    return (await this.runner.run('settle', this.allowanceKeys(uses), args)) as number[]
  }

  async renew(holder: string, keys: readonly string[], leaseMs: number): Promise<void> {
    if (keys.length === 0) return
    const reserved = keys.map((key) => this.key('reserved', key))
    await this.runner.run('renew', reserved, [holder, leaseMs])
  }

  async usage(keys: readonly string[]): Promise<readonly StoredUsage[]> {
    if (keys.length === 0) return []
    const flat = (await this.runner.run('usage', this.allowanceKeys(keys.map((key) => ({ key }))), [])) as number[]
    return keys.map((_, i) => {
      const [used = 0, reserved = 0, resetsInMs = 0] = flat.slice(3 * i, 3 * i + 3)
      return { used, reserved, resetsInMs }
    })
  }

  async put(space: string, name: string, value: string, ttlMs: number): Promise<void> {
    await this.runner.run('put', [this.key('facts', space)], [name, value, ttlMs])
  }

  async remove(space: string, name: string): Promise<void> {
    await this.runner.run('remove', [this.key('facts', space)], [name])
  }

  async facts(space: string): Promise<readonly Fact[]> {
    const flat = (await this.runner.run('facts', [this.key('facts', space)], [])) as (string | number)[]
    const facts: Fact[] = []
    for (let i = 0; i + 2 < flat.length; i += 3) {
      facts.push({ name: String(flat[i]), value: String(flat[i + 1]), expiresInMs: Number(flat[i + 2]) })
    }
    return facts
  }

  /** Tries one of each operation, and leaves nothing behind. @throws RedisFault when one fails. */
  async probe(): Promise<void> {
    await this.runner.run(
      'probe',
      ['rate', 'lease', 'facts'].map((kind) => this.key(kind as 'rate', 'probe')),
      [],
    )
  }

  close(): void {
    this.options.connections.close()
  }

  private key(kind: 'rate' | 'lease' | 'facts' | 'used' | 'reserved', name: string): string {
    return `${this.tag}:${kind}:${name}`
  }

  private allowanceKeys(allowances: readonly Pick<AllowanceRequest, 'key'>[]): string[] {
    return allowances.flatMap(({ key }) => [this.key('used', key), this.key('reserved', key)])
  }

  private rateKeys(takes: readonly RateTake[]): string[] {
    return takes.map(({ key }) => this.key('rate', key))
  }
}
