/** Checks options once. An error names the path, the type of the value, and the fix; never the value itself. */
import type * as z from 'zod/mini'
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import type { ClientOptions } from './options.js'
import { callOptions, clientOptions } from './option-shapes.js'
import { hintFor } from './option-hints.js'

type Schema = z.ZodMiniType
type Path = readonly PropertyKey[]

/** @throws ConfigError on the first fault. */
export function checkClientOptions(options: unknown): asserts options is ClientOptions {
  if (typeof options === 'string') {
    throw new ConfigError('createClient(options)', 'expected an object, got a string; parse JSON text first')
  }
  if (!isObject(options)) {
    throw new ConfigError('createClient(options)', `expected an object or nothing, got ${typeName(options)}`)
  }
  checkShape(clientOptions, options)
}

/** @throws ConfigError on the first fault. */
export function checkCallOptions(options: unknown): void {
  checkShape(callOptions, options)
}

/** @throws ConfigError on the first fault. */
export function checkShape(schema: Schema, options: unknown): void {
  const result = schema.safeParse(options)
  if (result.success) return
  const issue = misspelt(result.error.issues)
  if (issue) throw toConfigError(schema, options, innermost(issue))
}

type Issue = z.core.$ZodIssue

/** The fault to report: an unknown name comes before a field that is missing because of it. */
function misspelt(issues: readonly Issue[]): Issue | undefined {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
}

/** Of a union's faults, the one of the intended branch: the branch whose own type fits. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  for (const branch of issue.errors) {
    const first = misspelt(branch)
    const wrongKind =
      first?.path.length === 0 &&
      (first.code === 'invalid_type' || first.code === 'invalid_value' || first.code === 'custom')
    if (first && !wrongKind) return innermost({ ...first, path: [...issue.path, ...first.path] })
  }
  return issue
}

function toConfigError(schema: Schema, options: unknown, issue: Issue): ConfigError {
  const path = issue.path
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const full = [...path, key]
    const known = knownKeys(schema, options, path, key)
    const hint = hintFor(key, known)
    return new ConfigError(
      pathText(full),
      `there is no such option${hint || (known.length > 0 ? `; use one of ${known.join(', ')}` : '')}`,
    )
  }
  const value = valueAt(options, path)
  // If the fields of an object do not go together, its type does not help.
  if (issue.code === 'custom' && isObject(value) && shapesOf(nodeAt(schema, path)).length > 0) {
    return new ConfigError(pathText(path), `expected ${expectation(issue)}`)
  }
  const hint = typeof value === 'string' ? didYouMean(value, wordsOf(issue)) : ''
  return new ConfigError(pathText(path), `expected ${expectation(issue)}, got ${describe(value)}${hint}`)
}

/** The allowed values, in words. */
function wordsOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_union') return issue.errors.flatMap(([first]) => (first ? wordsOf(first) : []))
  return issue.code === 'invalid_value' ? issue.values.filter((value) => typeof value === 'string') : []
}

/** The known keys at the place of an unknown one, by the schema. */
function knownKeys(schema: Schema, options: unknown, path: Path, wrong: string): readonly string[] {
  const shapes = shapesOf(nodeAt(schema, path))
  const value = valueAt(options, path)
  return shapes.length > 0
    ? shapes.flatMap((shape) => Object.keys(shape))
    : isObject(value)
      ? Object.keys(value).filter((key) => key !== wrong)
      : []
}

interface Definition {
  readonly type?: string
  readonly shape?: Record<string, unknown>
  readonly innerType?: unknown
  readonly valueType?: unknown
  readonly element?: unknown
  readonly options?: readonly unknown[]
}

function definitionOf(node: unknown): Definition {
  return (node as { _zod?: { def: Definition } } | undefined)?._zod?.def ?? {}
}

function nodeAt(schema: Schema, path: Path): unknown {
  return path.reduce<unknown>(stepInto, schema)
}

function stepInto(node: unknown, step: PropertyKey): unknown {
  const definition = definitionOf(node)
  if (definition.innerType) return stepInto(definition.innerType, step)
  if (definition.options) {
    for (const option of definition.options) {
      const next = stepInto(option, step)
      if (next) return next
    }
    return undefined
  }
  if (definition.element) return typeof step === 'number' ? definition.element : undefined
  return definition.shape?.[String(step)] ?? definition.valueType
}

function shapesOf(node: unknown): readonly Record<string, unknown>[] {
  const definition = definitionOf(node)
  if (definition.innerType) return shapesOf(definition.innerType)
  if (definition.options) return definition.options.flatMap(shapesOf)
  return definition.shape ? [definition.shape] : []
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : article(issue.expected)
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      if (issue.origin === 'string') return 'a string that is not empty'
      if (issue.origin === 'array') return `an array of at least ${String(issue.minimum)}`
      return `a number ${issue.inclusive ? 'of at least' : 'greater than'} ${String(issue.minimum)}`
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((branch) => (branch[0] ? [expectation(branch[0])] : [])))].join(' or ')
    default:
      return issue.message
  }
}

const article = (noun: string): string =>
  noun === 'record' ? 'an object' : /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`

/** Describes the type with the sign of a number, or that a string is empty, since that may be the fault. */
function describe(value: unknown): string {
  if (value === '') return 'an empty string'
  if (Array.isArray(value) && value.length === 0) return 'an empty array'
  if (typeof value === 'number')
    return Number.isNaN(value) ? 'NaN' : value < 0 ? 'a negative number' : value === 0 ? 'zero' : 'number'
  return typeName(value)
}

function valueAt(options: unknown, path: Path): unknown {
  let value = options
  for (const step of path)
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined
  return value
}

function pathText(path: Path): string {
  return path.reduce<string>(
    (shown, step) =>
      typeof step === 'number' ? `${shown}[${step}]` : shown === '' ? String(step) : `${shown}.${String(step)}`,
    '',
  )
}
