/**
 * Answers that a provider makes in the background: the call that begins one learns nothing of its usage, and each call
 * that fetches it once it is there learns all of it. It is told by the first of these.
 */

/** Answers that are remembered; the oldest are forgotten first. */
const MOST = 10_000

/** By id, whether the usage has been told. */
const begun = new Map<string, boolean>()

function remember(id: string, isTold: boolean): void {
  begun.delete(id)
  begun.set(id, isTold)
  if (begun.size <= MOST) return
  for (const oldest of begun.keys()) {
    begun.delete(oldest)
    return
  }
}

/**
 * Whether the usage of this answer is to be told now. Ask for every answer that may be one of these, by whatever call it came.
 *
 * @param state.finished - The answer is there.
 * @param state.inBackground - The answer itself says that it was made so. Others are known by having been seen unfinished.
 */
export function tellsUsage(
  id: string | undefined,
  { finished, inBackground }: { readonly finished: boolean; readonly inBackground: boolean },
): boolean {
  if (id === undefined) return false
  const isTold = begun.get(id)
  if (!finished) {
    if (isTold === undefined) remember(id, false)
    return false
  }
  if (isTold ?? !inBackground) return false
  remember(id, true)
  return true
}
