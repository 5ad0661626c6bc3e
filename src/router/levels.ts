/** The targets of aliases, in levels, each with its selector. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { chosenStrategy, type ChosenStrategy } from './chosen-strategy.js'
import { aliasCycle, entriesOf, groupOf, type AliasEntry } from './alias-entries.js'
import { adjustedMember, conditionOf, joinedMembers, memberOf, sharedWeights } from './members.js'
import type { AliasOptions } from './options.js'
import type { Level } from './route.js'
import { ordered } from './strategies/ordered.js'
import type { Member } from './strategy.js'
import { targetOption } from './target-name.js'
import type { TrackedTarget } from './target.js'
import type { Targets } from './targets.js'
import { keepName, isWildcard, Wildcards, type Fill, type Filled } from './wildcards.js'

export interface LevelsOptions {
  readonly aliases: Readonly<Record<string, AliasOptions>>
  readonly targets: Targets
  readonly clock: Clock
  readonly random: () => number
  /** Whether the entry or fallback at this path of the options is left out. */
  readonly skips: (path: string) => boolean
}

/** A level that can be rebuilt with other members. */
interface Rank {
  readonly level: Level
  readonly name: string
  readonly chosen: ChosenStrategy
}

/** Aliases, outermost first. */
type Trail = readonly string[]

export class Levels {
  readonly wildcards: Wildcards
  private readonly options: LevelsOptions
  private readonly compiled = new Map<string, readonly Rank[]>()
  /** Collects functions that stop watches; absent while the configuration is compiled, whose watches stay. */
  private watches: (() => void)[] | undefined

  constructor(options: LevelsOptions) {
    this.options = options
    this.wildcards = new Wildcards(Object.keys(options.aliases))
  }

  /** The levels of an alias whose name has no wildcard. @throws ConfigError on its first fault. */
  of(name: string): readonly Level[] {
    return levelsOf(this.alias(name, []))
  }

  /** The levels of an alias with a wildcard. @throws ConfigError on its first fault. */
  filled({ name, fill }: Filled): readonly Level[] {
    return levelsOf(this.ranks(name, fill, []))
  }

  /** The level of a single target. */
  single(holding: TrackedTarget): readonly Level[] {
    return [this.rank('', { strategy: ordered, options: {} }, [memberOf(holding)]).level]
  }

  /**
   * The levels of an alias or a target that the configuration names.
   *
   * @param within - The alias that it is a fallback of.
   * @throws ConfigError when it names none.
   */
  named(model: string, path: string, within: string | undefined): readonly Level[] {
    const alias = this.meant(model, within === undefined ? [] : [within])
    if (alias) return levelsOf(this.nestedRanks(alias, []))
    return this.single(this.options.targets.configure({ model }, path, '', !this.watches))
  }

  /** Runs `compile`, and returns a function that stops the watches of the levels that it made. */
  passing<T>(compile: () => T): { readonly made: T; readonly end: () => void } {
    const watches: (() => void)[] = []
    const end = (): void => {
      for (const unwatch of watches) unwatch()
    }
    this.watches = watches
    try {
      return { made: compile(), end }
    } catch (error) {
      end()
      throw error
    } finally {
      this.watches = undefined
    }
  }

  /**
   * What a name means in the configuration: an alias of that exact name, else a target of a known provider, else an alias
   * with a wildcard that it fits. `undefined` for a target.
   */
  meant(model: string, trail: Trail): Filled | undefined {
    if (Object.hasOwn(this.options.aliases, model)) return { name: model, fill: keepName }
    if (this.options.targets.knows(model)) return undefined
    return this.wildcards.find(model, trail)
  }

  /** @throws ConfigError on the first fault in the options of an alias or its strategy. */
  group(name: string): { readonly entries: readonly AliasEntry[]; readonly chosen: ChosenStrategy } {
    const { aliases, skips } = this.options
    const path = `models.${name}`
    const group = groupOf(aliases[name] as AliasOptions)
    const all = entriesOf(group, path, (model) => Object.hasOwn(aliases, model))
    const entries = all.filter((entry) => !skips(entry.path))
    if (!isWildcard(name)) for (const { options, modelPath } of entries) refuseStar(options.model, modelPath)
    return { entries, chosen: chosenStrategy(group, entries, `${path}.strategy`) }
  }

  private alias(name: string, trail: Trail): readonly Rank[] {
    const done = this.compiled.get(name)
    if (done) return done
    const ranks = this.ranks(name, keepName, trail)
    this.compiled.set(name, ranks)
    return ranks
  }

  private nestedRanks({ name, fill }: Filled, trail: Trail): readonly Rank[] {
    return fill === keepName ? this.alias(name, trail) : this.ranks(name, fill, trail)
  }

