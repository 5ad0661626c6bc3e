/** Lines on stderr: clean, once, and not without end. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clip, oneLine, withoutEscapes } from '../../src/kernel/plain-text.js'
import { sharedState } from '../../src/kernel/state.js'
import { suppressedWarnings, warnOnce } from '../../src/telemetry/warn.js'

const lines: string[] = []
beforeEach(() => {
  lines.length = 0
  sharedState().delete('telemetry.warnings')
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line))
})
afterEach(() => {
  sharedState().delete('telemetry.warnings')
  vi.restoreAllMocks()
})

test('20,000 names of one kind make a dozen lines, and the others are counted', () => {
  for (let i = 0; i < 20_000; i += 1) warnOnce(`${i} has no price`, 'unpriced')
  warnOnce('something else is wrong')
  expect(lines).toHaveLength(10 + 1 + 3 + 1)
  expect(lines[10]).toMatch(/^\[tracestitch\] 11 warnings of one kind so far, of which the first 10 were written/)
  expect(lines[13]).toMatch(/10000 warnings of one kind/)
  expect(lines.at(-1)).toBe('[tracestitch] something else is wrong')
  expect(suppressedWarnings()).toBe(19_990)
})

test('messages without a kind are limited too', () => {
  for (let i = 0; i < 20_000; i += 1) warnOnce(`number ${i}`)
  expect(lines.length).toBeLessThan(210)
})

test('the same message is written once', () => {
  for (let i = 0; i < 5; i += 1) warnOnce('the same', 'k')
  expect(lines).toEqual(['[tracestitch] the same'])
})

test('a message is one line, of limited length', () => {
  warnOnce(`a\u001b]0;title\u0007b\u001b[2Jc\n[tracestitch] forged\r\u0000d\u2028e\u202ef${'x'.repeat(1e6)}`)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^\[tracestitch\] abc \[tracestitch\] forged d e fx+…$/)
  expect(lines[0]!.length).toBeLessThan(1100)
})

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u009b1;31mred', 'red'],
  ['a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'alink'],
  ['\u001bPq#0\u001b\\x', 'x'],
  ['tab\tand\r\nline', 'tab and line'],
  ['žluť 你好 🙂', 'žluť 你好 🙂'],
])('%j as one line is %j', (text, line) => {
  expect(oneLine(text)).toBe(line)
})

test('line breaks may stay', () => {
  expect(withoutEscapes('a\n\tb\u001b[1m\u0007c')).toBe('a\n\tb c')
})

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['a🙂b', 3, 'a…'],
])('%j cut to %i is %j', (text, most, cut) => {
  expect(clip(text, most)).toBe(cut)
})
