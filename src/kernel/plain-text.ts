/** Makes foreign text safe to show: of bounded length, without characters that control a terminal or forge a line. */

/**
 * The first `most` UTF-16 code units of `text`, or one less where a pair of surrogates would be cut apart. A copy: in V8 a
 * slice keeps the whole text that it is of, however long, for as long as it lives itself.
 */
export function headOf(text: string, most: number): string {
  if (text.length <= most) return text
  const last = text.charCodeAt(most - 1)
  const kept = text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most)
  return typeof Buffer === 'function' ? Buffer.from(kept, 'utf16le').toString('utf16le') : kept
}

/**
 * `text` cut to `most` characters, the last of which is then `…`. No pair of surrogates is cut apart.
 *
 * @param most - In UTF-16 code units, at least 2.
 */
export function clip(text: string, most: number): string {
  return text.length <= most ? text : `${headOf(text, most - 1)}…`
}

/** Halves of a pair of surrogates without the other half. */
const LONE_SURROGATES = /\p{Surrogate}/gu

/** `text` with U+FFFD for each half of a pair of surrogates that stands alone: no UTF-8 has it, and databases refuse it. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd')
}

const code = (point: number): string => String.fromCharCode(point)
const [ESC, BEL, CSI, ST] = [code(0x1b), code(0x07), code(0x9b), code(0x9c)]
/** Control strings of eight bits: DCS, SOS, OSC, PM and APC. */
const STRINGS = [0x90, 0x98, 0x9d, 0x9e, 0x9f].map(code).join('')
/** Escape sequences of terminals (ECMA-48): CSI, OSC and the like, with what belongs to them. */
const ESCAPES = new RegExp(
  `(?:${ESC}\\[|${CSI})[0-?]*[ -/]*[@-~]|(?:${ESC}[\\]PX^_]|[${STRINGS}])[^${BEL}${ESC}${ST}]*(?:${BEL}|${ESC}\\\\|${ST})?`,
  'g',
)
/** Characters that end a line, move the cursor, or change the direction of writing. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu

/** `text` as a part of one line: without escape sequences, each run of control characters as one space. */
export function oneLine(text: string): string {
  return text.replace(ESCAPES, '').replace(STEERING, ' ')
}

/** The same, with line breaks and tabs kept. */
export function withoutEscapes(text: string): string {
  return text.replace(ESCAPES, '').replace(STEERING, (run) => run.replace(/[^\n\t]+/g, ' '))
}
