/** Members of groups: targets with the settings of their alias entries. */
import { nearestTimeouts } from '../policies/timeout.js'
import { compileCondition, type ConditionTest } from './condition.js'
import type { AliasEntry } from './alias-entries.js'
import { deepEqual } from './deep-equal.js'
import type { Member } from './strategy.js'
import type { TrackedTarget } from './target.js'

export function memberOf(holding: TrackedTarget): Member {
  return { ...holding, weight: 1, tags: [], when: undefined }
}

/** Applies an entry to a member, or to each member of the alias that it names; without weights. */
export function adjustedMember(
  member: Member,
  { options, timeout: usual }: AliasEntry,
  when: ConditionTest | undefined,
): Member {
  const { target } = member
  const { base, tags, timeout, params, contextWindow, capabilities, dropUnsupported } = options
  const changes = { base, tags, usual, timeout, params, contextWindow, capabilities, dropUnsupported, when }
  if (Object.values(changes).every((change) => change === undefined)) return member
  return Object.freeze({
    ...member,
    tags: tags ?? member.tags,
    when: bothHold(member.when, when),
    target: Object.freeze({
      ...target,
      base: base ?? target.base,
      timeout: nearestTimeouts(timeout, target.timeout, usual),
      params: params ? { ...target.params, ...params } : target.params,
      facts: {
        ...target.facts,
        ...(contextWindow !== undefined && { contextWindow }),
        ...(capabilities && { capabilities: { ...target.facts.capabilities, ...capabilities } }),
      },
      dropUnsupported: target.dropUnsupported ?? dropUnsupported,
    }),
  })
}

export function conditionOf({ options: { when }, path }: AliasEntry): ConditionTest | undefined {
  return when && compileCondition(when, `${path}.when`)
}

/** An alias within an alias serves the calls that meet both conditions. */
function bothHold(inner: ConditionTest | undefined, outer: ConditionTest | undefined): ConditionTest | undefined {
  if (!inner || !outer) return inner ?? outer
  return (metadata) => outer(metadata) && inner(metadata)
}

/** Spreads one share over all members by their own weights; evenly when all weights are 0. */
export function sharedWeights(members: readonly Member[], share: number): readonly Member[] {
  const total = members.reduce((sum, { weight }) => sum + weight, 0)
  return members.map((member) =>
    Object.freeze({ ...member, weight: total > 0 ? (share * member.weight) / total : share / members.length }),
  )
}

/** Joins members that differ only in their weights, with the sum of the weights, at the place of the first. */
export function joinedMembers(members: readonly Member[]): readonly Member[] {
  const distinct: Member[] = []
  const places = new Map<string, number[]>()
  for (const member of members) {
    const { id } = member.target
    const known = places.get(id)
    const same = known?.find((place) => isAlike(distinct[place], member))
    if (same !== undefined) {
      const first = distinct[same] as Member
      distinct[same] = Object.freeze({ ...first, weight: first.weight + member.weight })
      continue
    }
    const place = distinct.push(member) - 1
    if (known) known.push(place)
    else places.set(id, [place])
  }
  return distinct
}

function isAlike(one: Member | undefined, other: Member): boolean {
  if (!one) return false
  const { base, timeout, params, facts, dropUnsupported } = one.target
  const { target } = other
  return (
    one.when === other.when &&
    deepEqual(one.tags, other.tags) &&
    deepEqual(
      [base, timeout, params, facts, dropUnsupported],
      [target.base, target.timeout, target.params, target.facts, target.dropUnsupported],
    )
  )
}
