/** A dialect of enforced schemas: the facts that schemas are fitted to. */
import type { SchemaDialectId } from '../../../kernel/protocol.js'

/** Keywords that some take and some do not. */
export type Keyword =
  | 'additionalProperties'
  | 'const'
  | 'default'
  | 'exclusiveMaximum'
  | 'exclusiveMinimum'
  | 'format'
  | 'maxItems'
  | 'maxLength'
  | 'maxProperties'
  | 'maximum'
  | 'minItems'
  | 'minLength'
  | 'minProperties'
  | 'minimum'
  | 'multipleOf'
  | 'pattern'
  | 'prefixItems'
  | 'propertyOrdering'

/** Limits of a schema; those that are absent have no documented limit. */
export interface SchemaLimits {
  /** Properties of all objects together. */
  readonly properties?: number
  /** Objects and lists within each other. */
  readonly depth?: number
  /** Values of all `enum` together. */
  readonly enumValues?: number
  /** Characters of the values of one `enum` with more than 250 of them. */
  readonly enumChars?: number
  /** Characters of all names of properties and definitions, and of all values of `enum` and `const`. */
  readonly nameChars?: number
  /** Characters of the schema as JSON. */
  readonly jsonChars?: number
  /** Properties that may be left out, of all enforced schemas of a request together. */
  readonly optional?: number
  /** Unions, of all enforced schemas of a request together. */
  readonly unions?: number
  /** Enforced tools of a request. */
  readonly tools?: number
  /** Properties of all enforced tools of a request together. */
  readonly toolProperties?: number
}

export interface SchemaDialect {
  readonly id: SchemaDialectId
  /** What may be at the root; all else is wrapped in an object, and unwrapped in the answer. */
  readonly roots: readonly RootKind[]
  /** Every object says `additionalProperties: false`. */
  readonly closed: boolean
  /** Every property has to be required. One that may be left out is made nullable; `null` is taken out of the answer again. */
  readonly allRequired: boolean
  readonly takes: ReadonlySet<Keyword>
  /** Values of `format` for texts. */
  readonly formats: ReadonlySet<string>
  readonly patterns: PatternForm
  /** Most that the value of a keyword may be. */
  readonly most?: Readonly<Partial<Record<Keyword, number>>>
  /** Bounds narrow integers alone. Default: all numbers. */
  readonly integerBounds?: boolean
  /** Takes `type: ['string', 'null']`. */
  readonly typeLists: boolean
  /** Schemas that hold themselves: at any place, only below a property that may be left out, or not at all. */
  readonly recursion: 'any' | 'optional' | 'none'
  /** A reference may be an alternative of a union; otherwise what it means is written there. Default true. */
  readonly refsInUnions?: boolean
  /** Objects without properties: at any place, at the root, or not at all. Default `any`. */
  readonly emptyObjects?: 'any' | 'root' | 'none'
  /** Every object has a required property. Where none has to be there, the first is made nullable. Default false. */
  readonly someRequired?: boolean
  /** Takes a schema that any value fits. Default false. */
  readonly untyped?: boolean
  /** Of the values of `additionalProperties`, only the type is enforced. Default false. */
  readonly plainMaps?: boolean
  /** Functions are strict all together or not at all. Default false. */
  readonly allTools?: boolean
  /** Types of the values of an `enum`. */
  readonly enums: readonly ('string' | 'number' | 'boolean')[]
  readonly limits: SchemaLimits
}

/**
 * Regular expressions that `pattern` takes; none of them looks around. `simple`: without references to groups, borders of
 * words, and large counts. `anchored`: such a one with `^` and `$` at its ends. `whole`: such a one without them, which has to
 * fit the whole text.
 */
export type PatternForm = 'without-lookaround' | 'simple' | 'anchored' | 'whole'

export type RootKind = 'object' | 'array' | 'scalar' | 'union'
