/** Aliases with a `*` in their name, which stands for any text, and for the same text in their targets. */
import { aliasCycle } from './alias-entries.js'

/** Puts in what a wildcard stands for. */
export type Fill = (text: string) => string

export const keepName: Fill = (text) => text

/** An alias, and what its wildcard stands for. */
export interface Filled {
  readonly name: string
  readonly fill: Fill
}

interface Pattern {
  readonly name: string
  readonly before: string
  readonly after: string
}

export const isWildcard = (name: string): boolean => name.includes('*')

export class Wildcards {
  private readonly patterns: readonly Pattern[]

  constructor(names: readonly string[]) {
    this.patterns = names.filter(isWildcard).map(patternOf).sort(bySpecificity)
  }

  /**
   * The most specific one that `model` fits.
   *
   * @param trail - The aliases that led here, outermost first. What the last of them names is not itself again
   *   (`fast-*` with a target `fast-*`), but what is behind it.
   * @throws ConfigError when it is one of those before the last.
   */
  find(model: string, trail: readonly string[] = []): Filled | undefined {
    for (const pattern of this.patterns) {
      const { name, before, after } = pattern
      if (name === trail.at(-1) || !matches(pattern, model)) continue
      if (trail.includes(name)) throw aliasCycle(name, trail)
      const star = model.slice(before.length, model.length - after.length)
      return { name, fill: (text) => text.replaceAll('*', () => star) }
    }
    return undefined
  }
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
