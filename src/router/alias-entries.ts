/** The entries of an alias in one shape, whichever way the alias is written. */
import { ConfigError } from '../kernel/errors.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { AliasOptions, GroupOptions, TargetOptions } from './options.js'
import { differingFields } from './deep-equal.js'
import { canonicalName, labelOf, isOwnTarget } from './target-name.js'

export interface AliasEntry {
  readonly options: TargetOptions
  /** Settings of the alias for targets that do not set them. */
  readonly timeout: TimeoutOptions | undefined
  /** Its path in the options. */
  readonly path: string
  readonly modelPath: string
  readonly position: number
}

/** The group, and the path of its targets below the alias; `undefined` when the alias is its only target. */
export type NamedGroup = GroupOptions & { readonly at: string | undefined }

export function groupOf(alias: AliasOptions): NamedGroup {
  if (typeof alias === 'string') return { targets: [alias], at: undefined }
  return 'targets' in alias ? { ...alias, at: '.targets' } : { targets: alias, at: '' }
}

/**
 * An entry that is written twice is one.
 *
 * @throws ConfigError for two entries of one target with different settings, unless only their conditions differ.
 */
export function entriesOf(group: NamedGroup, path: string, isAlias: (model: string) => boolean): readonly AliasEntry[] {
  const seen = new Map<string, AliasEntry[]>()
  return group.targets
    .map((target, position) => entryOf(group, path, target, position))
    .filter((entry) => {
      const { options } = entry
      const label = labelOf(options)
      // Each of these is a target of its own, named by its place.
      if (label === undefined && isOwnTarget(options)) return true
      const id = `${canonicalName(options.model)}${label === undefined ? '' : `#${label}`}`
      const others = seen.get(id)
      if (!others) {
        seen.set(id, [entry])
        return true
      }
      for (const other of others) {
        const differing = differingFields(comparableOptions(other.options), comparableOptions(options))
        if (differing.length === 0) return false
        // An alias has no target name, so its targets count for both.
        if (differing.includes('when') || isAlias(options.model)) continue
        const many = differing.map((name) => `\`${name}\``).join(', ')
        throw new ConfigError(
          entry.path,
          `is the same target as ${other.path}, \`${id}\`, but differs in ${many}; give each a \`name\` of its own, or write it once`,
        )
      }
      others.push(entry)
      return true
    })
}

function entryOf(group: NamedGroup, path: string, target: string | TargetOptions, position: number): AliasEntry {
  const options = typeof target === 'string' ? { model: target } : target
  const at = group.at === undefined ? path : `${path}${group.at}[${position}]`
  return {
    options: { ...options, dropUnsupported: options.dropUnsupported ?? group.dropUnsupported },
    timeout: attemptTimeout(group.timeout),
    path: at,
    modelPath: typeof target === 'string' ? at : `${at}.model`,
    position,
  }
}

/** `total` of an alias is for the whole call. */
function attemptTimeout(timeout: GroupOptions['timeout']): TimeoutOptions | undefined {
  if (timeout === undefined || typeof timeout === 'number') return undefined
  const { total: _total, ...ofAttempts } = timeout
  return Object.values(ofAttempts).some((limit) => limit !== undefined) ? ofAttempts : undefined
}

/** With defaults filled in, and without the fields that were compared before. */
function comparableOptions({ model: _model, weight = 1, order = 1, ...rest }: TargetOptions): object {
  return { ...rest, weight, order }
}

export function aliasCycle(name: string, trail: readonly string[]): ConfigError {
  return new ConfigError(`models.${name}`, `is an alias of itself: ${[...trail, name].join(' → ')}; break the cycle`)
}
