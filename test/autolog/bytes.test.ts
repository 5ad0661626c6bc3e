import { expect, test } from 'vitest'
import { bytesAsText } from '../../src/autolog/calls/bytes.js'

test('bytes at any depth are base64, and nothing of the value is changed', () => {
  const bytes = new Uint8Array([104, 105])
  const value = { a: [{ bytes }, 'x'], b: { c: 1 }, d: Buffer.from('--hi--').subarray(2, 4) }
  expect(bytesAsText(value)).toEqual({ a: [{ bytes: 'aGk=' }, 'x'], b: { c: 1 }, d: 'aGk=' })
  expect(value.a[0]).toEqual({ bytes })
})

test.each([[null], [undefined], ['x'], [1], [{ a: [1, { b: null }] }], [[]]])(
  '%j without bytes is returned itself',
  (value) => {
    expect(bytesAsText(value)).toBe(value)
  },
)
