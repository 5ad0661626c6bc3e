/** Targets that cannot be called because the key or a part of the address is missing. One error names all of them. */
import { ConfigError } from '../kernel/errors.js'
import { entriesOf, groupOf } from './alias-entries.js'
import type { AliasOptions, FallbackOptions, TargetOptions } from './options.js'
import { canonicalName } from './target-name.js'
import type { Targets } from './targets.js'
import { Wildcards } from './wildcards.js'

/** A target that was left out of the plan (option `skipWithoutKey`). */
export interface SkippedTarget {
  /** `provider/model`. */
  readonly target: string
  /** Its path in the options, such as `models.smart[1]`. */
  readonly path: string
  /** What is missing, and how to set it. */
  readonly reason: string
}

export interface MissingKeys {
  readonly targets: readonly SkippedTarget[]
  /** Whether the entry or fallback at this path of the options cannot be called. */
  skips(path: string): boolean
  /** Names of aliases without any target left. */
  readonly empty: ReadonlySet<string>
  /** What a call of such an alias lacks, in words; `undefined` for every other model. */
  lacking(model: string): string | undefined
}

interface Named {
  readonly options: TargetOptions
  readonly path: string
  readonly modelPath: string
}

interface Configuration {
  readonly models: Readonly<Record<string, AliasOptions>>
  readonly fallbacks: readonly FallbackOptions[]
}

/** Checks every target that the options name. @throws ConfigError for an unknown provider. */
export function findMissingKeys({ models, fallbacks }: Configuration, targets: Targets): MissingKeys {
  const isAlias = (model: string): boolean => Object.hasOwn(models, model)
  const found = new Map<string, SkippedTarget>()
  const look = ({ options, path, modelPath }: Named): void => {
    if (isAlias(options.model)) return
    const reason = targets.lacking(options)
    if (reason !== undefined) found.set(path, { target: canonicalName(options.model), path: modelPath, reason })
  }
  const entries = new Map<string, readonly Named[]>()
  for (const [name, alias] of Object.entries(models)) {
    const group = groupOf(alias)
    const own = entriesOf(group, `models.${name}`, isAlias)
    entries.set(name, own)
    for (const entry of [...own, ...named(group.fallbacks ?? [], `models.${name}.fallbacks`)]) look(entry)
  }
  for (const entry of named(fallbacks, 'fallbacks')) look(entry)
  const empty = emptyAliases(entries, found, targets)
  const wildcards = new Wildcards([...empty.keys()])
  return {
    targets: [...found.values()],
    skips: (path) => found.has(path),
    empty: new Set(empty.keys()),
    lacking: (model) => empty.get(model) ?? empty.get(wildcards.find(model)?.name ?? ''),
  }
}

function named(list: readonly FallbackOptions[], path: string): readonly Named[] {
  return list.map((entry, i) => {
    const at = `${path}[${i}]`
    return { options: { model: typeof entry === 'string' ? entry : entry.model }, path: at, modelPath: at }
  })
}

/** Includes aliases whose targets are all such aliases; their entries are added to `found`. */
function emptyAliases(
  entries: ReadonlyMap<string, readonly Named[]>,
  found: Map<string, SkippedTarget>,
  targets: Targets,
): ReadonlyMap<string, string> {
  const wildcards = new Wildcards([...entries.keys()])
  const empty = new Map<string, string>()
  const meant = (model: string): string | undefined =>
    entries.has(model) ? model : targets.knows(model) ? undefined : wildcards.find(model)?.name
  for (let before = -1; before !== empty.size;) {
    before = empty.size
    for (const [name, own] of entries) {
      for (const { options, path, modelPath } of own) {
        const alias = meant(options.model)
        const reason = alias === undefined ? undefined : empty.get(alias)
        if (reason !== undefined && !found.has(path))
          found.set(path, { target: options.model, path: modelPath, reason })
      }
      if (!empty.has(name) && own.length > 0 && own.every(({ path }) => found.has(path))) {
        empty.set(name, [...new Set(own.map(({ path }) => found.get(path)?.reason ?? ''))].join('; '))
      }
    }
  }
  return empty
}

/** One error for all of them, at the path of the first. */
export function missingKeysError({ targets }: MissingKeys): ConfigError | undefined {
  const [first] = targets
  if (!first) return undefined
  const [provider = '', ...model] = first.target.split('/')
  const others = targets.filter(({ reason }) => reason !== first.reason)
  const more = [...new Set(others.map(({ path, reason }) => `; ${path}: ${reason}`))].join('')
  const goOn = '; `skipWithoutKey: true` goes on without targets whose key is missing'
  return new ConfigError(first.path, `${first.reason}${more}${goOn}`, { provider, model: model.join('/') })
}
