import fc from 'fast-check'
import { expect, test } from 'vitest'
import zlib from 'node:zlib'
import { crc32, crc32InScript } from '../../src/kernel/crc32.js'

/** Bit by bit, as the definition says it. */
function byDefinition(bytes: Uint8Array): number {
  let sum = 0xff_ff_ff_ff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xed_b8_83_20 : sum >>> 1
  }
  return ~sum >>> 0
}

test('the check value of the definition', () => {
  expect(crc32InScript(new TextEncoder().encode('123456789'))).toBe(0xcb_f4_39_26)
  expect(crc32(new Uint8Array())).toBe(0)
})

test('any bytes, short and long, alone and as a view of others', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat({ max: 20 }), (all, skipped) => {
      const bytes = all.subarray(skipped)
      const expected = byDefinition(bytes)
      expect(crc32InScript(bytes)).toBe(expected)
      expect(crc32(bytes)).toBe(expected)
    }),
  )
})

test('this runtime has its own', () => {
  expect(typeof (zlib as { crc32?: unknown }).crc32).toBe('function')
})
