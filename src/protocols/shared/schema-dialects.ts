/**
 * What each provider's enforced schemas (strict mode, structured output) take of JSON Schema: one table, read by every codec.
 * A keyword that is not in `takes` is rewritten where its meaning stays, told in the description where it only narrows, and
 * otherwise the schema is not enforced there (`schema/fit.ts`). `type`, `properties`, `required`, `items`, `enum`, `anyOf`,
 * `description`, `title`, `$ref` and `$defs` are taken by all.
 */
import type { SchemaDialectId } from '../../kernel/protocol.js'

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
  | 'maximum'
  | 'minItems'
  | 'minLength'
  | 'minimum'
  | 'multipleOf'
  | 'pattern'
  | 'prefixItems'
  | 'propertyOrdering'

/** Most that a schema may hold; what is not named has no documented limit. */
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
}

export interface SchemaDialect {
  readonly id: SchemaDialectId
  /** What may stand at the root; all else is wrapped in an object, and unwrapped in the answer. */
  readonly roots: readonly RootKind[]
  /** Every object says `additionalProperties: false`. */
  readonly closed: boolean
  /** Every property has to be required. One that may be left out is made nullable; `null` is taken out of the answer again. */
  readonly allRequired: boolean
  readonly takes: ReadonlySet<Keyword>
  /** Values of `format` for texts. */
  readonly formats: ReadonlySet<string>
  /** Regular expressions that `pattern` takes. */
  readonly patterns: 'without-lookaround' | 'simple'
  /** Most that `minItems` may be. */
  readonly maxMinItems?: number
  /** Takes `type: ['string', 'null']`. */
  readonly typeLists: boolean
  /** Schemas that hold themselves: at any place, only below a property that may be left out, or not at all. */
  readonly recursion: 'any' | 'optional' | 'none'
  /** Types of the values of an `enum`. */
  readonly enums: readonly ('string' | 'number' | 'boolean')[]
  readonly limits: SchemaLimits
}

export type RootKind = 'object' | 'array' | 'scalar' | 'union'

const LENGTHS = ['minLength', 'maxLength'] as const
const SIZES = ['minItems', 'maxItems'] as const
const BOUNDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] as const
const ALL_ENUMS = ['string', 'number', 'boolean'] as const
const NINE_FORMATS = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid']

const keywords = (...list: readonly Keyword[]): ReadonlySet<Keyword> => new Set(list)
const NONE: ReadonlySet<string> = new Set()

/** What strict mode has in common wherever it follows OpenAI's. */
const STRICT = {
  roots: ['object'],
  closed: true,
  allRequired: true,
  formats: NONE,
  patterns: 'without-lookaround',
  typeLists: true,
  recursion: 'any',
  enums: ALL_ENUMS,
  limits: {},
} as const satisfies Partial<SchemaDialect>

/** `default` is not on the page, and recorded requests with it were answered. That lookaround is refused is not on the page; the error says so: `regex lookaround is not supported`. */
const openai: SchemaDialect = {
  ...STRICT,
  id: 'openai',
  // https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
  takes: keywords('const', 'default', 'pattern', 'format', ...SIZES, ...BOUNDS),
  formats: new Set(NINE_FORMATS),
  limits: { properties: 5000, depth: 10, enumValues: 1000, enumChars: 15_000, nameChars: 120_000 },
}

const azure: SchemaDialect = {
  ...STRICT,
  id: 'azure',
  // https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs
  takes: keywords('const'),
  limits: { properties: 100, depth: 5 },
}

const anthropic: SchemaDialect = {
  id: 'anthropic',
  // https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
  roots: ['object'],
  closed: true,
  allRequired: false,
  takes: keywords('const', 'default', 'pattern', 'format', 'minItems'),
  formats: new Set([...NINE_FORMATS, 'uri']),
  patterns: 'simple',
  maxMinItems: 1,
  typeLists: true,
  recursion: 'none',
  enums: ALL_ENUMS,
  limits: { optional: 24, unions: 16, tools: 20 },
}

/** The same models behind another API, which takes the lengths of texts. */
const bedrock: SchemaDialect = {
  ...anthropic,
  id: 'bedrock',
  // https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
  takes: keywords('const', 'default', 'pattern', 'format', 'minItems', ...LENGTHS),
}

const gemini: SchemaDialect = {
  id: 'gemini',
  // https://ai.google.dev/gemini-api/docs/structured-output#json_schema_support
  // https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
  roots: ['object', 'array', 'scalar'],
  closed: false,
  allRequired: false,
  // `default` is passed over.
  takes: keywords(
    'additionalProperties',
    'default',
    'format',
    'prefixItems',
    'propertyOrdering',
    'minimum',
    'maximum',
    ...SIZES,
  ),
  formats: new Set(['date-time', 'date', 'time']),
  patterns: 'simple',
  typeLists: true,
  recursion: 'optional',
  enums: ['string', 'number'],
  limits: {},
}

const groq: SchemaDialect = {
  ...openai,
  id: 'groq',
  // https://console.groq.com/docs/structured-outputs
  limits: {},
}

const cerebras: SchemaDialect = {
  ...STRICT,
  id: 'cerebras',
  // https://inference-docs.cerebras.ai/capabilities/structured-outputs
  takes: keywords('const', 'prefixItems', ...BOUNDS),
  // `type: ['string', 'null']` is refused, as its page says.
  typeLists: false,
  recursion: 'none',
  limits: { properties: 500, depth: 10, enumValues: 500, enumChars: 7500, jsonChars: 5000 },
}

const xai: SchemaDialect = {
  ...STRICT,
  id: 'xai',
  // https://docs.x.ai/docs/guides/structured-outputs#supported-schemas
  takes: keywords('const', 'pattern', 'format', ...BOUNDS),
  formats: new Set(NINE_FORMATS),
}

export const SCHEMA_DIALECTS: Readonly<Record<SchemaDialectId, SchemaDialect>> = {
  anthropic,
  azure,
  bedrock,
  cerebras,
  gemini,
  groq,
  openai,
  xai,
}
