/** How long what is recorded may be, and that it can be stored. */
import { expect, test } from 'vitest'
import { boundedJson, boundedText } from '../../src/telemetry/content/content-limit.js'
import { redactorOf } from '../../src/telemetry/content/redact.js'

test('what was cut says so', () => {
  expect(boundedText('x'.repeat(1000), 100)).toMatch(/^x+… \[900 more characters\]$/)
  expect(boundedText('x'.repeat(1000), 100)).toHaveLength(100)
  expect(boundedText('short', 100)).toBe('short')
})

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
test.each(Array.from({ length: 8 }, (_, shift) => shift))('a cut never halves a character: shift %i', (shift) => {
  const text = 'a'.repeat(shift) + '😀'.repeat(500)
  expect(boundedText(text, 100)).not.toMatch(lone)
  expect(boundedText(text, 7)).not.toMatch(lone)
  const read = JSON.stringify(JSON.parse(boundedJson([{ text }, { deep: [text] }], 400) ?? ''))
  expect(read).not.toMatch(/\\u[dD][89a-fA-F]/)
  expect(read).toContain('more characters')
})

test('half a character of the program becomes U+FFFD, and a backslash stays', () => {
  const text = 'a\ud83d b\udc00 😀 \\ud83d'
  expect(boundedText(text)).toBe('a\ufffd b\ufffd 😀 \\ud83d')
  expect(JSON.parse(boundedJson({ text }) ?? '')).toEqual({ text: 'a\ufffd b\ufffd 😀 \\ud83d' })
})

test('base64 outside of messages is left out and counted; a long text is cut', () => {
  const data = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 256)).toString('base64')
  const value = {
    image: { data, mimeType: 'image/png' },
    url: `data:image/png;base64,${data}`,
    bytes: new Uint8Array(9000),
  }
  expect(JSON.parse(boundedJson(value) ?? '')).toEqual({
    image: { data: '[60000 bytes of base64 left out]', mimeType: 'image/png' },
    url: expect.stringMatching(/^\[\d+ bytes of base64 left out\]$/) as string,
    bytes: '[9000 bytes]',
  })
  expect(boundedJson({ text: 'one word after another '.repeat(20_000) })).toMatch(/more characters\]"\}$/)
})

test('the redactor sees what would be recorded', () => {
  const seen: unknown[] = []
  class Secretive {
    private readonly key = 'k'
    toJSON(): unknown {
      return { shown: this.key.length }
    }
  }
  const circle: Record<string, unknown> = { big: 12n, own: new Secretive(), run: () => 1 }
  circle['self'] = circle
  const redact = redactorOf((part) => {
    seen.push(part)
    return part
  })
  expect(redact({ type: 'tool_call', arguments: circle })).toEqual({
    type: 'tool_call',
    arguments: { big: '12', own: { shown: 1 }, self: '[circular]' },
  })
  expect(seen).toHaveLength(1)
})

test.each<[string, unknown]>([
  ['an object of many numbers', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key "${i}"`, i]))],
  ['a list of one deep list', [[Array.from({ length: 5000 }, (_, i) => i)]]],
])('%s', (_name, value) => {
  const json = boundedJson(value, 1000)
  expect(json?.length).toBeLessThanOrEqual(1000)
  expect(() => JSON.parse(json ?? '') as unknown).not.toThrow()
})

test('values without a JSON form', () => {
  const circle: Record<string, unknown> = { a: 1n, twice: [{ b: 2 }] }
  circle['again'] = circle['twice']
  circle['self'] = circle
  expect(JSON.parse(boundedJson(circle) ?? '')).toEqual({
    a: '1',
    twice: [{ b: 2 }],
    again: [{ b: 2 }],
    self: '[circular]',
  })
  expect(boundedJson(undefined)).toBeUndefined()
  expect(boundedJson(() => 1)).toBeUndefined()
})

test('base64 within a text is left out: an image in the JSON of a tool, or in prose', () => {
  const data = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 256)).toString('base64')
  const short = data.slice(0, 400)
  for (const [before, after] of [
    ['{"image":"data:image/png;base64,', '","name":"a"}'],
    ['See ', ' there.'],
  ] as const) {
    const cut = `${before}[60000 bytes of base64 left out]${after}`
    expect(boundedText(`${before}${data}${after}`)).toBe(cut)
    expect(JSON.parse(boundedJson({ result: `${before}${data}${after}` }) ?? '')).toEqual({ result: cut })
    expect(boundedText(`${before}${short}${after}`)).toBe(`${before}${short}${after}`)
  }
  const prose = 'words and words, '.repeat(5_000)
  expect(boundedText(prose)).toBe(prose)
})

test.each(['first', 'last'] as const)('of a list that is too long the %s items are kept', (keeps) => {
  const found = Array.from({ length: 20 }, (_, id) => ({ id, text: 'a word '.repeat(8) }))
  const kept = JSON.parse(boundedJson(found, 400, keeps) ?? '') as { readonly id: number }[]
  expect(kept.length).toBeGreaterThan(1)
  expect(kept.length).toBeLessThan(20)
  const ids = found.map(({ id }) => id)
  expect(kept.map(({ id }) => id)).toEqual(keeps === 'first' ? ids.slice(0, kept.length) : ids.slice(-kept.length))
})
