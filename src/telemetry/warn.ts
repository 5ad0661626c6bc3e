/** Warnings on stderr: each is one clean line and written once, and their number is limited. */
import { clip, oneLine } from '../kernel/plain-text.js'
import { shared } from '../kernel/state.js'

/** The most lines that differ only in a name or a number. */
const OF_ONE_KIND = 10
/** The most lines in one process, without the counts of those that were not written. */
const LINES = 200
/** The most characters of a line. */
const LENGTH = 1_000

interface Warnings {
  readonly said: Set<string>
  /** Number of warnings of each kind, including those that were not written. */
  readonly kinds: Map<string, number>
  suppressed: number
}

const warnings = (): Warnings =>
  shared('telemetry.warnings', () => ({ said: new Set<string>(), kinds: new Map<string, number>(), suppressed: 0 }))

/**
 * Writes a line on stderr, once in a process.
 *
 * @param kind - A name for messages that differ only in a name or number, such as `unpriced`. From the eleventh on they are only
 *   counted, and the count is written at each power of ten.
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

/** How many warnings were only counted in this process so far. */
export function suppressedWarnings(): number {
  return warnings().suppressed
}

function write(line: string): void {
  console.warn(`[tracestitch] ${line}`)
}
