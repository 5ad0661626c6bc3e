/** CRC-32 as ISO 3309 and gzip define it (https://www.rfc-editor.org/rfc/rfc1952#section-8). */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xed_b8_83_20 : remainder >>> 1
  return remainder
})

export function crc32(bytes: Uint8Array): number {
  let sum = 0xff_ff_ff_ff
  for (let at = 0; at < bytes.length; at += 1)
    sum = (TABLE[(sum ^ (bytes[at] as number)) & 0xff] as number) ^ (sum >>> 8)
  return (sum ^ 0xff_ff_ff_ff) >>> 0
}
