/** The state of fitting one schema, shared by all its parts. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaDialect } from './dialect.js'
import { References } from './references.js'

/** A place in the caller's notation: `pets[].name`. Empty at the root. */
export interface Place {
  readonly path: string
  readonly keyword: string
}

export interface Spot {
  readonly path: string
  readonly depth: number
  /** The definition that it is in; `#` for the root. */
  readonly inside: string
  /** Below a property that may be left out, within that definition. */
  readonly optional: boolean
}

export const ROOT: Spot = { path: '', depth: 0, inside: '#', optional: false }

export function childSpot(at: Spot, suffix: string, more: Partial<Spot> = {}): Spot {
  const path = at.path === '' ? suffix.replace(/^\./, '') : `${at.path}${suffix}`
  return { ...at, path, depth: at.depth + 1, ...more }
}

/** Thrown within the fitting, and caught where it begins. */
export class CannotSay extends Error {
  readonly place: Place
  readonly why: string
  constructor(at: Spot, keyword: string, why: string) {
    super(why)
    this.place = { path: at.path, keyword }
    this.why = why
  }
}

export class Fitting {
  readonly dialect: SchemaDialect
  readonly root: JsonObject
  readonly references: References
  readonly told: Place[] = []
  /** Properties that may be left out and are nullable instead. */
  readonly nullables: string[] = []
  readonly definitions = new Map<string, JsonObject>()
  private readonly fitAny: (schema: unknown, fitting: Fitting, at: Spot) => JsonObject

  /** @param fit - Fits a schema of any kind, which those of some kinds hold. */
  constructor(dialect: SchemaDialect, root: JsonObject, fit: Fitting['fitAny']) {
    this.dialect = dialect
    this.root = root
    this.references = new References(root)
    this.fitAny = fit
  }

  fit(schema: unknown, at: Spot): JsonObject {
    return this.fitAny(schema, this, at)
  }

  tell(at: Spot, keyword: string): void {
    this.told.push({ path: at.path, keyword })
  }

  refuse(at: Spot, keyword: string, why: string): never {
    throw new CannotSay(at, keyword, why)
  }
}

/** The same schema, or `null`. */
export function nullableOf(schema: JsonObject, { dialect }: Fitting): JsonObject {
  const { type } = schema
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return schema
  const { anyOf } = schema
  if (Array.isArray(anyOf)) {
    if (anyOf.some((one) => isObject(one) && one['type'] === 'null')) return schema
    return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] }
  }
  const isPlain = typeof type === 'string' && type !== 'object' && type !== 'array'
  if (dialect.typeLists && isPlain && !('enum' in schema) && !('const' in schema))
    return { ...schema, type: [type, 'null'] }
  const { title, description, ...rest } = schema
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    anyOf: [rest, { type: 'null' }],
  }
}
