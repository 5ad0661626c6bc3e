/** Structured output by any schema library, through Standard Schema (https://standardschema.dev). */
import { ConfigError, SchemaError } from '../../kernel/errors.js'
import type { ResponseFormat } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { inCurrentDraft } from '../../protocols/shared/schema/drafts.js'
import { restoreValue } from '../../protocols/shared/schema/restore.js'

/** The part of Standard Schema v1 that is used. */
export interface StandardSchema<Output = unknown> {
  /** The interface of Standard Schema (https://standardschema.dev). */
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    /** Standard JSON Schema, where the library has it: zod 4.2, ArkType 2.1.28, and others. */
    readonly jsonSchema?:
      | {
          readonly input?: ((options: { target: string }) => Record<string, unknown>) | undefined
          readonly output: (options: { target: string }) => Record<string, unknown>
        }
      | undefined
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

/**
 * Whether this is a JSON Schema that can also check values, as `z.toJSONSchema()` returns it; `JSON.stringify` does not see
 * that part.
 */
function isWritten(schema: StandardSchema): schema is StandardSchema & Record<string, unknown> {
  return (
    Object.getPrototypeOf(schema) === Object.prototype &&
    !Object.prototype.propertyIsEnumerable.call(schema, '~standard')
  )
}

/** Draft 2020-12 is what OpenAI and Anthropic read. */
const TARGET = 'draft-2020-12'

/** A schema does not change once it is made, so each is written once. */
const written = new WeakMap<object, Record<string, unknown>>()

/**
 * The JSON Schema of a schema's input, which is what the model has to write. For a default or a transform, this is the
 * value before it.
 *
 * @param path - The path of the schema, for messages.
 * @throws ConfigError when the schema has no JSON Schema.
 */
export function jsonOfSchema(schema: StandardSchema, path: string): Record<string, unknown> {
  const known = written.get(schema)
  if (known) return known
  // Converting it again would lose the caller's settings of the conversion.
  if (isWritten(schema)) return withoutDialect(schema)
  const { jsonSchema, vendor } = schema['~standard']
  if (!jsonSchema) throw new ConfigError(path, `this ${vendor} schema has no Standard JSON Schema; ${fixFor(schema)}`)
  let converted: Record<string, unknown>
  try {
    converted = (jsonSchema.input ?? jsonSchema.output)({ target: TARGET })
  } catch (cause) {
    throw new ConfigError(path, `this ${vendor} schema cannot be written as JSON Schema; see the cause`, { cause })
  }
  const json = withoutDialect(converted)
  written.set(schema, json)
  return json
}

function withoutDialect({ $schema: _dialect, ...json }: Record<string, unknown>): Record<string, unknown> {
  return json
}

function fixFor(schema: StandardSchema): string {
  const { vendor } = schema['~standard']
  if (vendor !== 'zod') return 'pass the JSON Schema itself, as the library or a companion package writes it'
  // Zod 3 has such names.
  const isOld = isObject(schema) && isObject(schema['_def']) && typeof schema['_def']['typeName'] === 'string'
  return isOld
    ? 'it is a zod 3 schema: use zod 4.2 or newer, or pass zodToJsonSchema(schema) of the package zod-to-json-schema'
    : 'use zod 4.2 or newer, or pass z.toJSONSchema(schema)'
}

/** The `response_format` for a schema. Each target gets it as strict as its rules allow. */
export function formatOfSchema(schema: StandardSchema): ResponseFormat {
  const json = jsonOfSchema(schema, 'response_format')
  return { type: 'json_schema', json_schema: { name: nameOf(json), schema: json, strict: true } }
}

function nameOf({ title }: Record<string, unknown>): string {
  return typeof title === 'string' && /^[\w-]{1,64}$/.test(title) ? title : 'answer'
}

/** The `text.format` of responses for a schema. Each target gets it as strict as its rules allow. */
function textFormatOf(schema: StandardSchema): Record<string, unknown> {
  const json = jsonOfSchema(schema, 'text.format')
  return { type: 'json_schema', name: nameOf(json), schema: json, strict: true }
}

/**
 * A body whose schemas, in the format of the answer and in tools, are JSON Schema. Chat's form and that of responses are read.
 *
 * @throws ConfigError with the path of a schema that cannot be converted.
 */
export function withJsonSchemas<Body extends object>(body: Body): Body {
  const { response_format: format, tools, text } = body as Record<string, unknown>
  const changes: Record<string, unknown> = {}
  if (isStandardSchema(format)) changes['response_format'] = formatOfSchema(format)
  else if (isObject(format)) {
    const inner = format['json_schema']
    const changed = isObject(inner) ? withJson(inner, 'schema', 'response_format.json_schema') : inner
    if (changed !== inner) changes['response_format'] = { ...format, json_schema: changed }
  }
  if (isObject(text) && isStandardSchema(text['format']))
    changes['text'] = { ...text, format: textFormatOf(text['format']) }
  else if (isObject(text) && isObject(text['format'])) {
    const changed = withJson(text['format'], 'schema', 'text.format')
    if (changed !== text['format']) changes['text'] = { ...text, format: changed }
  }
  if (Array.isArray(tools)) {
    const changed = tools.map(toolWithJson)
    if (changed.some((tool, at) => tool !== tools[at])) changes['tools'] = changed
  }
  return Object.keys(changes).length > 0 ? { ...body, ...changes } : body
}

function toolWithJson(tool: unknown, at: number): unknown {
  if (!isObject(tool)) return tool
  const path = `tools[${at}]`
  const made = tool['function']
  if (!isObject(made)) return withJson(tool, 'input_schema' in tool ? 'input_schema' : 'parameters', path)
  const changed = withJson(made, 'parameters', `${path}.function`)
  return changed === made ? tool : { ...tool, function: changed }
}

/** The object with the schema of `field` as JSON Schema of the current draft; itself when it is that already. */
function withJson(holder: Record<string, unknown>, field: string, path: string): Record<string, unknown> {
  const schema = holder[field]
  const place = `${path}.${field}`
  if (isStandardSchema(schema)) return { ...holder, [field]: jsonOfSchema(schema, place) }
  if (isObject(schema)) {
    refuseWithin(schema, place)
    if (isObject(schema['properties'])) refuseWithin(schema['properties'], `${place}.properties`)
    const current = inCurrentDraft(schema)
    if (current !== schema) return { ...holder, [field]: current }
  }
  return holder
}

/** A schema object of a library within a JSON Schema would be sent as its internal fields. */
function refuseWithin(schema: Record<string, unknown>, path: string): void {
  for (const [name, inner] of Object.entries(schema)) {
    if (!isStandardSchema(inner) || isWritten(inner)) continue
    const { vendor } = inner['~standard']
    throw new ConfigError(
      `${path}.${name}`,
      `a ${vendor} schema within a plain object; make the whole one ${vendor} schema, such as z.object({ … }), or JSON Schema`,
    )
  }
}

/** @throws SchemaError when the content is not JSON or does not fit the schema. */
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
  // A stream still has `null` for optional properties.
  const isSayable = isWritten(schema) || schema['~standard'].jsonSchema
  const json = isSayable && jsonOfSchema(schema, 'response_format')
  const result = await schema['~standard'].validate(json ? restoreValue(value, json) : value)
  if (!result.issues) return result.value
  const where = result.issues.slice(0, 3).map(({ path }) => (path ?? []).map(stepName).join('.') || 'the whole')
  throw new SchemaError(`the answer does not fit response_format, at: ${where.join(', ')}`, {
    code: 'schema_mismatch',
    issues: result.issues,
  })
}

/**
 * The JSON of an answer. A model that is asked for JSON only in the prompt often puts a code fence around it.
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
