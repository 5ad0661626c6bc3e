/**
 * Calls that have begun, and of which no request has been seen on the wire. A request that leaves outside of any call may be
 * that of one of these, whose context a queue has lost.
 */
export interface UnseenCall {
  readonly operation: string
  readonly model: string | undefined
  /** Host, where the SDK says it. */
  readonly server: string | undefined
}

const unseen = new Set<UnseenCall>()

/** Calls that nobody ends must not fill the memory. */
const MOST = 10_000

export function callBegins(call: UnseenCall): void {
  if (unseen.size >= MOST) unseen.clear()
  unseen.add(call)
}

/** Its request is on its way, or it is over. */
export function callIsSeen(call: UnseenCall): void {
  unseen.delete(call)
}

/** Whether such a call may have made a request to `server`. */
export function mayBeOf(call: UnseenCall): boolean {
  for (const { operation, model, server } of unseen) {
    if (operation !== call.operation) continue
    if (server !== undefined && call.server !== undefined && server !== call.server) continue
    if (model === undefined || call.model === undefined || model === call.model) return true
  }
  return false
}
