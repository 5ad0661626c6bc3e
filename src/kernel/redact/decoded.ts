/** Runs of a text that may be encoded: as in a URL, in JSON, in HTML, in base64 or in hexadecimal. */
import { decodeBytes, latin1Of } from '../platform.js'

export interface DecodedRun {
  readonly start: number
  readonly end: number
  readonly decoded: string
}

/** The most levels of percent escapes within percent escapes. */
const LAYERS = 3

export function* decodedRuns(text: string): Generator<DecodedRun> {
  for (const found of text.matchAll(/[^\s"'<>{}()[\],]+/g)) {
    const [run] = found
    const decoded = unescaped(run)
    if (decoded !== run) yield { start: found.index, end: found.index + run.length, decoded }
  }
  yield* packed(text, /[\w+/-]{8,}={0,2}/g, 'base64', 4)
  yield* packed(text, /[\da-f]{12,}/gi, 'hex', 2)
}

/** What is before a run may be of its alphabet too, so that it begins anywhere within a group of `group` characters. */
function* packed(text: string, runs: RegExp, encoding: 'base64' | 'hex', group: number): Generator<DecodedRun> {
  for (const found of text.matchAll(runs)) {
    const [run] = found
    for (let from = 0; from < group; from += 1) {
      const decoded = latin1Of(decodeBytes(run.slice(from), encoding))
      yield { start: found.index, end: found.index + run.length, decoded }
    }
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(run: string): string {
  if (!/[%\\&]/.test(run)) return run
  let text = run
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const next = text
      .replace(/(?:%[\da-f]{2})+/gi, (escapes) =>
        new TextDecoder().decode(decodeBytes(escapes.replaceAll('%', ''), 'hex')),
      )
      .replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|([^ux\d]))/gi, (_, four?: string, two?: string, one = '') =>
        (four ?? two) ? String.fromCharCode(Number.parseInt((four ?? two) as string, 16)) : String(one),
      )
      .replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w{2,5}));/gi, (whole, ten?: string, hex?: string, name = '') =>
        ten === undefined && hex === undefined
          ? (ENTITIES[String(name)] ?? String(whole))
          : String.fromCodePoint(Number.parseInt(ten ?? hex ?? '', ten === undefined ? 16 : 10)),
      )
    if (next === text) break
    text = next
  }
  return text
}
