import { expect, test } from 'vitest'
import { LONGEST_TOLD, parseRetryAfter } from '../../src/kernel/wait.js'

const date = Date.parse('2026-11-23T10:00:00Z')
test.each([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after-ms': '0', 'retry-after': '3' }, 0],
  [{ 'retry-after-ms': '', 'retry-after': '3' }, 3000],
  [{ 'retry-after': '3', 'retry-after-ms': '250' }, 250],
  [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:07 GMT' }, 7000],
  [{ 'retry-after': 'Mon, 23 Nov 2026 09:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '-3' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': ' ' }, undefined],
  [{ 'retry-after': '2026' }, 2_026_000],
  [{ 'retry-after': '-2026' }, undefined],
  [{ 'retry-after': '1e308' }, LONGEST_TOLD],
  [{ 'retry-after': 'Infinity' }, LONGEST_TOLD],
  [{ 'retry-after': '0.0001' }, 1],
  [{ 'retry-after-ms': 'x', 'retry-after': '1' }, 1000],
  [{}, undefined],
])('reads %o', (headers, expected) => {
  expect(parseRetryAfter(new Headers(headers as Record<string, string>), date)).toBe(expected)
})