  private ranks(name: string, fill: Fill, trail: Trail): readonly Rank[] {
    if (trail.includes(name)) throw aliasCycle(name, trail)
    const { entries, chosen } = this.group(name)
    const filled = entries.map((entry) => ({
      ...entry,
      options: { ...entry.options, model: fill(entry.options.model) },
    }))
    const inner = [...trail, name]
    return chosen.strategy === ordered ? this.inOrder(filled, name, inner) : this.byOrder(filled, name, inner, chosen)
  }

  /** Each entry is a level: its tries are used up before the next begins. An alias among them keeps its levels. */
  private inOrder(entries: readonly AliasEntry[], name: string, trail: Trail): readonly Rank[] {
    const sorted = [...entries].sort((a, b) => (a.options.order ?? 1) - (b.options.order ?? 1))
    return sorted.flatMap((entry) => {
      const when = conditionOf(entry)
      const nested = this.nested(entry, trail)
      if (!nested) {
        const member = adjustedMember(this.member(entry, name), entry, when)
        return [this.rank(name, { strategy: ordered, options: {} }, [member])]
      }
      return nested.map((rank) => {
        const members = rank.level.members.map((member) => adjustedMember(member, entry, when))
        if (members.every((member, i) => member === rank.level.members[i])) return rank
        // What strategies choose by has changed; otherwise the selector goes on with the same targets.
        if (when || entry.options.tags) return this.rank(rank.name, rank.chosen, members)
        return { ...rank, level: Object.freeze({ ...rank.level, members: Object.freeze(members) }) }
      })
    })
  }

  /**
   * Entries of one order are a level, from which the strategy picks. The targets of an alias among them join it: those of
   * its first level join the first level, those of its second level the next one, and so on.
   */
  private byOrder(entries: readonly AliasEntry[], name: string, trail: Trail, chosen: ChosenStrategy): readonly Rank[] {
    const orders = [...new Set(entries.map((entry) => entry.options.order ?? 1))].sort((a, b) => a - b)
    return orders.flatMap((order) => {
      const levels: Member[][] = []
      for (const entry of entries) {
        if ((entry.options.order ?? 1) !== order) continue
        for (const [depth, members] of this.brought(entry, name, trail, chosen).entries()) {
          const level = levels[depth]
          if (level) level.push(...members)
          else levels.push([...members])
        }
      }
      return levels.map((members) => this.rank(name, chosen, joinedMembers(members)))
    })
  }

  /** The members that an entry adds to each level. */
  private brought(
    entry: AliasEntry,
    name: string,
    trail: Trail,
    { strategy }: ChosenStrategy,
  ): readonly (readonly Member[])[] {
    const { weight = 1 } = entry.options
    const when = conditionOf(entry)
    const nested = this.nested(entry, trail)
    if (!nested) return [[Object.freeze({ ...adjustedMember(this.member(entry, name), entry, when), weight })]]
    const levels = nested.map(({ level: { members } }) => members)
    // A strategy that tries its members as written has their order already.
    const kept = strategy.keepsOrder === true ? [levels.flat()] : levels
    return kept.map((members) => sharedWeights(members, weight).map((member) => adjustedMember(member, entry, when)))
  }

  /** @throws ConfigError for options that only a target can have. */
  private nested(entry: AliasEntry, trail: Trail): readonly Rank[] | undefined {
    const alias = this.meant(entry.options.model, trail)
    if (!alias) return undefined
    refuseTargetOptions(entry)
    return this.nestedRanks(alias, trail)
  }

  private member({ options, modelPath, position }: AliasEntry, name: string): Member {
    return memberOf(this.options.targets.configure(options, modelPath, `${name}.${position + 1}`, !this.watches))
  }

  private rank(name: string, chosen: ChosenStrategy, members: readonly Member[]): Rank {
    const { clock, random } = this.options
    const { strategy, options } = chosen
    const selector = strategy.create({ name, members, options, clock, random })
    if (selector.changed) {
      for (const [index, { health }] of members.entries()) {
        const unwatch = health.watch(() => selector.changed?.(index))
        this.watches?.push(unwatch)
      }
    }
    const level = Object.freeze({ members: Object.freeze(members), selector, strategy: strategy.id })
    return { level, name, chosen }
  }
}

function levelsOf(ranks: readonly Rank[]): readonly Level[] {
  return Object.freeze(ranks.map(({ level }) => level))
}

export function refuseTargetOptions({ options, path }: AliasEntry): void {
  const own = targetOption(options)
  if (own === undefined) return
  throw new ConfigError(`${path}.${own}`, `\`${options.model}\` is an alias; set it on the alias's own targets`)
}

/** @throws ConfigError when nothing gives the `*` of a model a meaning. */
export function refuseStar(model: string, path: string): void {
  if (!isWildcard(model)) return
  throw new ConfigError(
    path,
    `the \`*\` in \`${model}\` stands for nothing here: only an alias with a \`*\` in its own name can pass one on`,
  )
}
