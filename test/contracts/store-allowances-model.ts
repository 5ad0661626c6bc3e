/** Allowances beside a model of them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AllowanceRequest, ReserveResult } from '../../src/kernel/store.js'
import type { StoreUnderTest } from './store.js'

const LONG = 600_000

type Command =
  | {
      readonly do: 'reserve' | 'settle'
      readonly holder: string
      readonly uses: readonly (readonly [string, number])[]
    }
  | { readonly do: 'renew'; readonly holder: string }

/** Allowances in as few words as they can be told, without time. */
class Model {
  private readonly used = new Map<string, number>()
  private readonly reserved = new Map<string, Map<string, number>>()
  private readonly limits: ReadonlyMap<string, number>

  constructor(limits: ReadonlyMap<string, number>) {
    this.limits = limits
  }

  reserve(holder: string, uses: readonly (readonly [string, number])[]): Pick<ReserveResult, 'ok' | 'left'> {
    const wanted = new Map<string, number>()
    const left: number[] = []
    for (const [key, amount] of uses) {
      const sum = (wanted.get(key) ?? 0) + amount
      const room = this.left(key) + (this.reserved.get(key)?.get(holder) ?? 0)
      if (sum > room) return { ok: false, left: room - sum + amount }
      wanted.set(key, sum)
      left.push(room - sum)
    }
    for (const [key, sum] of wanted) this.reserved.set(key, (this.reserved.get(key) ?? new Map()).set(holder, sum))
    return { ok: true, left }
  }

  settle(holder: string, uses: readonly (readonly [string, number])[]): readonly number[] {
    for (const [key, amount] of uses) {
      this.reserved.get(key)?.delete(holder)
      this.used.set(key, (this.used.get(key) ?? 0) + amount)
    }
    return uses.map(([key]) => this.left(key))
  }

  usage(key: string): { readonly used: number; readonly reserved: number } {
    const reserved = [...(this.reserved.get(key)?.values() ?? [])].reduce((sum, amount) => sum + amount, 0)
    return { used: this.used.get(key) ?? 0, reserved }
  }

  private left(key: string): number {
    const { used, reserved } = this.usage(key)
    return (this.limits.get(key) ?? 0) - used - reserved
  }
}

export function allowanceModel(opened: () => StoreUnderTest, key: () => string): void {
  test('allowances agree with a model, whatever is asked in whatever order', async () => {
    const names = ['x', 'y', 'z']
    const limits = new Map(names.map((name, i) => [name, 10 * (i + 1)]))
    const holder = fc.constantFrom('a', 'b', '=', 'with spaces')
    const uses = fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 9 })), { maxLength: 4 })
    const command: fc.Arbitrary<Command> = fc.oneof(
      fc.record({ do: fc.constant('reserve' as const), holder, uses }),
      fc.record({ do: fc.constant('settle' as const), holder, uses }),
      fc.record({ do: fc.constant('renew' as const), holder }),
    )
    const slots = fc.constantFrom(1, 60)
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), slots, async (commands, parts) => {
        const { store } = opened()
        const keys = new Map(names.map((name) => [name, key()]))
        const model = new Model(limits)
        const requests = (of: readonly (readonly [string, number])[]): AllowanceRequest[] =>
          of.map(([name, amount]) => ({
            key: keys.get(name) ?? '',
            limit: limits.get(name) ?? 0,
            amount,
            windowMs: LONG,
            slots: parts,
          }))
        for (const one of commands) {
          if (one.do === 'renew') await store.renew(one.holder, [...keys.values()], LONG)
          else if (one.do === 'settle') {
            expect(await store.settle(one.holder, requests(one.uses))).toEqual(model.settle(one.holder, one.uses))
          } else {
            const result = await store.reserve(one.holder, requests(one.uses), LONG)
            expect({ ok: result.ok, left: result.left }).toEqual(model.reserve(one.holder, one.uses))
          }
        }
        expect(await store.usage([...keys.values()])).toMatchObject(names.map((name) => model.usage(name)))
      }),
      { numRuns: 100 },
    )
  }, 30_000)
}
