/** What stands in the way of enforcing a sample at a dialect. */
import type { Dialect } from './rules.js'

/** By dialect, or for all, for those that know no maps (`closed`), no recursion (`acyclic`), no schema without a type (`typed`). */
export type Hindrances = Readonly<Partial<Record<Dialect | 'all' | 'closed' | 'acyclic' | 'typed', string>>>

const OPEN: readonly Dialect[] = ['gemini', 'xai', 'cohere', 'fireworks', 'ollama']
const ACYCLIC: readonly Dialect[] = ['anthropic', 'bedrock', 'cerebras', 'cohere', 'xai']
const UNTYPED: readonly Dialect[] = ['ollama']

export function hindrance(not: Hindrances = {}, dialect: Dialect): string | undefined {
  const kinds = [
    OPEN.includes(dialect) ? undefined : not.closed,
    ACYCLIC.includes(dialect) ? not.acyclic : undefined,
    UNTYPED.includes(dialect) ? undefined : not.typed,
  ]
  return not.all ?? not[dialect] ?? kinds.find((kind) => kind !== undefined)
}
