/** What a call holds is given back once, and settled once. */
import { describe, expect, test } from 'vitest'
import type { Gate } from '../../src/client/admission/gate.js'
import { Permit } from '../../src/client/admission/permit.js'

const entry = { tokens: 100, requests: 1, priority: 0, remaining: 1000 }
const used = { tokens: 7, usd: 0.5 }

function passed() {
  const told: unknown[] = []
  const gate = {
    leave: () => told.push('leave'),
    undo: () => told.push('undo'),
    used: (_: unknown, tokens: unknown) => told.push(['used', tokens]),
  }
  const reservation = {
    settle: ({ usd }: typeof used) => told.push(['settle', usd]),
    release: () => told.push('release'),
  }
  const permit = new Permit(
    [gate as unknown as Gate],
    entry,
    reservation as unknown as ConstructorParameters<typeof Permit>[2],
  )
  return { permit, told }
}

const SETTLED = [
  ['used', 7],
  ['settle', 0.5],
]
const cases: readonly (readonly [name: string, steps: (permit: Permit) => void, told: readonly unknown[]])[] = [
  ['settled', (permit) => permit.settle(used), SETTLED],
  ['settled as nothing', (permit) => permit.settle(undefined), [['used', 0], 'release']],
  [
    'the first word counts',
    (permit) => (permit.settle(used), permit.settle(undefined), permit.settle({ tokens: 9, usd: 9 })),
    SETTLED,
  ],
  [
    'nothing, and then something',
    (permit) => (permit.settle(undefined), permit.settle(used)),
    [['used', 0], 'release'],
  ],
  ['left twice', (permit) => (permit.leave(), permit.leave()), ['leave']],
  ['left, and settled later', (permit) => (permit.leave(), permit.settle(used)), ['leave', ...SETTLED]],
  ['undone', (permit) => permit.undo(), ['undo', 'release']],
  [
    'undone, and then all else',
    (permit) => (permit.undo(), permit.leave(), permit.settle(used), permit.undo()),
    ['undo', 'release'],
  ],
  ['left, and not undone later', (permit) => (permit.leave(), permit.undo()), ['leave']],
  ['discarded, and then all else', (permit) => (permit.discard(), permit.leave(), permit.settle(used)), ['release']],
]

describe('a permit', () => {
  test.each(cases)('%s', (_, steps, expected) => {
    const { permit, told } = passed()
    steps(permit)
    expect(told).toEqual(expected)
  })

  test('without a reservation settles and releases nothing of budgets', () => {
    for (const step of ['undo', 'discard', 'leave'] as const) expect(() => new Permit([], entry)[step]()).not.toThrow()
    for (const word of [used, undefined]) expect(() => new Permit([], entry).settle(word)).not.toThrow()
  })
})
