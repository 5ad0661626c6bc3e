/** A group of made-up targets with real health, a clock that is held and a seeded random. */
import { expect } from 'vitest'
import { cooldownPolicy } from '../../src/policies/cooldown.js'
import type { ErrorClass } from '../../src/policies/classify-error.js'
import { Health, type TargetOutcome } from '../../src/router/health.js'
import { strategies } from '../../src/router/strategies/index.js'
import type { Choice, Group, Member, RoutedCall, Selector, Strategy } from '../../src/router/strategy.js'
import type { Target } from '../../src/router/target.js'

export interface Sketch {
  readonly weight?: number
  readonly tags?: readonly string[]
  readonly when?: Member['when']
  /** USD per million tokens. */
  readonly price?: number
  headroom?: number
}

export const callOf = (fields: Partial<RoutedCall> = {}): RoutedCall => ({
  model: 'group',
  stream: false,
  metadata: {},
  inputTokens: 10,
  outputTokens: 10,
  needs: [],
  promptPrefix: '',
  ...fields,
})

/** A generator of 32 bits of state (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

export class World {
  now = 1_000
  readonly group: Group
  readonly selector: Selector
  readonly members: readonly Member[]

  /** @param cooldowns - Whether failures make a member cool down. */
  constructor(
    strategy: Strategy,
    sketches: readonly Sketch[],
    options: Group['options'] = {},
    seed = 1,
    cooldowns = false,
  ) {
    const clock = { now: () => this.now, date: () => this.now }
    const policies = { cooldown: cooldownPolicy(cooldowns ? {} : false), retryShare: 1 }
    this.members = sketches.map((sketch, index) => ({
      target: {
        id: `p/model-${index}`,
        model: `model-${index}`,
        provider: { id: 'p' },
        facts: {},
      } as unknown as Target,
      health: new Health(policies, clock, { price: () => sketch.price, headroom: () => sketch.headroom ?? 1 }),
      weight: sketch.weight ?? 1,
      tags: sketch.tags ?? [],
      when: sketch.when,
    }))
    this.group = { name: 'group', members: this.members, options, clock, random: seeded(seed) }
    this.selector = strategy.create(this.group)
    for (const [index, { health }] of this.members.entries()) health.watch(() => this.selector.changed?.(index))
  }

  select(call: Partial<RoutedCall> = {}, available: (index: number) => boolean = () => true): Choice | undefined {
    return this.selector.select(callOf(call), available)
  }

  /** Index of the choice; -1 for none. */
  pick(call?: Partial<RoutedCall>, available?: (index: number) => boolean): number {
    return this.select(call, available)?.index ?? -1
  }

  health(index: number): Health {
    const member = this.members[index]
    if (!member) throw new Error(`there is no member ${index}`)
    return member.health
  }

  begin(index: number): Health {
    this.ends[index] = [...(this.ends[index] ?? []), this.health(index).begin()]
    return this.health(index)
  }

  /** Ends the oldest attempt of a member. */
  end(
    index: number,
    durationMs: number,
    outcome: { errorClass?: ErrorClass; retryAfterMs?: number; firstChunkMs?: number; tokens?: number } = {},
  ) {
    const { tokens = 10, ...rest } = outcome
    const [end, ...others] = this.ends[index] ?? []
    if (!end) return
    this.ends[index] = others
    end({ durationMs, ...rest })
    const whole = rest.errorClass === undefined && rest.firstChunkMs === undefined
    if (whole) this.health(index).answered(durationMs, tokens)
  }

  /** A whole call: chosen, begun, answered after `msOf` milliseconds. @returns who served. */
  serve(msOf: (index: number) => number, call?: Partial<RoutedCall>, tokens = 10): number {
    const index = this.pick(call)
    this.begin(index)
    const ms = msOf(index)
    this.now += ms
    this.end(index, ms, { tokens, ...(call?.stream === true && { firstChunkMs: ms }) })
    return index
  }

  private readonly ends: Record<number, ((outcome: TargetOutcome) => unknown)[]> = {}
}

/** How often each member was picked. */
export function tally(count: number, times: number, pick: () => number): number[] {
  const counts = Array.from({ length: count }, () => 0)
  for (let i = 0; i < times; i += 1) {
    const index = pick()
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

/** Of the registry. */
export function strategy(id: string): Strategy {
  const found = strategies.get(id)
  if (!found) throw new Error(`there is no strategy ${id}`)
  return found
}

export const plain = (count: number): Sketch[] => Array.from({ length: count }, () => ({}))

/** Counts lie within six standard deviations of what the weights say. */
export function expectShares(counts: readonly number[], weights: readonly number[]): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const times = counts.reduce((sum, count) => sum + count, 0)
  for (const [index, weight] of weights.entries()) {
    const share = weight / total
    const deviation = Math.sqrt(times * share * (1 - share))
    expect(
      Math.abs((counts[index] ?? 0) - times * share),
      `member ${index} of ${weights.join(', ')}`,
    ).toBeLessThanOrEqual(6 * deviation)
  }
}
