/** The environment variables of the process, or those that a test gives. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The trimmed value of the first of `names` that is set and not blank. */
export function firstSet(names: readonly string[], env: Environment): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim()
    if (value) return value
  }
  return undefined
}
