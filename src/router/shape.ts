/**
 * Shapes of options: what a value has to be, said so that an error can name its place and the fix. Own, since a library
 * for schemas weighs as much as several wire formats do and takes longer to load than the client.
 */
import { isObject } from '../kernel/json.js'

export type Path = readonly (string | number)[]

export interface Fault {
  readonly path: Path
  readonly value: unknown
  /** What the value should be. */
  readonly expected: string
  /** For a key that does not belong there: those that do. */
  readonly known?: readonly string[]
}

export interface Shape {
  /** As in `expected a number`. */
  readonly noun: string
  /** Whether a value is meant to have this shape, going by its type alone. */
  fits(value: unknown): boolean
  /** The first fault within a value that fits. */
  within?(value: never, path: Path): Fault | undefined
}

/** The first fault of a value, `undefined` when it has none. */
export function faultOf(shape: Shape, value: unknown, path: Path = []): Fault | undefined {
  if (!shape.fits(value)) return { path, value, expected: shape.noun }
  return shape.within?.(value as never, path)
}

/** A type, and what its values have to be besides: a test, and how that is said. */
export function type<T>(
  noun: string,
  fits: (value: unknown) => value is T,
  holds: (value: T) => boolean = () => true,
  expected = noun,
): Shape {
  return { noun, fits, within: (value: T, path) => (holds(value) ? undefined : { path, value, expected }) }
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

export const string = type('a string', isString)
export const text = type('a string', isString, (value) => value !== '', 'a string that is not empty')
export const boolean = type('a boolean', (value): value is boolean => typeof value === 'boolean')
export const anything: Shape = { noun: 'anything', fits: () => true }
export const aFunction: Shape = { noun: 'a function', fits: (value) => typeof value === 'function' }
export const positive = type('a number', isNumber, (value) => value > 0, 'a number greater than 0')
export const notNegative = type('a number', isNumber, (value) => value >= 0, 'a number of at least 0')
export const count = type('a whole number', isWhole, (value) => value >= 0, 'a number of at least 0')
export const positiveCount = type('a whole number', isWhole, (value) => value > 0, 'a number greater than 0')

export function oneOf(...values: readonly unknown[]): Shape {
  const noun = values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`
  return { noun, fits: (value) => values.includes(value) }
}

/** The first of the shapes that a value fits is the one that was meant. */
export function either(...shapes: readonly Shape[]): Shape {
  const meant = (value: unknown): Shape | undefined => shapes.find((shape) => shape.fits(value))
  return {
    noun: shapes.map(({ noun }) => noun).join(' or '),
    fits: (value) => meant(value) !== undefined,
    within: (value, path) => meant(value)?.within?.(value, path),
  }
}

export function list(item: Shape, least = 0): Shape {
  return {
    noun: 'an array',
    fits: (value) => Array.isArray(value),
    within(value: readonly unknown[], path) {
      if (value.length < least) return { path, value, expected: `an array of at least ${least}` }
      // By index: a loop would pass over holes.
      for (let i = 0; i < value.length; i += 1) {
        const fault = faultOf(item, value[i], [...path, i])
        if (fault) return fault
      }
      return undefined
    },
  }
}

/** An object whose keys are names of the caller's. What holds its entries otherwise, such as a `Map`, is none. */
export function record(entry: Shape): Shape {
  return {
    noun: 'an object',
    fits: (value) => isObject(value) && !(Symbol.iterator in value),
    within(value: object, path) {
      for (const [key, one] of Object.entries(value)) {
        const fault = faultOf(entry, one, [...path, key])
        if (fault) return fault
      }
      return undefined
    },
  }
}

/** An object of an interface: every key has its shape, so that none is forgotten. All may be left out but those in `needed`. */
export function object<T extends object>(
  fields: Readonly<Record<keyof T & string, Shape>>,
  { needed = [], open = false }: { readonly needed?: readonly (keyof T & string)[]; readonly open?: boolean } = {},
): Shape {
  const known = Object.keys(fields)
  return {
    noun: 'an object',
    fits: isObject,
    within(value: Readonly<Record<string, unknown>>, path) {
      for (const [key, shape] of Object.entries<Shape>(fields)) {
        const one = value[key]
        if (one === undefined && !needed.some((name) => name === key)) continue
        const fault = faultOf(shape, one, [...path, key])
        if (fault) return fault
      }
      const wrong = open ? undefined : Object.keys(value).find((key) => !Object.hasOwn(fields, key))
      return wrong === undefined
        ? undefined
        : { path: [...path, wrong], value: value[wrong], expected: 'nothing', known }
    },
  }
}
