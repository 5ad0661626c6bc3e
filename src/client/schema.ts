/** Structured output by any schema library, through Standard Schema (https://standardschema.dev). */
import { ConfigError, SchemaError } from '../kernel/errors.js'
import type { ResponseFormat } from '../kernel/hub.js'
import { isObject } from '../kernel/json.js'

/** The part of Standard Schema v1 that is used. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    /** Standard JSON Schema, where the library has it: zod 4.2, ArkType 2.1.28, and others. */
    readonly jsonSchema?: { readonly output: (options: { target: string }) => Record<string, unknown> } | undefined
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] }

export type SchemaOutput<S> = S extends {
  readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined }
}
  ? Output
  : unknown

export function isStandardSchema(value: unknown): value is StandardSchema {
  // ArkType's schemas are functions.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { '~standard'?: unknown })['~standard']
  return isObject(standard) && typeof standard['validate'] === 'function'
}

/** Draft 2020-12 is what OpenAI and Anthropic read. */
const TARGET = 'draft-2020-12'

/**
 * The `response_format` for a schema.
 *
 * @throws ConfigError when the schema cannot say its JSON Schema.
 */
export function formatOfSchema(schema: StandardSchema): ResponseFormat {
  const { jsonSchema, vendor } = schema['~standard']
  if (!jsonSchema) {
    throw new ConfigError(
      'response_format',
      `this ${vendor} schema has no Standard JSON Schema; give { type: 'json_schema', json_schema: { name, schema } }, or use zod 4.2 or newer`,
    )
  }
  let converted: Record<string, unknown>
  try {
    converted = jsonSchema.output({ target: TARGET })
  } catch (cause) {
    throw new ConfigError('response_format', `this ${vendor} schema cannot be written as JSON Schema; see the cause`, {
      cause,
    })
  }
  const { $schema: _dialect, ...json } = converted
  const title = json['title']
  const name = typeof title === 'string' && /^[\w-]{1,64}$/.test(title) ? title : 'answer'
  return { type: 'json_schema', json_schema: { name, schema: json, strict: fitsStrictMode(json) } }
}

/**
 * Whether OpenAI's strict mode takes the schema: every object is closed and requires all its properties
 * (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
 */
function fitsStrictMode(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(fitsStrictMode)
  if (!isObject(schema)) return true
  if (schema['type'] === 'object') {
    const properties = isObject(schema['properties']) ? schema['properties'] : {}
    const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
    if (schema['additionalProperties'] !== false || !Object.keys(properties).every((key) => required.includes(key)))
      return false
    if (!Object.values(properties).every(fitsStrictMode)) return false
  }
  return (
    ['items', 'prefixItems', 'anyOf', 'oneOf', 'allOf'].every((key) => fitsStrictMode(schema[key])) &&
    (!isObject(schema['$defs']) || Object.values(schema['$defs']).every(fitsStrictMode))
  )
}

/** @throws SchemaError when the content is not JSON or not what the schema asks for. */
export async function parseWithSchema(schema: StandardSchema, content: string): Promise<unknown> {
  let value: unknown
  try {
    value = parseContent(content)
  } catch {
    // The parser's message quotes the answer.
    throw new SchemaError('the answer is not JSON, so it cannot be checked against response_format', {
      code: 'invalid_json',
    })
  }
  const result = await schema['~standard'].validate(value)
  if (!result.issues) return result.value
  const where = result.issues.slice(0, 3).map(({ path }) => (path ?? []).map(stepName).join('.') || 'the whole')
  throw new SchemaError(`the answer does not fit response_format, at: ${where.join(', ')}`, {
    code: 'schema_mismatch',
    issues: result.issues,
  })
}

/**
 * The JSON of an answer. A model that is only asked for it in words often puts a code fence around it.
 *
 * @throws SyntaxError
 */
export function parseContent(content: string): unknown {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i.exec(content)?.[1]
  return JSON.parse(fenced ?? content) as unknown
}

function stepName(step: unknown): string {
  return isObject(step) && 'key' in step ? String(step['key']) : String(step)
}
