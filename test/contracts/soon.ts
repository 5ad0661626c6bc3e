/** Tests on a clock that others hold too, such as that of a server. */
/** How often a test is run anew on a clock that it does not hold. */
const RUNS = 10

/**
 * Runs steps that come one soon after the other. On a clock that others hold too, such as that of a server, more time may
 * pass between them than they are written for; what they find then says nothing, and they run anew.
 *
 * @param slack - Milliseconds that may pass beside those that `work` lets pass.
 */
export async function soon(
  { pass, now }: { pass(ms: number): Promise<void>; now(): number },
  slack: number,
  work: (pass: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (let run = 1; ; run += 1) {
    const begun = now()
    let passed = 0
    const counted = async (ms: number): Promise<void> => {
      passed += ms
      await pass(ms)
    }
    try {
      return await work(counted)
    } catch (error) {
      const isLate = now() - begun - passed > slack
      if (!isLate || run === RUNS) throw error
    }
  }
}
