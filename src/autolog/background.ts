/**
 * Answers that a provider makes in the background: the call that begins one learns nothing of its usage, and each call
 * that fetches it once it is there learns all of it. It is told by the first of these.
 */

/** Answers that are remembered; the oldest are forgotten first. */
const MOST = 10_000

interface Begun {
  /** Whether the usage has been told. */
  isTold: boolean
  /** As it was asked for, where that was seen. */
  readonly model: string | undefined
}

const begun = new Map<string, Begun>()

function remember(id: string, known: Begun): void {
  begun.delete(id)
  begun.set(id, known)
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
 * @param state.model - The model that was asked for, where this is the call that begins it.
 */
export function tellsUsage(
  id: string | undefined,
  state: { readonly finished: boolean; readonly inBackground: boolean; readonly model?: string | undefined },
): boolean {
  if (id === undefined) return false
  const known = begun.get(id)
  const model = known?.model ?? state.model
  if (!state.finished) {
    if (!known) remember(id, { isTold: false, model })
    return false
  }
  if (known ? known.isTold : !state.inBackground) return false
  remember(id, { isTold: true, model })
  return true
}

/** The model that the call asked for which began this answer, where that was seen. */
export function modelAskedFor(id: string | undefined): string | undefined {
  return id === undefined ? undefined : begun.get(id)?.model
}
