/**
 * Answers that a provider makes in the background. The call that begins one gets no usage, and every call that fetches the
 * finished answer gets all of it. Only the first of these reports it, so that tokens are counted once.
 */

/** The most answers that are remembered. The oldest are forgotten first. */
const MOST = 10_000

/** By id of the answer, whether its usage was reported. */
const begun = new Map<string, boolean>()

function remember(id: string, isReported: boolean): void {
  begun.delete(id)
  begun.set(id, isReported)
  if (begun.size <= MOST) return
  for (const oldest of begun.keys()) {
    begun.delete(oldest)
    return
  }
}

/**
 * Whether this call reports the usage of the answer. To be called for every answer that may be one of these.
 *
 * @param state.finished - Whether the answer is finished.
 * @param state.inBackground - Whether the answer says that it was made in the background. Others are recognised because they
 * were seen unfinished before.
 */
export function reportsUsage(
  id: string | undefined,
  { finished, inBackground }: { readonly finished: boolean; readonly inBackground: boolean },
): boolean {
  if (id === undefined) return false
  const isReported = begun.get(id)
  if (!finished) {
    if (isReported === undefined) remember(id, false)
    return false
  }
  if (isReported ?? !inBackground) return false
  remember(id, true)
  return true
}
