/** Which models a configuration names: what a gateway may pass on for programs that it does not know. */
import { groupOf } from './alias-entries.js'
import type { ClientOptions } from './options.js'
import { markOf } from './target-name.js'
import { Wildcards } from './wildcards.js'

/** What the names of `options` allow. */
export interface NamedModels {
  /** Ids of the providers that the options name: as a provider, or in an alias or a fallback. */
  readonly providers: ReadonlySet<string>
  /**
   * Whether the options say what `model` is: an alias, also one with a `*`, or a model of a provider that they name. True too for a
   * name that means nothing, which no provider gets.
   */
  allow(model: string): boolean
}

/** @param isProvider - Whether a text is the id of a known provider. */
export function namedModels(options: ClientOptions, isProvider: (id: string) => boolean): NamedModels {
  const aliases = options.models ?? {}
  const providers = new Set(Object.keys(options.providers ?? {}))
  const providerOf = (model: string): string | undefined => {
    const id = model.slice(0, Math.max(0, markOf(model)))
    return isProvider(id) ? id : undefined
  }
  const groups = Object.values(aliases).map(groupOf)
  const named = [
    ...groups.flatMap(({ targets, fallbacks = [] }) => [...targets, ...fallbacks]),
    ...(options.fallbacks ?? []),
  ]
  for (const entry of named) {
    const model = typeof entry === 'string' ? entry : entry.model
    const id = Object.hasOwn(aliases, model) ? undefined : providerOf(model)
    if (id !== undefined) providers.add(id)
  }
  const wildcards = new Wildcards(Object.keys(aliases))
  return {
    providers,
    allow(model) {
      if (Object.hasOwn(aliases, model) || wildcards.find(model)) return true
      const id = providerOf(model)
      return id === undefined || providers.has(id)
    },
  }
}
