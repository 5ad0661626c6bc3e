/** Aliases compiled to routes: levels of members, each level with its strategy. */
import type { Clock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import { typeName } from '../kernel/json.js'
import { didYouMean } from '../kernel/near.js'
import type { ErrorClass } from '../policies/error-class.js'
import { compileCondition } from './condition.js'
import type { AliasOptions, FallbackOptions, GroupOptions, TargetOptions } from './options.js'
import { hedgePolicy } from '../policies/hedge.js'
import type { Fallback, Level, Route } from './route.js'
import { strategies } from './strategies/index.js'
import { ordered } from './strategies/ordered.js'
import { ownStrategy } from './strategies/own.js'
import { weighted } from './strategies/weighted.js'
import type { Group, Member, Strategy } from './strategy.js'
import type { Holding } from './target.js'
import type { Targets } from './targets.js'

export interface AliasesOptions {
  readonly aliases: Readonly<Record<string, AliasOptions>>
  readonly targets: Targets
  readonly clock: Clock
  readonly random: () => number
}

/** Routes of made-up model strings remembered at most. */
const MEMO_LIMIT = 1024

interface Entry {
  readonly options: TargetOptions
  /** Where it stands in the options. */
  readonly path: string
  readonly modelPath: string
  readonly position: number
}

/** An alias whose name has a `*`, which stands for any text. */
interface Pattern {
  readonly name: string
  readonly before: string
  readonly after: string
}

/** Puts in what a wildcard stands for. */
type Fill = (text: string) => string

/** A model string that fits a wildcard. */
interface Filled {
  readonly name: string
  readonly fill: Fill
  readonly trail: readonly string[]
}

const asItIs: Fill = (text) => text

/** What makes no sense on an alias within an alias. */
const OF_TARGET = [
  'name',
  'region',
  'limits',
  'apiKey',
  'apiKeyEnv',
  'baseURL',
  'variables',
  'credentials',
  'headers',
] as const

export class Aliases {
  private readonly options: AliasesOptions
  private readonly compiled = new Map<string, Route>()
  /** Levels of the aliases. */
  private readonly ranked = new Map<string, readonly Level[]>()
  private readonly asked = new Map<string, Route>()
  private readonly patterns: readonly Pattern[]
  /** What ends the watches of routes that may be forgotten. */
  private readonly askedWatches: (() => void)[] = []
  /** Where new watches are noted: nowhere while the configuration is compiled, which stays. */
  private watches: (() => void)[] | undefined

  /** @throws ConfigError on the first fault of an alias. */
  constructor(options: AliasesOptions) {
    this.options = options
    const names = Object.keys(options.aliases)
    this.patterns = names
      .filter((name) => name.includes('*'))
      .map(patternOf)
      .sort(bySpecificity)
    for (const name of names) if (!name.includes('*')) this.alias(name)
  }

  /** What a model string means. @throws ConfigError when it names no target. */
  route(model: string, path = 'model'): Route {
    const known = this.compiled.get(model) ?? this.asked.get(model)
    if (known) return known
    if (this.asked.size >= MEMO_LIMIT) this.forget()
    this.watches = this.askedWatches
    const route = this.fromPattern(model) ?? this.single(model, this.options.targets.ask(model, path))
    this.asked.set(model, route)
    return route
  }

  /**
   * Of the configuration. Of an alias only its targets are meant, not its own fallbacks, so that two may stand in for each other.
   *
   * @param within - The alias that they belong to.
   * @throws ConfigError for one that names no target.
   */
  fallbacks(list: readonly FallbackOptions[], path: string, within?: string): readonly Fallback[] {
    return this.compileFallbacks(list, (model, i) => this.named(model, `${path}[${i}]`, within))
  }

  /** Of a call, which may make up names. @throws ConfigError for one that names no target. */
  askedFallbacks(list: readonly FallbackOptions[]): readonly Fallback[] {
    return this.compileFallbacks(list, (model, i) => this.route(model, `fallbacks[${i}]`))
  }

  private compileFallbacks(
    list: readonly FallbackOptions[],
    routeOf: (model: string, index: number) => Pick<Route, 'levels'>,
  ): readonly Fallback[] {
    return list.map((entry, i) => {
      const { model, on, params, messages } = typeof entry === 'string' ? ({ model: entry } as const) : entry
      const { levels } = routeOf(model, i)
      return Object.freeze({
        levels,
        on: classesOf(on),
        params: params || messages ? { ...params, ...(messages && { messages }) } : undefined,
      })
    })
  }

  private forget(): void {
    this.asked.clear()
    this.options.targets.forget()
    for (const unwatch of this.askedWatches.splice(0)) unwatch()
  }

  private has(name: string): boolean {
    return Object.hasOwn(this.options.aliases, name)
  }

  /** An alias or a target that the configuration names. */
  private named(model: string, path: string, within: string | undefined): Pick<Route, 'levels'> {
    if (this.has(model)) return { levels: this.levelsOf(model, []) }
    const filled = this.filled(model, within === undefined ? [] : [within])
    if (filled) return { levels: this.levels(filled.name, filled.fill, filled.trail) }
    return this.single(model, this.options.targets.configure({ model }, path, '', !this.watches))
  }

  private single(model: string, holding: Holding): Route {
    const level = this.level(model, ordered, [memberOf(holding)], {})
    return Object.freeze({ alias: false, levels: [level], fallbacks: [], hedge: undefined })
  }

  private alias(name: string): Route {
    const done = this.compiled.get(name)
    if (done) return done
    const route = this.compile(name, asItIs, this.levelsOf(name, []))
    this.compiled.set(name, route)
    return route
  }

  /** A target of the alias may match its own pattern (`openai/*` from `openai/*`): there it means itself. */
  private filled(model: string, trail: readonly string[]): Filled | undefined {
    const pattern = this.patterns.find((candidate) => matches(candidate, model) && !trail.includes(candidate.name))
    if (!pattern) return undefined
    const star = model.slice(pattern.before.length, model.length - pattern.after.length)
    return { name: pattern.name, fill: (text) => text.replaceAll('*', () => star), trail }
  }

  private fromPattern(model: string): Route | undefined {
    const filled = this.filled(model, [])
    return filled && this.compile(filled.name, filled.fill, this.levels(filled.name, filled.fill, []))
  }

  private compile(name: string, fill: Fill, levels: readonly Level[]): Route {
    const group = groupOf(this.options.aliases[name] as AliasOptions)
    const fallbacks = (group.fallbacks ?? []).map((entry) =>
      typeof entry === 'string' ? fill(entry) : { ...entry, model: fill(entry.model) },
    )
    return Object.freeze({
      alias: true,
      levels,
      fallbacks: this.fallbacks(fallbacks, `models.${name}.fallbacks`, name),
      hedge: hedgePolicy(group.hedge),
    })
  }

  private levelsOf(name: string, trail: readonly string[]): readonly Level[] {
    const done = this.ranked.get(name)
    if (done) return done
    const levels = this.levels(name, asItIs, trail)
    this.ranked.set(name, levels)
    return levels
  }

  private levels(name: string, fill: Fill, trail: readonly string[]): readonly Level[] {
    const path = `models.${name}`
    if (trail.includes(name)) {
      throw new ConfigError(path, `is an alias of itself: ${[...trail, name].join(' → ')}; break the cycle`)
    }
    const group = groupOf(this.options.aliases[name] as AliasOptions)
    const entries = entriesOf(group, path, fill)
    const strategy = strategyOf(group, entries, `${path}.strategy`)
    const inner = [...trail, name]
    const levels =
      strategy.strategy === ordered ? this.inOrder(entries, name, inner) : this.byOrder(entries, name, inner, strategy)
    return Object.freeze(levels)
  }

  /** Each entry is a level of its own: its tries are used up before the next begins. An alias among them keeps its strategy. */
  private inOrder(entries: readonly Entry[], name: string, trail: readonly string[]): Level[] {
    const sorted = [...entries].sort((a, b) => (a.options.order ?? 1) - (b.options.order ?? 1))
    return sorted.flatMap((entry) => {
      const nested = this.nested(entry, trail)
      if (!nested) return [this.level(name, ordered, [this.member(entry, name)], {})]
      return nested.map((level) => ({ ...level, members: level.members.map((member) => over(member, entry)) }))
    })
  }

  /** Entries of one order are a level, from which the strategy picks; an alias among them brings its targets. */
  private byOrder(
    entries: readonly Entry[],
    name: string,
    trail: readonly string[],
    { strategy, options }: Chosen,
  ): Level[] {
    const orders = [...new Set(entries.map((entry) => entry.options.order ?? 1))].sort((a, b) => a - b)
    return orders.map((order) => {
      const here = entries.filter((entry) => (entry.options.order ?? 1) === order)
      const members = here.flatMap((entry) => {
        const nested = this.nested(entry, trail)
        if (!nested) return [this.member(entry, name)]
        return nested.flatMap((level) => level.members.map((member) => over(member, entry)))
      })
      return this.level(name, strategy, unique(members), options)
    })
  }

  /** @throws ConfigError for what only a target can have. */
  private nested({ options, path }: Entry, trail: readonly string[]): readonly Level[] | undefined {
    const { model } = options
    const filled = this.has(model) ? undefined : this.filled(model, trail)
    if (!filled && !this.has(model)) return undefined
    const own = OF_TARGET.find((option) => options[option] !== undefined)
    if (own) throw new ConfigError(`${path}.${own}`, `\`${model}\` is an alias; set it on the alias's own targets`)
    return filled ? this.levels(filled.name, filled.fill, trail) : this.levelsOf(model, trail)
  }

  private member(entry: Entry, name: string): Member {
    const { options, modelPath, position } = entry
    return over(
      memberOf(this.options.targets.configure(options, modelPath, `${name}.${position + 1}`, !this.watches)),
      entry,
    )
  }

  private level(name: string, strategy: Strategy, members: readonly Member[], options: Group['options']): Level {
    const { clock, random } = this.options
    const selector = strategy.create({ name, members, options, clock, random })
    if (selector.changed) {
      for (const [index, { health }] of members.entries()) {
        const unwatch = health.watch(() => selector.changed?.(index))
        this.watches?.push(unwatch)
      }
    }
    return Object.freeze({ members: Object.freeze(members), selector, strategy: strategy.id })
  }
}

interface Chosen {
  readonly strategy: Strategy
  readonly options: Readonly<Record<string, unknown>>
}

/** A group, and where its targets stand below the alias; `undefined` when the alias is its only target. */
type NamedGroup = GroupOptions & { readonly at: string | undefined }

function groupOf(alias: AliasOptions): NamedGroup {
  if (typeof alias === 'string') return { targets: [alias], at: undefined }
  return 'targets' in alias ? { ...alias, at: '.targets' } : { targets: alias, at: '' }
}

function entriesOf(group: NamedGroup, path: string, fill: (text: string) => string): readonly Entry[] {
  return group.targets.map((entry, position) => {
    const options = typeof entry === 'string' ? { model: entry } : entry
    const dropUnsupported = options.dropUnsupported ?? group.dropUnsupported
    const at = group.at === undefined ? path : `${path}${group.at}[${position}]`
    return {
      options: { ...options, model: fill(options.model), dropUnsupported },
      path: at,
      modelPath: typeof entry === 'string' ? at : `${at}.model`,
      position,
    }
  })
}

/** @throws ConfigError for options that the strategy has not. */
function strategyOf({ strategy: named }: GroupOptions, entries: readonly Entry[], path: string): Chosen {
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

function classesOf(on: Exclude<FallbackOptions, string>['on']): ReadonlySet<ErrorClass> | undefined {
  return on === undefined || on === 'any' ? undefined : new Set(typeof on === 'string' ? [on] : on)
}

function memberOf(holding: Holding): Member {
  return { ...holding, weight: 1, tags: [], when: undefined }
}

/** What an entry says of the member, or of all members of the alias that it names. */
function over(member: Member, { options, path }: Entry): Member {
  const { target } = member
  const { weight, tags, when, timeout, params, contextWindow, capabilities, dropUnsupported } = options
  return Object.freeze({
    health: member.health,
    weight: weight ?? member.weight,
    tags: tags ?? member.tags,
    when: when ? compileCondition(when, `${path}.when`) : member.when,
    target: Object.freeze({
      ...target,
      timeout: timeout ? { ...target.timeout, ...timeout } : target.timeout,
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

/** Each once, as it was named first; conditions make members of one target differ. */
function unique(members: readonly Member[]): readonly Member[] {
  const seen = new Set<string>()
  return members.filter(({ target, when }) => {
    if (when) return true
    if (seen.has(target.id)) return false
    seen.add(target.id)
    return true
  })
}

function patternOf(name: string): Pattern {
  const at = name.indexOf('*')
  return { name, before: name.slice(0, at), after: name.slice(at + 1) }
}

function matches({ before, after }: Pattern, model: string): boolean {
  return model.length >= before.length + after.length && model.startsWith(before) && model.endsWith(after)
}

/** The longer the text beside the star, the more it says. */
function bySpecificity(a: Pattern, b: Pattern): number {
  return b.before.length + b.after.length - (a.before.length + a.after.length)
}
