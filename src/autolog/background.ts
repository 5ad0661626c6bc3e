/**
 * Answers that a provider makes in the background: the call that begins one learns nothing of its usage, and each call
 * that fetches it once it is there learns all of it. It is told by the first of these.
 */

/** Answers that are remembered; the oldest are forgotten first. */
const MOST = 10_000

/** By id: whether the usage has been told. */
const told = new Map<string, boolean>()

function remember(id: string, isTold: boolean): void {
  told.delete(id)
  told.set(id, isTold)
  if (told.size <= MOST) return
  for (const oldest of told.keys()) {
    told.delete(oldest)
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
  state: { readonly finished: boolean; readonly inBackground: boolean },
): boolean {
  if (id === undefined) return false
  const known = told.get(id)
  if (!state.finished) {
    if (known === undefined) remember(id, false)
    return false
  }
  if (known === true || (known === undefined && !state.inBackground)) return false
  remember(id, true)
  return true
}
