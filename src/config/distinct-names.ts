import type { TargetOptions } from '../router/options.js'
import { deepEqual } from '../router/deep-equal.js'
import { canonicalName, isOwnTarget } from '../router/target-name.js'

/**
 * Entries of one target that say different things of it get a name, their place from 1. A gateway counts each entry as a
 * target of its own; here one without a name would be refused.
 *
 * @param isAlias - Names that are not targets, and have no name beside theirs.
 */
export function withDistinctNames(
  targets: readonly TargetOptions[],
  isAlias: (model: string) => boolean = () => false,
): readonly TargetOptions[] {
  const first = new Map<string, object>()
  return targets.map((target, i) => {
    const { model, ...said } = target
    if (isOwnTarget(target) || isAlias(model)) return target
    const id = canonicalName(model)
    const known = first.get(id)
    if (!known) first.set(id, said)
    return !known || deepEqual(known, said) ? target : { ...target, name: String(i + 1) }
  })
}
