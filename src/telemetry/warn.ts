import { shared } from '../kernel/state.js'

/** One line on stderr, once in the life of the process however often the same thing goes wrong. */
export function warnOnce(message: string): void {
  const said = shared('telemetry.warnings', () => new Set<string>())
  if (said.has(message)) return
  said.add(message)
  console.warn(`[tracestitch] ${message}`)
}
