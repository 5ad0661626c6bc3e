/** Which limits and budgets hold for a call, and the keys under which they count it. */
import { builtin } from '../../kernel/builtin.js'
import { ConfigError } from '../../kernel/errors.js'
import { MOST_KEYS } from '../../kernel/store.js'
import type { Scope } from '../../router/options.js'

const FIELDS = ['client', 'alias', 'provider', 'model', 'user', 'key', 'tag'] as const
/** Fields that are known only with an attempt's target. */
const OF_TARGET: ReadonlySet<string> = new Set(['provider', 'model'] satisfies (keyof Scope)[])
const EACH = '*'

/** What a scope is compared with: facts of a call, and of its target. */
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

/** The most tags of one call that a limit or a budget counts. */
const MOST_TAGS = 256

/**
 * Called before anything is counted, as too many keys would slow down the store for everybody.
 *
 * @throws ConfigError when a call has more counts than one operation of the store can make.
 */
export function checkCounts(counts: number): void {
  if (counts <= MOST_KEYS) return
  throw new ConfigError(
    'metadata.tags',
    `limits and budgets would count this call ${counts} times, and the most is ${MOST_KEYS}; use fewer tags`,
  )
}

/** A value with more characters is hashed in a key. */
const LEGIBLE = 200

export interface CompiledScope {
  /** The same for scopes that are the same. */
  readonly id: string
  /** In words, for messages. */
  readonly name: string
  /** Whether it depends on the target. Then each attempt counts. */
  readonly ofTarget: boolean
  /**
   * A key for each count that the call belongs to, always in the same order, so that no two calls wait for each other. None
   * when the scope does not hold for it. Keys of different scopes differ.
   *
   * @throws ConfigError for more tags than are counted.
   */
  keys(facts: ScopeFacts): readonly string[]
}

export function compileScope(scope: Scope = {}): CompiledScope {
  const fields = FIELDS.flatMap((field) => {
    const wanted = scope[field]
    return wanted === undefined ? [] : [[field, wanted] as const]
  })
  return Object.freeze({
    id: JSON.stringify(fields),
    name: fields.length === 0 ? 'all calls' : fields.map(([field, wanted]) => `${field} ${wanted}`).join(', '),
    ofTarget: fields.some(([field]) => OF_TARGET.has(field)),
    keys(facts: ScopeFacts): readonly string[] {
      let keys: readonly string[] = ['']
      for (const [field, wanted] of fields) {
        if (field === 'tag' && wanted === EACH && facts.tags.length > MOST_TAGS) {
          throw new ConfigError(
            'metadata.tags',
            `a call can have ${MOST_TAGS} tags where limits or budgets count each, this one has ${facts.tags.length}`,
          )
        }
        const values = field === 'tag' ? [...new Set(facts.tags)].sort() : [facts[field]]
        const fitting = values.filter((value) => value !== undefined && (wanted === EACH || value === wanted))
        const quote = wanted === EACH ? '' : '"'
        keys = keys.flatMap((key) =>
          fitting.map((value) => `${key} ${field}=${quote}${encodedValue(value as string)}${quote}`),
        )
      }
      return keys
    },
  })
}

/** A key in words, for messages. */
export function keyName(key: string): string {
  return key.trim().replaceAll('"', '')
}

/** A value may contain the characters that separate fields, be very long, or be no well-formed text. */
export function encodedValue(value: string): string {
  if (value.length <= LEGIBLE && !/\p{Surrogate}/u.test(value)) return encodeURIComponent(value)
  return `#${builtin('node:crypto').createHash('sha256').update(value, 'utf16le').digest('hex')}`
}
