/** Readings that the yardsticks of all formats share. */
import { asArray, asString, isObject, parseJson } from '../../../src/kernel/json.js'
import type { FinishReason } from '../../../src/kernel/hub.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'

export interface Said {
  id: string | undefined
  model: string | undefined
  text: string
  reasoning: string
  /** Name and arguments of each call, in order. */
  calls: string[]
  /** `undefined` where the format has no word for it. */
  finish: FinishReason | undefined
  prompt: number | undefined
  completion: number | undefined
}

export function objects(value: unknown): JsonObject[] {
  return asArray(value).filter(isObject)
}

export function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, '')
}

export function call(name: unknown, input: unknown): string {
  const value = typeof input === 'string' ? (parseJson(input) ?? input) : input
  return `${asString(name)}(${JSON.stringify(value ?? {})})`
}
