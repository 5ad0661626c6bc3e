/** Queries of Portkey's conditional routing (https://portkey.ai/docs/product/ai-gateway/conditional-routing) as conditions. */
import { isObject } from '../kernel/json.js'
import type { Condition } from '../router/strategy.js'

const OPERATORS: ReadonlySet<string> = new Set(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$regex'])
const NUMERIC: ReadonlySet<string> = new Set(['$gt', '$gte', '$lt', '$lte'])

/** Conditions of which one must hold, or the words for why the query cannot be said so. */
export type Read = { readonly anyOf: readonly Condition[] } | { readonly fault: string }

type Tests = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export function conditionsOf(query: unknown): Read {
  const read = alternatives(query)
  return typeof read === 'string' ? { fault: read } : { anyOf: read as readonly Condition[] }
}

/** In disjunctive form: `$or` multiplies, `$and` joins. */
function alternatives(query: unknown): readonly Tests[] | string {
  if (!isObject(query) || Object.keys(query).length === 0) return 'the query is no object with fields'
  let all: readonly Tests[] = [{}]
  for (const [key, value] of Object.entries(query)) {
    const next = key === '$or' || key === '$and' ? combined(key, value) : field(key, value)
    if (typeof next === 'string') return next
    const joined = all.flatMap((one) => next.map((other) => join(one, other)))
    if (joined.includes(undefined)) return 'it tests one field twice in the same way'
    all = joined as readonly Tests[]
  }
  return all
}

function combined(key: string, value: unknown): readonly Tests[] | string {
  if (!Array.isArray(value) || value.length === 0) return `${key} is no list`
  const parts = value.map(alternatives)
  const fault = parts.find((part) => typeof part === 'string')
  if (typeof fault === 'string') return fault
  const tests = parts as (readonly Tests[])[]
  return key === '$or' ? tests.flat() : alternativesOfAll(tests)
}

function alternativesOfAll(parts: readonly (readonly Tests[])[]): readonly Tests[] | string {
  let all: readonly (Tests | undefined)[] = [{}]
  for (const part of parts) all = all.flatMap((one) => part.map((other) => one && join(one, other)))
  return all.includes(undefined) ? 'it tests one field twice in the same way' : (all as readonly Tests[])
}

function field(key: string, value: unknown): readonly Tests[] | string {
  const name = /^metadata\.(.+)$/.exec(key)?.[1]
  if (name === undefined) return `it asks for \`${key}\`, and conditions here see metadata only`
  if (!isObject(value)) return Array.isArray(value) ? `${key} is compared with a list` : [{ [name]: { $eq: value } }]
  for (const operator of Object.keys(value))
    if (!OPERATORS.has(operator)) return `there is no operator ${operator} here`
  const operands = Object.entries(value).map(([operator, operand]) => [
    operator,
    NUMERIC.has(operator) && typeof operand === 'string' ? Number(operand) : operand,
  ])
  return [{ [name]: Object.fromEntries(operands) as Record<string, unknown> }]
}

/** `undefined` when both say the same operator of one field. */
function join(one: Tests, other: Tests): Tests | undefined {
  const joined: Record<string, Readonly<Record<string, unknown>>> = { ...one }
  for (const [name, tests] of Object.entries(other)) {
    const there = joined[name] ?? {}
    if (Object.keys(tests).some((operator) => operator in there)) return undefined
    joined[name] = { ...there, ...tests }
  }
  return joined
}
