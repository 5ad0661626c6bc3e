/** CRC-32 as ISO 3309 and gzip define it (https://www.rfc-editor.org/rfc/rfc1952#section-8). */
import { findBuiltin } from './builtin.js'

type Table = Uint32Array
/** For eight bytes at a time: the first is the usual one, each other goes one byte further. */
type Tables = readonly [Table, Table, Table, Table, Table, Table, Table, Table]

let tables: Tables | undefined

function makeTables(): Tables {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte
    for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xed_b8_83_20 : remainder >>> 1
    return remainder
  })
  const made = [first]
  for (let further = 1; further < 8; further += 1) {
    const before = made[further - 1] as Table
    made.push(before.map((remainder) => (first[remainder & 0xff] as number) ^ (remainder >>> 8)))
  }
  return made as unknown as Tables
}

/** In JavaScript: for short inputs faster than a call of the runtime's. */
export function crc32InScript(bytes: Uint8Array): number {
  const [T0, T1, T2, T3, T4, T5, T6, T7] = (tables ??= makeTables())
  const byte = (at: number): number => bytes[at] as number
  let sum = -1
  let at = 0
  for (const end = bytes.length - 7; at < end; at += 8) {
    sum ^= byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24)
    sum =
      (T7[sum & 0xff] as number) ^
      (T6[(sum >>> 8) & 0xff] as number) ^
      (T5[(sum >>> 16) & 0xff] as number) ^
      (T4[sum >>> 24] as number) ^
      (T3[byte(at + 4)] as number) ^
      (T2[byte(at + 5)] as number) ^
      (T1[byte(at + 6)] as number) ^
      (T0[byte(at + 7)] as number)
  }
  for (; at < bytes.length; at += 1) sum = (T0[(sum ^ byte(at)) & 0xff] as number) ^ (sum >>> 8)
  return ~sum >>> 0
}

type Crc32 = (bytes: Uint8Array) => number

/** The runtime's own, where it has one: Node has since 20.15 and 22.2. Asked for when an event stream is first read. */
function findNative(): Crc32 | undefined {
  return (findBuiltin('node:zlib') as { readonly crc32?: Crc32 } | undefined)?.crc32
}

let native: { readonly crc32: Crc32 | undefined } | undefined

/** From this length on the call of the runtime's costs less than it saves. */
const NATIVE_FROM = 192

export function crc32(bytes: Uint8Array): number {
  if (bytes.length < NATIVE_FROM) return crc32InScript(bytes)
  native ??= { crc32: findNative() }
  return native.crc32 ? native.crc32(bytes) : crc32InScript(bytes)
}
