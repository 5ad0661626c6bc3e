/** The strategy that a group names, with its options checked. */
import { ConfigError } from '../kernel/errors.js'
import { typeName } from '../kernel/json.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import type { AliasEntry } from './alias-entries.js'
import type { GroupOptions } from './options.js'
import { strategies } from './strategies/index.js'
import { ordered } from './strategies/ordered.js'
import { ownStrategy } from './strategies/own.js'
import { weighted } from './strategies/weighted.js'
import type { Strategy } from './strategy.js'

export interface ChosenStrategy {
  readonly strategy: Strategy
  readonly options: Readonly<Record<string, unknown>>
}

/** @throws ConfigError for options that the strategy has not. */
export function chosenStrategy(
  { strategy: named }: Pick<GroupOptions, 'strategy'>,
  entries: readonly AliasEntry[],
  path: string,
): ChosenStrategy {
  if (named === undefined) {
    const weighs = entries.some(({ options }) => options.weight !== undefined)
    return { strategy: weighs ? weighted : ordered, options: {} }
  }
  if (typeof named === 'function') return { strategy: ownStrategy(named), options: {} }
  const { name, ...options } = typeof named === 'string' ? { name: named } : named
  const strategy = strategies.get(name) ?? ordered
  for (const [option, value] of Object.entries(options)) {
    const known = strategy.options ?? {}
    if (!Object.hasOwn(known, option)) {
      const hint = didYouMean(option, Object.keys(known))
      throw new ConfigError(`${path}.${option}`, `\`${name}\` has no such option${hint}`)
    }
    const expected = known[option]?.(value)
    if (expected !== undefined)
      throw new ConfigError(`${path}.${option}`, `expected ${expected}, got ${typeName(value)}`)
  }
  return { strategy, options }
}
