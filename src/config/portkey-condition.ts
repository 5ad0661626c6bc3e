/** Queries of Portkey's conditional routing (https://portkey.ai/docs/product/ai-gateway/conditional-routing) as conditions. */
import { ConfigError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import { compileCondition } from '../router/condition.js'
import type { Condition } from '../router/strategy.js'

const NUMERIC: ReadonlySet<string> = new Set(['$gt', '$gte', '$lt', '$lte'])

/** A condition, or the words for why the query cannot be said so. */
export type ReadCondition = { readonly when: Condition } | { readonly fault: string }

/** What a query asks that is not known here. */
class Fault extends Error {}

export function conditionOf(query: unknown): ReadCondition {
  try {
    const when = translated(query) as Condition
    compileCondition(when, 'query')
    return { when }
  } catch (error) {
    if (error instanceof Fault || error instanceof ConfigError) return { fault: error.message }
    throw error
  }
}

/** @throws Fault */
function translated(query: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(query) || Object.keys(query).length === 0) throw new Fault('it is no object with fields')
  return Object.fromEntries(Object.entries(query).map(([key, value]) => part(key, value)))
}

function part(key: string, value: unknown): readonly [string, unknown] {
  if (key === '$and' || key === '$or') {
    if (!Array.isArray(value) || value.length === 0) throw new Fault(`${key} is no list`)
    return [key, value.map(translated)]
  }
  const name = /^metadata\.(.+)$/.exec(key)?.[1]
  if (name === undefined) throw new Fault(`it asks for \`${key}\`, and conditions here see metadata only`)
  return [name, isObject(value) ? comparison(value) : value]
}

/** Numbers may be there as text. */
function comparison(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([operator, operand]) => [
      operator,
      NUMERIC.has(operator) && typeof operand === 'string' ? Number(operand) : operand,
    ]),
  )
}
