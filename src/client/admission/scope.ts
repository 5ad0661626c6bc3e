/** Which limits and budgets hold for a call, and under which key what they count is kept. */
import type { Scope } from '../../router/options.js'

const FIELDS = ['client', 'alias', 'provider', 'model', 'user', 'key', 'tag'] as const
/** What only an attempt's target can say. */
const OF_TARGET: ReadonlySet<string> = new Set(['provider', 'model'] satisfies (keyof Scope)[])
const EACH = '*'

/** What a scope can ask of a call, and of the target it is about to go to. */
export interface ScopeFacts {
  readonly client?: string | undefined
  readonly alias?: string | undefined
  readonly provider?: string | undefined
  /** `provider/model`. */
  readonly model?: string | undefined
  readonly user?: string | undefined
  readonly key?: string | undefined
  readonly tags: readonly string[]
}

export interface CompiledScope {
  /** In words, for messages. */
  readonly name: string
  /** Whether the target decides about it, so that each attempt counts by itself. */
  readonly ofTarget: boolean
  /** A key for each count that the call belongs to; none when the scope does not hold for it. */
  keys(facts: ScopeFacts): readonly string[]
}

export function compileScope(scope: Scope = {}): CompiledScope {
  const fields = FIELDS.flatMap((field) => {
    const wanted = scope[field]
    return wanted === undefined ? [] : [[field, wanted] as const]
  })
  return Object.freeze({
    name: fields.length === 0 ? 'all calls' : fields.map(([field, wanted]) => `${field} ${wanted}`).join(', '),
    ofTarget: fields.some(([field]) => OF_TARGET.has(field)),
    keys(facts: ScopeFacts): readonly string[] {
      let keys: readonly string[] = ['']
      for (const [field, wanted] of fields) {
        const values = field === 'tag' ? [...new Set(facts.tags)] : [facts[field]]
        const fitting = values.filter((value) => value !== undefined && (wanted === EACH || value === wanted))
        // A value may hold whatever divides the fields.
        keys = keys.flatMap((key) => fitting.map((value) => `${key} ${field}=${encodeURIComponent(value as string)}`))
      }
      return keys
    },
  })
}
