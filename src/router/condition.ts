/** Conditions on a call's metadata, checked once and compiled to a function. */
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import type { Comparison, Condition, Scalar } from './strategy.js'

export type ConditionTest = (metadata: Readonly<Record<string, unknown>>) => boolean
type Test = (value: unknown) => boolean

interface Operand {
  readonly words: string
  readonly fits: (operand: unknown) => boolean
}

interface Operator {
  readonly takes: Operand
  readonly test: (operand: unknown) => Test
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)

const SCALAR: Operand = { words: 'a string, number, boolean or null', fits: isScalar }
const SCALARS: Operand = {
  words: 'an array of strings, numbers, booleans or nulls',
  fits: (operand) => Array.isArray(operand) && operand.every(isScalar),
}
const NUMBER: Operand = { words: 'a number', fits: (operand) => Number.isFinite(operand) }
const EXPRESSION: Operand = {
  words: 'a regular expression as a string',
  fits: (operand) => typeof operand === 'string',
}

/** A list in the metadata, such as tags, holds when one of its elements does. */
const oneOf = (wanted: readonly unknown[]): Test => {
  const known = new Set(wanted)
  return (value) => (Array.isArray(value) ? value.some((element) => known.has(element)) : known.has(value))
}

const not =
  (test: Test): Test =>
  (value) =>
    !test(value)

const numeric = (compare: (value: number, limit: number) => boolean): Operator => ({
  takes: NUMBER,
  test: (limit) => (value) => typeof value === 'number' && compare(value, limit as number),
})

const OPERATORS: Readonly<Record<keyof Comparison, Operator>> = {
  $eq: { takes: SCALAR, test: (operand) => oneOf([operand]) },
  $ne: { takes: SCALAR, test: (operand) => not(oneOf([operand])) },
  $in: { takes: SCALARS, test: (operand) => oneOf(operand as readonly Scalar[]) },
  $nin: { takes: SCALARS, test: (operand) => not(oneOf(operand as readonly Scalar[])) },
  $gt: numeric((value, limit) => value > limit),
  $gte: numeric((value, limit) => value >= limit),
  $lt: numeric((value, limit) => value < limit),
  $lte: numeric((value, limit) => value <= limit),
  $regex: {
    takes: EXPRESSION,
    test(operand) {
      const pattern = new RegExp(operand as string)
      return (value) => typeof value === 'string' && pattern.test(value)
    },
  },
}

/** How conditions combine; the operand is a list of them, except for `$not`. */
const COMBINATIONS: Readonly<Record<string, (all: readonly ConditionTest[]) => ConditionTest>> = {
  $and: (all) => (metadata) => all.every((holds) => holds(metadata)),
  $or: (all) => (metadata) => all.some((holds) => holds(metadata)),
  $not: (all) => (metadata) => !all.some((holds) => holds(metadata)),
}

/**
 * @throws ConfigError for an unknown operator, an operand of the wrong type, or a broken expression. Its path
 *   is that of the operand; the operand itself is not shown.
 */
export function compileCondition(condition: Condition, path: string): ConditionTest {
  const all = Object.entries(condition).map(([name, wanted]) => partOf(name, wanted, `${path}.${name}`))
  const [only] = all
  return all.length === 1 && only ? only : (metadata) => all.every((holds) => holds(metadata))
}

function partOf(name: string, wanted: unknown, path: string): ConditionTest {
  const combine = Object.hasOwn(COMBINATIONS, name) ? COMBINATIONS[name] : undefined
  if (combine) return combine(conditionsOf(name, wanted, path))
  if (name.startsWith('$')) throw noSuchOperator(name, path, Object.keys(COMBINATIONS))
  const test = testOf(wanted, path)
  return (metadata) => test(metadata[name])
}

function conditionsOf(name: string, wanted: unknown, path: string): readonly ConditionTest[] {
  if (name === '$not') return [conditionOf(wanted, path)]
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw new ConfigError(path, `expected an array of conditions, got ${empty(wanted)}`)
  return wanted.map((one, i) => conditionOf(one, `${path}[${i}]`))
}

/** Part of another condition, not checked yet. */
function conditionOf(wanted: unknown, path: string): ConditionTest {
  if (!isObject(wanted)) throw new ConfigError(path, `expected a condition, got ${typeName(wanted)}`)
  return compileCondition(wanted as Condition, path)
}

function testOf(wanted: unknown, path: string): Test {
  if (SCALARS.fits(wanted)) return oneOf(wanted as readonly Scalar[])
  if (isScalar(wanted)) return oneOf([wanted])
  if (!isObject(wanted) || Object.keys(wanted).length === 0) {
    throw new ConfigError(
      path,
      `expected ${SCALAR.words}, a list of them, or operators such as { $gt: 5 }, got ${empty(wanted)}`,
    )
  }
  const tests = Object.entries(wanted).map(([name, operand]) => testOfOperator(name, operand, `${path}.${name}`))
  return (value) => tests.every((test) => test(value))
}

function testOfOperator(name: string, operand: unknown, path: string): Test {
  if (!Object.hasOwn(OPERATORS, name)) throw noSuchOperator(name, path, Object.keys(OPERATORS))
  const { takes, test } = OPERATORS[name as keyof Comparison]
  if (!takes.fits(operand)) throw new ConfigError(path, `expected ${takes.words}, got ${typeName(operand)}`)
  try {
    return test(operand)
  } catch (cause) {
    throw new ConfigError(path, 'is not a regular expression', { cause })
  }
}

function noSuchOperator(name: string, path: string, names: readonly string[]): ConfigError {
  return new ConfigError(
    path,
    `there is no such operator${didYouMean(name, names) || `; use one of ${names.join(', ')}`}`,
  )
}

function empty(value: unknown): string {
  const hasNone = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return hasNone ? `an empty ${typeName(value)}` : typeName(value)
}
