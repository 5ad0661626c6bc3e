/**
 * The documented rules of each dialect as a validator, written from its page and not from the table in `src`
 * (`src/protocols/shared/schema-dialects.ts` names the pages).
 */
import { isObject } from '../../src/kernel/json.js'
import type { SchemaDialectId } from '../../src/kernel/protocol.js'

export type Dialect = SchemaDialectId

type Schema = Record<string, unknown>

interface Rules {
  readonly keywords: string
  readonly formats?: string
  readonly strict: boolean
  readonly allRequired: boolean
  readonly recursive: boolean
  readonly typeLists: boolean
  readonly properties?: number
  readonly depth?: number
  /** Any root is taken, but a union. */
  readonly anyRoot?: boolean
  readonly emptyObjects?: 'root' | 'none'
  readonly someRequired?: boolean
  readonly refsInUnions?: boolean
  readonly untyped?: boolean
  /** What a `pattern` looks like. */
  readonly pattern?: RegExp
  readonly integerBounds?: boolean
}

const COMMON = 'type properties required items enum anyOf description title $ref $defs additionalProperties'
const TEN = 'date-time time date duration email hostname ipv4 ipv6 uuid'
const RANGE = 'minimum maximum exclusiveMinimum exclusiveMaximum'
const BOUNDS = `${RANGE} multipleOf`
const SIZES = 'minItems maxItems minLength maxLength'
/** Without `^` and `$` but in classes, and what they escape. */
const WHOLE = /^(?:[^\\^$[]|\\.|\[(?:[^\]\\]|\\.)*\])+$/

const openai: Rules = {
  keywords: `${COMMON} const default pattern format minItems maxItems ${BOUNDS}`,
  formats: TEN,
  strict: true,
  allRequired: true,
  recursive: true,
  typeLists: true,
  properties: 5000,
  depth: 10,
}

const RULES: Readonly<Record<Dialect, Rules>> = {
  openai,
  azure: { ...openai, keywords: `${COMMON} const`, properties: 100, depth: 5 },
  groq: openai,
  mistral: { ...openai, allRequired: false },
  xai: {
    keywords: `${COMMON} const pattern format prefixItems minProperties maxProperties ${SIZES} ${RANGE}`,
    formats: 'date time date-time email uuid ipv4 ipv6 uri',
    strict: false,
    allRequired: false,
    recursive: false,
    typeLists: true,
    // It fits the whole text, so that an expression for a part says what may be around it.
    pattern: WHOLE,
  },
  cohere: {
    keywords: `${COMMON} const pattern format`,
    formats: 'date-time uuid date time',
    strict: false,
    allRequired: false,
    recursive: false,
    typeLists: false,
    someRequired: true,
    emptyObjects: 'none',
    pattern: WHOLE,
  },
  deepseek: {
    keywords: `${COMMON} pattern format ${BOUNDS}`,
    formats: 'email hostname ipv4 ipv6 uuid',
    strict: true,
    allRequired: true,
    recursive: true,
    typeLists: true,
    emptyObjects: 'root',
    refsInUnions: false,
  },
  fireworks: {
    keywords: `${COMMON} default`,
    strict: false,
    allRequired: false,
    recursive: true,
    typeLists: false,
  },
  ollama: {
    keywords: `${COMMON} const default pattern format ${SIZES} ${RANGE}`,
    formats: 'date time date-time uuid',
    strict: false,
    allRequired: false,
    recursive: true,
    typeLists: true,
    anyRoot: true,
    untyped: true,
    integerBounds: true,
    pattern: /^\^.*\$$/,
  },
  cerebras: {
    ...openai,
    keywords: `${COMMON} const prefixItems ${BOUNDS}`,
    recursive: false,
    typeLists: false,
    properties: 500,
  },
  anthropic: {
    keywords: `${COMMON} const default pattern format minItems`,
    formats: `${TEN} uri`,
    strict: true,
    allRequired: false,
    recursive: false,
    typeLists: true,
  },
  bedrock: {
    keywords: `${COMMON} const default pattern format minItems minLength maxLength`,
    formats: `${TEN} uri`,
    strict: true,
    allRequired: false,
    recursive: false,
    typeLists: true,
  },
  gemini: {
    keywords: `${COMMON} default format prefixItems minItems maxItems minimum maximum`,
    formats: 'date-time date time',
    strict: false,
    allRequired: false,
    recursive: true,
    typeLists: true,
  },
}

