/** Tools for JSON values of any shape. */
import fc from 'fast-check'

/** Every object inside, the value itself first. Fields of the names in `except` are not looked into. */
export function everyObject(value: unknown, except: ReadonlySet<string> = new Set()): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([name, entry]) => (except.has(name) ? [] : everyObject(entry, except)))
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner]
}

export function strings(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('secretword') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key as string | number]))]
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return by
  if (Array.isArray(value))
    return (value as unknown[]).map((entry, at) => (at === key ? replaced(entry, rest, by) : entry))
  const object = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(object).map(([name, entry]) => [name, name === key ? replaced(entry, rest, by) : entry]),
  )
}

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    0,
    -1,
    1.5,
    true,
    [],
    {},
    [null],
    [[]],
    [{}],
    { type: null },
    { type: 'text' },
    'error',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

/** A function that replaces one to three places of a value by something else. */
export const mutated: fc.Arbitrary<(value: unknown) => unknown> = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), junk), { minLength: 1, maxLength: 3 })
  .map((wounds) => (value: unknown) => {
    let result = JSON.parse(JSON.stringify(value)) as unknown
    for (const [where, by] of wounds) {
      const paths = pathsOf(result)
      result = replaced(result, paths[Math.floor(where * paths.length)] ?? [], by)
    }
    return result
  })
