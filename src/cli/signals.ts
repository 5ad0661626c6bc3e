/** Signals of the operating system. Windows has fewer; there, the missing ones never come. */

/** @returns what ends it. */
export function whenSignalled(signal: NodeJS.Signals, act: () => void): () => void {
  process.on(signal, act)
  return () => void process.off(signal, act)
}

/**
 * Resolves with the first of the signals. From then on they do again what they do without us: the next one ends the process.
 */
export function untilStopped(signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const ends = signals.map((signal) =>
      whenSignalled(signal, () => {
        for (const end of ends) end()
        resolve(signal)
      }),
    )
  })
}
