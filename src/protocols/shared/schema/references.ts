/** References within one schema: what they mean, whether they come round to themselves, and the names of what they mean. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'

/** @returns What a reference into `root` means; `undefined` for one to another document, or to nothing. */
export function resolveReference(root: JsonObject, reference: unknown): JsonObject | undefined {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  if (/^#[^/]/.test(reference)) return anchored(root, reference.slice(1))
  let found: unknown = root
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = decode(part)
    if (Array.isArray(found)) found = found[Number(key)] as unknown
    else found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }
  return isObject(found) ? found : undefined
}

/** The definition that names itself so. */
function anchored(root: JsonObject, name: string): JsonObject | undefined {
  const definitions = [root['$defs'], root['definitions']].flatMap((map) => (isObject(map) ? Object.values(map) : []))
  return definitions.filter(isObject).find((definition) => definition['$anchor'] === name)
}

function decode(part: string): string {
  const plain = part.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(plain)
  } catch {
    // A name with a bare percent sign is that name.
    return plain
  }
}

/** All references within a schema, in order. What a `const`, a `default` or an `enum` holds is no schema. */
export function referencesIn(schema: unknown, found: string[] = [], depth = 0): string[] {
  if (depth > 200) return found
  if (Array.isArray(schema)) for (const one of schema) referencesIn(one, found, depth + 1)
  if (!isObject(schema)) return found
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$ref' && typeof value === 'string') found.push(value)
    else if (keyword !== '$defs' && keyword !== 'definitions' && keyword !== 'const' && keyword !== 'enum')
      if (keyword !== 'default' && keyword !== 'examples') referencesIn(value, found, depth + 1)
  }
  return found
}

export class References {
  private readonly root: JsonObject
  private readonly names = new Map<string, string>()
  private readonly reached = new Map<string, ReadonlySet<string>>()

  constructor(root: JsonObject) {
    this.root = root
  }

  resolve(reference: unknown): JsonObject | undefined {
    return resolveReference(this.root, reference)
  }

  /** A name for `$defs`, other than those of other references. */
  nameOf(reference: string): string {
    const known = this.names.get(reference)
    if (known !== undefined) return known
    const last = decode(
      reference
        .replace(/^#(?=[^/])/, '')
        .split('/')
        .at(-1) ?? '',
    ).replace(/[^\w.-]/g, '_')
    const base = reference === '#' || last === '' ? 'root' : last
    const taken = new Set(this.names.values())
    let name = base
    for (let count = 2; taken.has(name); count += 1) name = `${base}_${count}`
    this.names.set(reference, name)
    return name
  }

  /** Whether a reference leads to nothing but references that come round. */
  isEmpty(reference: string): boolean {
    const seen = new Set<unknown>()
    let next: unknown = reference
    while (next !== undefined && !seen.has(next)) {
      seen.add(next)
      next = this.resolve(next)?.['$ref']
    }
    return next !== undefined
  }

  /** Whether following references from `from` leads to `to`. */
  leadsTo(from: string, to: string): boolean {
    let all = this.reached.get(from)
    if (!all) {
      const found = new Set<string>()
      const waiting = [from]
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for (const reference of referencesIn(this.resolve(next))) {
          if (found.has(reference)) continue
          found.add(reference)
          waiting.push(reference)
        }
      }
      this.reached.set(from, (all = found))
    }
    return all.has(to)
  }
}
