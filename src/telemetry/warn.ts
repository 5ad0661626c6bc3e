/** Lines on stderr: each is one clean line, is written once, and there is an end to them. */
import { clip, oneLine } from '../kernel/plain-text.js'
import { shared } from '../kernel/state.js'

/** Lines that differ only in a name or a number. */
const OF_ONE_KIND = 10
/** Lines in the life of the process, but for the counts of those that were not written. */
const LINES = 200
/** Characters of a line. */
const LENGTH = 1_000

interface Warnings {
  readonly said: Set<string>
  /** Warnings of each kind, those that were not written too. */
  readonly kinds: Map<string, number>
  suppressed: number
}

const warnings = (): Warnings =>
  shared('telemetry.warnings', () => ({ said: new Set<string>(), kinds: new Map<string, number>(), suppressed: 0 }))

/**
 * One line on stderr, once in the life of the process however often the same thing goes wrong.
 *
 * @param kind - What the messages have in common that differ in a name, such as `unpriced`: from the eleventh on they are
 *   counted, and the count is told at each power of ten.
 */
export function warnOnce(message: string, kind = ''): void {
  const line = clip(oneLine(message), LENGTH)
  const state = warnings()
  if (state.said.has(line)) return
  const count = (state.kinds.get(kind) ?? 0) + 1
  const most = kind === '' ? LINES : OF_ONE_KIND
  state.kinds.set(kind, count)
  if (count <= most && state.said.size < LINES) {
    state.said.add(line)
    write(line)
    return
  }
  state.suppressed += 1
  if (count === most + 1 || /^10+$/.test(String(count)))
    write(`${count} warnings of one kind so far, of which the first ${most} were written. The latest: ${line}`)
}

/** Warnings that were counted and not written, in this process so far. */
export function suppressedWarnings(): number {
  return warnings().suppressed
}

function write(line: string): void {
  console.warn(`[tracestitch] ${line}`)
}
