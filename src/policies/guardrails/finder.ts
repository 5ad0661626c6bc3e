/** Checks that find places in a text. They are pure and quick, so that they can mask, and follow a stream. */

export interface Found {
  readonly start: number
  readonly end: number
  /** What it is, such as `email`. */
  readonly category: string
}

export interface Finder {
  /** In the order of the text; none overlaps another. */
  readonly find: (text: string) => readonly Found[]
  /** Characters of the longest text that it finds. A stream is held back for so many. */
  readonly reach: number
}

/** One kind of thing to find. */
export interface Pattern {
  readonly category: string
  /** With the flag `g`. */
  readonly pattern: RegExp
  /** Whether what the pattern found is one. */
  readonly holds?: (text: string) => boolean
}

export function finderOf(patterns: readonly Pattern[], reach: number): Finder {
  return { reach, find: (text) => withoutOverlaps(patterns.flatMap((pattern) => [...allOf(pattern, text)])) }
}

function* allOf({ category, pattern, holds }: Pattern, text: string): Generator<Found> {
  for (const match of text.matchAll(pattern)) {
    const [found] = match
    // An empty match says nothing.
    if (found === '' || holds?.(found) === false) continue
    yield { start: match.index, end: match.index + found.length, category }
  }
}

/** The first and longest count. */
export function withoutOverlaps(found: readonly Found[]): readonly Found[] {
  if (found.length < 2) return found
  const inOrder = [...found].sort((a, b) => a.start - b.start || b.end - a.end)
  let end = -1
  return inOrder.filter((one) => {
    if (one.start < end) return false
    end = one.end
    return true
  })
}

/** The text with `[EMAIL]` and the like in the places. */
export function masked(text: string, found: readonly Found[]): string {
  let given = ''
  let from = 0
  for (const { start, end, category } of found) {
    given += text.slice(from, start) + maskOf(category)
    from = end
  }
  return given + text.slice(from)
}

export const maskOf = (category: string): string => `[${category.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}]`