/** What a dialect's documentation says against the schema; empty when it takes it. */
export function complaints(root: Schema, dialect: Dialect): string[] {
  const rules = RULES[dialect]
  const allowed = new Set(rules.keywords.split(' '))
  const formats = new Set(rules.formats?.split(' '))
  const found: string[] = []
  let properties = 0
  const say = (path: string, what: string): void => void found.push(`${path || '(root)'}: ${what}`)

  if (dialect !== 'gemini' && !rules.anyRoot && root['type'] !== 'object') say('', 'the root is no object')
  if (root['anyOf'] !== undefined && !rules.anyRoot) say('', 'a union at the root')
  look(root, '', 0, new Set(), false)
  const defs = isObject(root['$defs']) ? root['$defs'] : {}
  for (const [name, schema] of Object.entries(defs)) look(schema, `$defs.${name}`, 0, new Set([name]), false)
  if (rules.properties !== undefined && properties > rules.properties) say('', `${properties} properties`)
  return found

  function look(schema: unknown, path: string, depth: number, within: ReadonlySet<string>, optional: boolean): void {
    if (!isObject(schema)) return say(path, `${JSON.stringify(schema)} is no schema`)
    const { type, $ref, anyOf } = schema
    for (const keyword of Object.keys(schema)) {
      if (!allowed.has(keyword)) say(path, keyword)
      if (schema[keyword] === undefined) say(path, `${keyword} is undefined`)
    }
    if ($ref !== undefined) {
      const name = /^#\/\$defs\/([^/]+)$/.exec(String($ref))?.[1]
      if (name === undefined || !isObject(root['$defs']) || !Object.hasOwn(root['$defs'], name))
        return say(path, `${String($ref)} leads nowhere`)
      if (Object.keys(schema).length > 1) say(path, 'something stands beside $ref')
      if (within.has(name) && !rules.recursive) say(path, 'recursion')
      if (within.has(name) && dialect === 'gemini' && !optional) say(path, 'recursion in a required property')
      if (!within.has(name)) look(root['$defs'][name], path, depth, new Set([...within, name]), optional)
      return
    }
    if (anyOf !== undefined) {
      if (!Array.isArray(anyOf)) return say(path, 'anyOf is no list')
      if (type !== undefined) say(path, 'type beside anyOf')
      if (rules.refsInUnions === false && anyOf.some((one) => isObject(one) && one['$ref'] !== undefined))
        say(path, 'a reference in a union')
      return anyOf.forEach((one, at) => look(one, `${path}|${at}`, depth, within, optional))
    }
    if (type === undefined && rules.untyped) return
    if (typeof type !== 'string' && !(rules.typeLists && Array.isArray(type) && type.includes('null')))
      say(path, `type ${JSON.stringify(type)}`)
    if (schema['format'] !== undefined && !formats.has(String(schema['format'])))
      say(path, `format ${String(schema['format'])}`)
    if (typeof schema['pattern'] === 'string' && rules.pattern && !rules.pattern.test(schema['pattern']))
      say(path, `pattern ${schema['pattern']}`)
    if (rules.integerBounds && type === 'number' && Object.keys(schema).some((one) => BOUNDS.includes(one)))
      say(path, 'bounds of a number')
    if (/\(\?<?[=!]/.test(String(schema['pattern'] ?? ''))) say(path, 'a pattern that looks around')
    if ((dialect === 'anthropic' || dialect === 'bedrock') && Number(schema['minItems'] ?? 0) > 1) say(path, 'minItems')
    if (dialect === 'gemini' && Array.isArray(schema['enum']) && schema['enum'].includes(true))
      say(path, 'enum of flags')
    if ([type].flat().includes('object')) lookAtObject(schema, path, depth + 1, within)
    if ([type].flat().includes('array')) lookAtList(schema, path, depth + 1, within, optional)
  }

  function lookAtObject(schema: Schema, path: string, depth: number, within: ReadonlySet<string>): void {
    if (rules.depth !== undefined && depth > rules.depth) say(path, `depth ${depth}`)
    const inner = isObject(schema['properties']) ? schema['properties'] : {}
    const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
    properties += Object.keys(inner).length
    if (rules.strict && schema['additionalProperties'] !== false) say(path, 'it is open')
    if (isObject(schema['additionalProperties'])) look(schema['additionalProperties'], `${path}.*`, depth, within, true)
    const isMap = isObject(schema['additionalProperties']) || schema['additionalProperties'] === true
    const isEmpty = Object.keys(inner).length === 0 && !isMap
    if (isEmpty && (rules.emptyObjects === 'none' || (rules.emptyObjects === 'root' && path !== '')))
      say(path, 'an empty object')
    if (rules.someRequired && required.length === 0 && !isMap) say(path, 'nothing is required')
    for (const name of required) if (!Object.hasOwn(inner, name)) say(path, `${name} is required and unknown`)
    for (const [name, one] of Object.entries(inner)) {
      if (rules.allRequired && !required.includes(name)) say(path, `${name} is not required`)
      look(one, `${path}.${name}`, depth, within, !required.includes(name))
    }
  }

  function lookAtList(
    schema: Schema,
    path: string,
    depth: number,
    within: ReadonlySet<string>,
    optional: boolean,
  ): void {
    const { items, prefixItems: prefix } = schema
    if (Array.isArray(prefix)) prefix.forEach((one, at) => look(one, `${path}[${at}]`, depth, within, optional))
    if (prefix !== undefined && (items === undefined || items === false)) return
    look(items, `${path}[]`, depth, within, optional)
  }
}
