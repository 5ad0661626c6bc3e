/** Compiles model strings to routes: those of the configuration at once, those of calls when they come. */
import { ConfigError } from '../kernel/errors.js'
import type { ErrorClass } from '../policies/classify-error.js'
import { classesMeantBy } from '../policies/fallback.js'
import { hedgePolicy } from '../policies/hedge.js'
import { groupOf } from './alias-entries.js'
import { Levels, refuseStar, type LevelsOptions } from './levels.js'
import type { AliasOptions, AnswerTest, FallbackOptions } from './options.js'
import { RecentlyUsed } from './recently-used.js'
import type { Fallback, Level, Route } from './route.js'
import { checkWildcards } from './wildcard-check.js'
import { keepName, isWildcard, type Filled } from './wildcards.js'

/** The most cached routes of model strings that only calls name. */
const REMEMBERED = 1024

/** Characters of a model string: of Bedrock's model ids, the longest, 2 048 (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
const LONGEST = 2_304

interface Remembered {
  readonly route: Route
  /** The ids of its targets, each once. */
  readonly targets: readonly string[]
  /** Stops watching its targets. */
  readonly end: () => void
}

export class Aliases {
  private readonly options: LevelsOptions
  private readonly levels: Levels
  private readonly compiled = new Map<string, Route>()
  private readonly asked = new RecentlyUsed<Remembered>(REMEMBERED, ({ targets, end }) => {
    end()
    this.options.targets.release(targets)
  })

  /** @throws ConfigError on the first fault of an alias. */
  constructor(options: LevelsOptions) {
    this.options = options
    this.levels = new Levels(options)
    for (const name of Object.keys(options.aliases)) {
      if (!isWildcard(name)) this.compiled.set(name, this.compile({ name, fill: keepName }, this.levels.of(name)))
    }
    checkWildcards(options, this.levels)
  }

  /** Whether it is an alias, or a model of a known provider. */
  knows(model: string): boolean {
    return this.compiled.has(model) || this.options.targets.knows(model)
  }

  /** The route for the model string of a call. @throws ConfigError when it names no target. */
  route(model: string, path = 'model'): Route {
    return this.compiled.get(model) ?? this.asked.get(model)?.route ?? this.remember(model, path)
  }

  /**
   * Fallbacks of the configuration. An alias stands only for its targets here, without its own fallbacks, so that two
   * aliases may be fallbacks of each other.
   *
   * @param within - The alias that they belong to.
   * @throws ConfigError for one that names no target.
   */
  fallbacks(list: readonly FallbackOptions[], path: string, within?: string): readonly Fallback[] {
    const ready = list.map((entry, i) => (this.options.skips(`${path}[${i}]`) ? undefined : entry))
    return compileFallbacks(ready, (model, i) => {
      refuseStar(model, `${path}[${i}]`)
      return this.levels.named(model, `${path}[${i}]`, within)
    })
  }

  /** Fallbacks of a call, which may have new names. @throws ConfigError for one that names no target. */
  askedFallbacks(list: readonly FallbackOptions[]): readonly Fallback[] {
    return compileFallbacks(list, (model, i) => this.route(model, `fallbacks[${i}]`).levels)
  }

  private remember(model: string, path: string): Route {
    requireLength(model, path)
    const { targets } = this.options
    try {
      const { made: route, end } = this.levels.passing(() => this.fromWildcard(model) ?? this.single(model, path))
      const ids = idsOf(route)
      targets.retain(ids)
      this.asked.add(model, { route, targets: ids, end })
      return route
    } catch (error) {
      targets.dropUnused()
      throw error
    }
  }

  private single(model: string, path: string): Route {
    const levels = this.levels.single(this.options.targets.ask(model, path))
    return Object.freeze({ alias: false, levels, fallbacks: [], hedge: undefined })
  }

  private fromWildcard(model: string): Route | undefined {
    const found = this.levels.wildcards.find(model)
    return found && this.compile(found, this.levels.filled(found))
  }

  private compile({ name, fill }: Filled, levels: readonly Level[]): Route {
    const group = groupOf(this.options.aliases[name] as AliasOptions)
    const fallbacks = (group.fallbacks ?? []).map((entry) =>
      typeof entry === 'string' ? fill(entry) : { ...entry, model: fill(entry.model) },
    )
    return Object.freeze({
      alias: true,
      levels,
      fallbacks: this.fallbacks(fallbacks, `models.${name}.fallbacks`, name),
      hedge: hedgePolicy(group.hedge),
      timeout: group.timeout,
    })
  }
}

function compileFallbacks(
  list: readonly (FallbackOptions | undefined)[],
  levelsOf: (model: string, index: number) => readonly Level[],
): readonly Fallback[] {
  return list.flatMap((entry, i) => {
    if (entry === undefined) return []
    const { model, on, params, messages } = typeof entry === 'string' ? ({ model: entry } as const) : entry
    return Object.freeze({
      levels: levelsOf(model, i),
      on: classesOf(on),
      tests: testsOf(on),
      params: params || messages ? { ...params, ...(messages && { messages }) } : undefined,
    })
  })
}

type FallbackOn = Exclude<FallbackOptions, string>['on']

function classesOf(on: FallbackOn): ReadonlySet<ErrorClass> | undefined {
  if (on === undefined || on === 'any') return undefined
  const list = typeof on === 'object' ? on : [on]
  return new Set(list.flatMap((entry) => (typeof entry === 'function' ? [] : classesMeantBy(entry))))
}

function testsOf(on: FallbackOn): readonly AnswerTest[] {
  const list = typeof on === 'object' ? on : [on]
  return list.filter((entry) => typeof entry === 'function')
}

/** Names are keys of the cache and attributes of spans. @throws ConfigError for a long one, without quoting it. */
function requireLength(model: string, path: string): void {
  if (model.length > LONGEST) throw new ConfigError(path, `is longer than ${LONGEST} characters, as no model's name is`)
}

function idsOf({ levels, fallbacks }: Route): readonly string[] {
  const all = [...levels, ...fallbacks.flatMap((fallback) => fallback.levels)]
  return [...new Set(all.flatMap(({ members }) => members.map(({ target }) => target.id)))]
}
