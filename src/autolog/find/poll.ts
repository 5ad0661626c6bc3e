/** Polls for loaded modules on runtimes where a later ESM `import()` cannot be seen, such as Node 20. */

/** Short at first: a program loads its SDKs when it starts. */
const DELAYS_MS = [0, 5, 20, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000]

/** How often a look is postponed while modules load, and for how many milliseconds each time. */
const MOST_POSTPONED = 100
const POSTPONE_MS = 2

/**
 * Whether the loader may be reading files. A look would evaluate a module that has been read but waits for others, and so change
 * the order of evaluation.
 */
function isReading(): boolean {
  // Not every runtime has this function.
  const { getActiveResourcesInfo } = process as { getActiveResourcesInfo?: () => readonly string[] }
  return (getActiveResourcesInfo?.() ?? []).some((name) => name === 'FSReqPromise' || name === 'CloseReq')
}

/**
 * Runs `look` after each delay, and before the process ends, until it returns `false`. Does not keep the process alive.
 *
 * @returns A function that stops it.
 */
export function poll(look: () => boolean): () => void {
  let timer: NodeJS.Timeout | undefined
  let step = 0

  function end(): void {
    clearTimeout(timer)
    process.removeListener('beforeExit', run)
    step = DELAYS_MS.length
  }
  function run(): void {
    if (!look()) end()
  }
  function schedule(): void {
    const delay = DELAYS_MS[step]
    if (delay === undefined) return
    step += 1
    wait(delay, 0)
  }
  function wait(delay: number, postponed: number): void {
    timer = setTimeout(() => {
      if (isReading() && postponed < MOST_POSTPONED) return wait(POSTPONE_MS, postponed + 1)
      // A program that reads files all the time must not postpone the look for ever.
      run()
      schedule()
    }, delay)
    timer.unref()
  }

  process.on('beforeExit', run)
  schedule()
  return end
}
