/** Small readings that the rules share. A rule is a function from a body to what is wrong with it; nothing is a pass. */
import { asArray, asString, isObject } from '../../../src/kernel/json.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'

export type Rule = (body: JsonObject, given: { readonly model: string }) => string[]

export function objects(value: unknown): JsonObject[] {
  return asArray(value).filter(isObject)
}

export function text(value: unknown): string {
  return asString(value) ?? ''
}

/** Complaints of each entry, with where it stands. */
export function each(list: unknown, name: string, complain: (entry: JsonObject, at: number) => string[]): string[] {
  return asArray(list).flatMap((entry, at) =>
    isObject(entry)
      ? complain(entry, at).map((problem) => `${name}[${at}]: ${problem}`)
      : [`${name}[${at}] is no object`],
  )
}

export function only(allowed: readonly string[], object: JsonObject): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined && !allowed.includes(key))
    .map((key) => `the field \`${key}\` is not known`)
}

export function matches(pattern: RegExp, value: unknown, what: string): string[] {
  return typeof value === 'string' && pattern.test(value) ? [] : [`${what} is ${JSON.stringify(value)?.slice(0, 80)}`]
}

/** Calls that a turn opened, to be answered by the next: each once, and nothing else. */
export function answered(calls: readonly unknown[], results: readonly unknown[]): string[] {
  const missing = calls.filter((id) => !results.includes(id)).map((id) => `call ${String(id)} has no result behind it`)
  const orphans = results
    .filter((id) => !calls.includes(id))
    .map((id) => `result ${String(id)} answers no call before it`)
  const twice = new Set(results).size < results.length ? ['a call is answered twice'] : []
  const same = new Set(calls).size < calls.length ? ['two calls of a turn have one id'] : []
  return [...missing, ...orphans, ...twice, ...same]
}
