/** Waits for what another end of a socket, or another process, does in its own time. It ends as soon as it holds. */

// As they are when the tests are loaded: a test that holds the clock still waits all the same.
const { setTimeout } = globalThis
const now = performance.now.bind(performance)

/** Lets the process look at its sockets, then goes on. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/** More than any machine needs: a test that waits as long has failed. */
const LONGEST = 20_000

/** Waits until `holds`, or fails with `what` was waited for. */
export async function eventually(holds: () => boolean, what: string, ms = LONGEST): Promise<void> {
  const until = now() + ms
  while (!holds()) {
    if (now() > until) throw new Error(`not within ${ms} ms: ${what}`)
    await turn()
  }
}
