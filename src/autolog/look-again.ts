/** For runtimes that do not show a later ESM `import()`: Node 20. The only way left is to look whether it has happened. */

/** Close together at first: a program loads its SDKs when it starts. */
const DELAYS_MS = [0, 5, 20, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000]

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
    timer = setTimeout(() => {
      run()
      schedule()
    }, delay)
    timer.unref()
  }

  process.on('beforeExit', run)
  schedule()
  return end
}
