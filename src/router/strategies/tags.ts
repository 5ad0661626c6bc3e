import type { Member, RoutedCall, Strategy } from '../strategy.js'
import { weightedDraw } from './draw.js'

/** Serves calls that have no tags, and those whose tags nobody has. */
const DEFAULT = 'default'

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
    const draw = weightedDraw(members.map(({ weight }) => weight))
    const has = ({ tags: own }: Member, wanted: readonly string[]): boolean =>
      all ? wanted.every((tag) => own.includes(tag)) : wanted.some((tag) => own.includes(tag))
    const isDefault = ({ tags: own }: Member): boolean => own.includes(DEFAULT) || own.length === 0
    return {
      select(call, available) {
        const wanted = tagsOf(call)
        const known = wanted.length > 0 && members.some((member) => has(member, wanted))
        const serves = (member: Member): boolean => (known ? has(member, wanted) : isDefault(member))
        const index = draw(random, (i) => {
          const member = members[i]
          return member !== undefined && serves(member) && available(i)
        })
        return index < 0 ? undefined : { index, reason: known ? 'tag' : 'default of tags' }
      },
    }
  },
}

function tagsOf({ metadata }: RoutedCall): readonly string[] {
  const found = metadata['tags']
  return Array.isArray(found) ? found.filter((tag): tag is string => typeof tag === 'string') : []
}
