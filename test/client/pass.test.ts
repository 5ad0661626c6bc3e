/** What a call holds is given back once, and settled once. */
import { describe, expect, test } from 'vitest'
import type { Gate } from '../../src/client/admission/gate.js'
import { Pass } from '../../src/client/admission/pass.js'

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
  const pass = new Pass(
    [gate as unknown as Gate],
    entry,
    reservation as unknown as ConstructorParameters<typeof Pass>[2],
  )
  return { pass, told }
}

const SETTLED = [
  ['used', 7],
  ['settle', 0.5],
]
const cases: readonly (readonly [name: string, steps: (pass: Pass) => void, told: readonly unknown[]])[] = [
  ['settled', (pass) => pass.settle(used), SETTLED],
  ['settled as nothing', (pass) => pass.settle(undefined), [['used', 0], 'release']],
  [
    'the first word counts',
    (pass) => (pass.settle(used), pass.settle(undefined), pass.settle({ tokens: 9, usd: 9 })),
    SETTLED,
  ],
  ['nothing, and then something', (pass) => (pass.settle(undefined), pass.settle(used)), [['used', 0], 'release']],
  ['left twice', (pass) => (pass.leave(), pass.leave()), ['leave']],
  ['left, and settled later', (pass) => (pass.leave(), pass.settle(used)), ['leave', ...SETTLED]],
  ['undone', (pass) => pass.undo(), ['undo', 'release']],
  [
    'undone, and then all else',
    (pass) => (pass.undo(), pass.leave(), pass.settle(used), pass.undo()),
    ['undo', 'release'],
  ],
  ['left, and not undone later', (pass) => (pass.leave(), pass.undo()), ['leave']],
  ['forgone, and then all else', (pass) => (pass.forgo(), pass.leave(), pass.settle(used)), ['release']],
]

describe('a pass', () => {
  test.each(cases)('%s', (_, steps, expected) => {
    const { pass, told } = passed()
    steps(pass)
    expect(told).toEqual(expected)
  })
})
