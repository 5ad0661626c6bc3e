/** Single clients that `wrap()` has instrumented: `off()` takes them back with everything else. */
import { shared } from '../kernel/state.js'
import type { PatchSession } from './patch/patch.js'

const wrapped = (): Set<Pick<PatchSession, 'off'>> => shared('autolog.wrapped', () => new Set())

export function keepWrapped(session: Pick<PatchSession, 'off'>): void {
  wrapped().add(session)
}

export function unwrapAll(): void {
  for (const session of wrapped()) session.off()
  wrapped().clear()
}
