/** For runtimes that do not show a later ESM `import()`: Node 20. The only way left is to look whether it has happened. */

/** Close together at first: a program loads its SDKs when it starts. */
const DELAYS_MS = [0, 5, 20, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000]

/** Looks that are put off, one after another, while modules load; and milliseconds between two of them. */
const MOST_PUT_OFF = 100
const PUT_OFF_MS = 2

/**
 * Whether the loader may be reading files. A module that was read and waits for its neighbours would be evaluated by a look, before
 * them, and the program's order would be another one. Between two reads nothing else gets a turn.
 */
function isReading(): boolean {
  // Not every runtime has it.
  const { getActiveResourcesInfo } = process as { getActiveResourcesInfo?: () => readonly string[] }
  return (getActiveResourcesInfo?.() ?? []).some((name) => name === 'FSReqPromise' || name === 'CloseReq')
}

/**
 * Runs `look` after each delay, and before the process would end, until it answers that nothing is left to
 * look for. Keeps no process alive. The function given back ends it.
 */
export function lookAgain(look: () => boolean): () => void {
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
  function wait(delay: number, putOff: number): void {
    timer = setTimeout(() => {
      if (isReading() && putOff < MOST_PUT_OFF) return wait(PUT_OFF_MS, putOff + 1)
      // A program that never stops reading is looked at all the same, once its modules have had their time.
      run()
      schedule()
    }, delay)
    timer.unref()
  }

  process.on('beforeExit', run)
  schedule()
  return end
}
