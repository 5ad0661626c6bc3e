/** A model that answers as an enforced schema demands: with everything that is required, `null` where there is nothing to say. */
import { isObject } from '../../src/kernel/json.js'

type Schema = Record<string, unknown>

function resolve(schema: unknown, root: Schema): Schema {
  let found = isObject(schema) ? schema : {}
  for (let left = 20; left > 0 && typeof found['$ref'] === 'string'; left -= 1) {
    const name = found['$ref'].split('/').at(-1) ?? ''
    found = (root['$defs'] as Record<string, Schema>)[name] ?? {}
  }
  return found
}

/** @throws Error when the schema has no answer that says `value`: then the rewriting changed its meaning. */
export function answerTo(root: Schema, value: unknown): unknown {
  const answer = write(root, value)
  if (answer !== undefined) return answer.value
  // The whole may stand in an object of one property.
  const [name, ...others] = Object.keys((root['properties'] ?? {}) as object)
  const inner = name === undefined || others.length > 0 ? undefined : write((root['properties'] as Schema)[name], value)
  if (inner === undefined) throw new Error(`${JSON.stringify(value)} cannot be said by ${JSON.stringify(root)}`)
  return { [name as string]: inner.value }

  function write(given: unknown, said: unknown): { value: unknown } | undefined {
    const schema = resolve(given, root)
    if (Array.isArray(schema['anyOf'])) {
      for (const one of schema['anyOf']) {
        const answer = write(one, said)
        if (answer) return answer
      }
      return undefined
    }
    const types = [schema['type']].flat()
    // Without a type any value will do, and some value has to be there.
    if (types[0] === undefined && said !== undefined) return { value: said }
    if (said === null || said === undefined) return types.includes('null') ? { value: null } : undefined
    if ('const' in schema && JSON.stringify(schema['const']) !== JSON.stringify(said)) return undefined
    if (Array.isArray(schema['enum']) && !schema['enum'].includes(said)) return undefined
    if (Array.isArray(said)) return types.includes('array') ? writeList(schema, said) : undefined
    if (isObject(said)) return types.includes('object') ? writeObject(schema, said) : undefined
    const isNumber =
      typeof said === 'number' && (types.includes('number') || (types.includes('integer') && Number.isInteger(said)))
    return isNumber || types.includes(typeof said) ? { value: said } : undefined
  }

  function writeList(schema: Schema, said: readonly unknown[]): { value: unknown } | undefined {
    const prefix = Array.isArray(schema['prefixItems']) ? (schema['prefixItems'] as unknown[]) : []
    const written = said.map((one, at) => write(at < prefix.length ? prefix[at] : schema['items'], one))
    return written.every((one) => one !== undefined) ? { value: written.map((one) => one.value) } : undefined
  }

  function writeObject(schema: Schema, said: Schema): { value: unknown } | undefined {
    const properties = isObject(schema['properties']) ? schema['properties'] : {}
    const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
    const written: [string, unknown][] = []
    for (const name of new Set([...Object.keys(properties), ...Object.keys(said)])) {
      if (said[name] === undefined && !required.includes(name)) continue
      const inner = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties']
      const answer = isObject(inner) ? write(inner, said[name]) : undefined
      if (!answer && inner === true) written.push([name, said[name]])
      else if (!answer) return undefined
      else written.push([name, answer.value])
    }
    return { value: Object.fromEntries(written) }
  }
}
