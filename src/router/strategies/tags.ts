import type { Member, RoutedCall, Strategy } from '../strategy.js'
import { weightedDraw, type Draw } from './draw.js'

/** Serves calls without tags, and those whose tags no member has. */
const DEFAULT = 'default'
/** Sets of tags whose members are remembered; calls may make tags up. */
const REMEMBERED = 256

interface Pool {
  readonly draw: Draw
  readonly reason: string
}

/**
 * Members that have the tags of the call (`metadata.tags`), by weight. A call without tags, or with tags that
 * no member has, is served by members tagged `default`, or by those without a tag.
 */
export const tags: Strategy = {
  id: 'tags',
  /** `match`: `any` (the default) or `all` of the call's tags. */
  options: { match: (value) => (value === 'any' || value === 'all' ? undefined : 'one of any, all') },
  create({ members, random, options }) {
    const all = options['match'] === 'all'
    const holders = holdersOf(members)
    const defaults: Pool = { draw: weightedDraw(members, holders.get(DEFAULT)), reason: 'default of tags' }
    const pools = new Map<string, Pool>()
    const poolOf = (wanted: readonly string[]): Pool => {
      const key = JSON.stringify(wanted)
      const known = pools.get(key)
      if (known) return known
      const found = all ? intersection(wanted, holders) : union(wanted, holders)
      const pool = found.size > 0 ? { draw: weightedDraw(members, found), reason: 'tag' } : defaults
      if (pools.size >= REMEMBERED) pools.clear()
      pools.set(key, pool)
      return pool
    }
    return {
      select(call, available) {
        const wanted = tagsOf(call)
        const { draw, reason } = wanted.length === 0 ? defaults : poolOf(wanted)
        const index = draw(random, available)
        return index < 0 ? undefined : { index, reason }
      },
    }
  },
}

type Holders = ReadonlyMap<string, ReadonlySet<number>>

/** Indexes of the members of each tag. One without a tag is a default. */
function holdersOf(members: readonly Member[]): Holders {
  const holders = new Map<string, Set<number>>([[DEFAULT, new Set()]])
  for (const [index, { tags: own }] of members.entries()) {
    for (const tag of own.length === 0 ? [DEFAULT] : own) {
      const known = holders.get(tag)
      if (known) known.add(index)
      else holders.set(tag, new Set([index]))
    }
  }
  return holders
}

const union = (wanted: readonly string[], holders: Holders): ReadonlySet<number> =>
  new Set(wanted.flatMap((tag) => [...(holders.get(tag) ?? [])]))

function intersection([first = '', ...others]: readonly string[], holders: Holders): ReadonlySet<number> {
  const found = holders.get(first) ?? new Set<number>()
  return new Set([...found].filter((index) => others.every((tag) => holders.get(tag)?.has(index) === true)))
}

function tagsOf({ metadata }: RoutedCall): readonly string[] {
  const found = metadata['tags']
  return Array.isArray(found) ? found.filter((tag): tag is string => typeof tag === 'string') : []
}
