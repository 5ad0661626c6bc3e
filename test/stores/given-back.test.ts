/** What is given back goes to the part of the window in which it was taken, though clocks are read one after the other. */
import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory.js'

const MINUTE = 60_000
const rate = (units: number) => ({ key: 'tokens', limit: 1000, windowMs: MINUTE, units })

test.each([
  ['in the middle of a part', 10_250, 0],
  ['at its beginning, told a moment early', 10_500, 2],
  ['at its end, told a moment late', 10_499.9, -0.2],
  ['at its end, told exactly', 10_499.9, 0],
])('%s', (_when, taken, off) => {
  let now = taken
  const store = new MemoryStore({ now: () => now, date: () => now })
  expect(store.take([rate(900)])).toMatchObject({ ok: true })
  now = taken + 30
  store.correct([{ ...rate(-860), agoMs: 30 + off }])
  expect(store.take([rate(900)])).toMatchObject({ ok: true, remaining: [60] })
})
