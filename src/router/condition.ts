/** Conditions on a call's metadata, checked once and compiled to a function. */
import { ConfigError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import { didYouMean } from '../kernel/near.js'
import type { Comparison, Condition, Scalar } from './strategy.js'

export type Holds = (metadata: Readonly<Record<string, unknown>>) => boolean
type Test = (value: unknown) => boolean

const numeric =
  (compare: (value: number, limit: number) => boolean) =>
  (limit: unknown): Test =>
  (value) =>
    typeof value === 'number' && compare(value, limit as number)

/** A list in the metadata, such as tags, holds when one of its elements does. */
const oneOf = (wanted: readonly unknown[]): Test => {
  const known = new Set(wanted)
  return (value) => (Array.isArray(value) ? value.some((element) => known.has(element)) : known.has(value))
}

const not =
  (test: Test): Test =>
  (value) =>
    !test(value)

const OPERATORS: Readonly<Record<keyof Comparison, (operand: unknown) => Test>> = {
  $eq: (operand) => oneOf([operand]),
  $ne: (operand) => not(oneOf([operand])),
  $in: (operand) => oneOf(operand as readonly Scalar[]),
  $nin: (operand) => not(oneOf(operand as readonly Scalar[])),
  $gt: numeric((value, limit) => value > limit),
  $gte: numeric((value, limit) => value >= limit),
  $lt: numeric((value, limit) => value < limit),
  $lte: numeric((value, limit) => value <= limit),
  $regex: (operand) => {
    const pattern = new RegExp(operand as string)
    return (value) => typeof value === 'string' && pattern.test(value)
  },
}

/** @throws ConfigError for an operator that there is not, an operand of the wrong type, or a broken expression. */
export function compileCondition(condition: Condition, path: string): Holds {
  const tests = Object.entries(condition).map(([field, wanted]) => [field, testOf(wanted, `${path}.${field}`)] as const)
  return (metadata) => tests.every(([field, test]) => test(metadata[field]))
}

function testOf(wanted: unknown, path: string): Test {
  if (Array.isArray(wanted)) return oneOf(wanted)
  if (!isObject(wanted)) return oneOf([wanted])
  const tests = Object.entries(wanted).map(([name, operand]) => operator(name, operand, path))
  return (value) => tests.every((test) => test(value))
}

function operator(name: string, operand: unknown, path: string): Test {
  if (!Object.hasOwn(OPERATORS, name)) {
    const names = Object.keys(OPERATORS)
    throw new ConfigError(
      `${path}.${name}`,
      `there is no such operator${didYouMean(name, names) || `; use one of ${names.join(', ')}`}`,
    )
  }
  const expected = expectedOf(name)
  if (!expected.fits(operand)) throw new ConfigError(`${path}.${name}`, `expected ${expected.words}`)
  try {
    return OPERATORS[name as keyof Comparison](operand)
  } catch (cause) {
    throw new ConfigError(`${path}.${name}`, 'is not a regular expression', { cause })
  }
}

function expectedOf(name: string): { readonly words: string; readonly fits: (operand: unknown) => boolean } {
  if (name === '$in' || name === '$nin') return { words: 'an array', fits: Array.isArray }
  if (name === '$regex')
    return { words: 'a regular expression as a string', fits: (operand) => typeof operand === 'string' }
  if (name === '$eq' || name === '$ne')
    return { words: 'a string, number, boolean or null', fits: (operand) => !isObject(operand) }
  return { words: 'a number', fits: (operand) => typeof operand === 'number' }
}
