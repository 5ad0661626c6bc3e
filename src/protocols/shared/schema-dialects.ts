/**
 * What each provider's enforced schemas (strict mode, structured output) take of JSON Schema: one table, read by every codec.
 * A keyword that is not in `takes` is rewritten where its meaning stays, told in the description where it only narrows, and
 * otherwise the schema is not enforced there (`schema/fit.ts`). `type`, `properties`, `required`, `items`, `enum`, `anyOf`,
 * `description`, `title`, `$ref` and `$defs` are taken by all.
 */
import type { SchemaDialectId } from '../../kernel/protocol.js'
import type { Keyword, SchemaDialect } from './schema/dialect.js'

const LENGTHS = ['minLength', 'maxLength'] as const
const SIZES = ['minItems', 'maxItems'] as const
const RANGE = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const
const BOUNDS = [...RANGE, 'multipleOf'] as const
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
  most: { minItems: 1 },
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

/** Of both kinds of its schemas: a tool's are enforced without being asked to. */
const xai: SchemaDialect = {
  id: 'xai',
  // https://docs.x.ai/developers/model-capabilities/text/structured-outputs#json-schema-support
  roots: ['object'],
  closed: false,
  allRequired: false,
  takes: keywords(
    'additionalProperties',
    'const',
    'format',
    'maxProperties',
    'minProperties',
    'pattern',
    'prefixItems',
    ...LENGTHS,
    ...SIZES,
    ...RANGE,
  ),
  formats: new Set(['date', 'time', 'date-time', 'email', 'uuid', 'ipv4', 'ipv6', 'uri']),
  patterns: 'whole',
  most: { minLength: 2048, maxLength: 2048, minItems: 256, maxItems: 256, minProperties: 64, maxProperties: 64 },
  typeLists: true,
  recursion: 'none',
  enums: ALL_ENUMS,
  limits: {},
}

/** Nothing is said of schemas that hold themselves, so they are not taken to be enforced. */
const cohere: SchemaDialect = {
  id: 'cohere',
  // https://docs.cohere.com/v2/docs/structured-outputs#parameter-types-support
  roots: ['object'],
  closed: false,
  allRequired: false,
  someRequired: true,
  takes: keywords('additionalProperties', 'const', 'format', 'pattern'),
  formats: new Set(['date-time', 'uuid', 'date', 'time']),
  patterns: 'whole',
  plainMaps: true,
  typeLists: false,
  recursion: 'none',
  emptyObjects: 'none',
  allTools: true,
  enums: ALL_ENUMS,
  limits: { toolProperties: 200 },
}

/** Of functions alone; for answers there are no schemas. */
const deepseek: SchemaDialect = {
  ...STRICT,
  id: 'deepseek',
  // https://api-docs.deepseek.com/guides/tool_calls#strict-mode-beta
  takes: keywords('format', 'pattern', ...BOUNDS),
  formats: new Set(['email', 'hostname', 'ipv4', 'ipv6', 'uuid']),
  // Not on the page: rig-core sends it so (https://docs.rs/rig-core/latest/rig_core/providers/deepseek).
  refsInUnions: false,
  emptyObjects: 'root',
  allTools: true,
}

const fireworks: SchemaDialect = {
  id: 'fireworks',
  // https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support
  roots: ['object'],
  closed: false,
  allRequired: false,
  takes: keywords('additionalProperties', 'default'),
  formats: NONE,
  patterns: 'without-lookaround',
  typeLists: false,
  recursion: 'any',
  enums: ALL_ENUMS,
  limits: {},
}

/** No page says what it refuses. Its own client closes objects and lets properties be left out. */
const mistral: SchemaDialect = {
  ...openai,
  id: 'mistral',
  // https://docs.mistral.ai/capabilities/structured_output/custom
  // https://github.com/mistralai/client-python/blob/main/src/mistralai/extra/utils/_pydantic_helper.py
  allRequired: false,
  limits: {},
}

/** Grammars of llama.cpp, for answers alone. */
const ollama: SchemaDialect = {
  id: 'ollama',
  // https://docs.ollama.com/capabilities/structured-outputs
  // https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md#json-schemas--gbnf
  roots: ['object', 'array', 'scalar', 'union'],
  closed: false,
  allRequired: false,
  takes: keywords('additionalProperties', 'const', 'default', 'format', 'pattern', ...LENGTHS, ...SIZES, ...RANGE),
  formats: new Set(['date', 'time', 'date-time', 'uuid']),
  patterns: 'anchored',
  integerBounds: true,
  untyped: true,
  typeLists: true,
  recursion: 'any',
  enums: ALL_ENUMS,
  limits: {},
}

export const SCHEMA_DIALECTS: Readonly<Record<SchemaDialectId, SchemaDialect>> = {
  anthropic,
  azure,
  bedrock,
  cerebras,
  cohere,
  deepseek,
  fireworks,
  gemini,
  groq,
  mistral,
  ollama,
  openai,
  xai,
}
