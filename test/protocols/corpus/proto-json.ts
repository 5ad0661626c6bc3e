/** Proto JSON (https://protobuf.dev/programming-guides/json) in one of its spellings, so that two can be compared. */
import { isObject } from '../../../src/kernel/json.js'

/** Values whose names belong to the caller or the model. */
const FREE = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
  'labels',
])

function camelName(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())
}

/** `file_uri` as `fileUri`, and a single tool as the list it stands for. */
export function protoNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(protoNames)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = camelName(key)
      const named = FREE.has(name) ? inner : protoNames(inner)
      return [name, name === 'tools' && isObject(named) ? [named] : named]
    }),
  )
}
