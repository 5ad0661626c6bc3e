/** Checks aliases with a wildcard before a call fills them. */
import type { AliasOptions } from './options.js'
import { conditionOf } from './members.js'
import { aliasCycle, groupOf } from './alias-entries.js'
import { refuseTargetOptions, type Levels, type LevelsOptions } from './levels.js'
import { markOf } from './target-name.js'
import { keepName, isWildcard, type Filled } from './wildcards.js'

/**
 * Walks them with the `*` left as it is, so that a `*` fits whatever every text would fit.
 *
 * @throws ConfigError on the first fault that does not depend on what the `*` stands for.
 */
export function checkWildcards({ aliases, targets, skips }: LevelsOptions, levels: Levels): void {
  const check = ({ name, fill }: Filled, trail: readonly string[]): void => {
    if (trail.includes(name)) throw aliasCycle(name, trail)
    const inner = [...trail, name]
    for (const entry of levels.group(name).entries) {
      const model = fill(entry.options.model)
      conditionOf(entry)
      const alias = meant(model, inner)
      if (alias) {
        refuseTargetOptions(entry)
        // One without a wildcard was compiled, with all that it leads to.
        if (isWildcard(alias.name)) check(alias, inner)
      } else if (saysProvider(model)) targets.check({ ...entry.options, model }, entry.modelPath)
    }
  }
  const meant = (model: string, trail: readonly string[]): Filled | undefined => {
    if (!isWildcard(model)) return levels.meant(model, trail)
    return saysProvider(model) && targets.knows(model) ? undefined : levels.wildcards.find(model, trail)
  }
  for (const name of Object.keys(aliases).filter(isWildcard)) {
    check({ name, fill: keepName }, [])
    for (const [i, entry] of (groupOf(aliases[name] as AliasOptions).fallbacks ?? []).entries()) {
      const model = typeof entry === 'string' ? entry : entry.model
      const path = `models.${name}.fallbacks[${i}]`
      if (!skips(path) && !meant(model, [name]) && saysProvider(model)) targets.check({ model }, path)
    }
  }
}

/** Whether its provider is known, whatever the `*` stands for. */
function saysProvider(model: string): boolean {
  const star = model.indexOf('*')
  const mark = markOf(model)
  return star < 0 || (mark >= 0 && mark < star)
}
