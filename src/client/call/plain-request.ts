/**
 * Checks that a request can be written as JSON. A value that refers to itself has no end, and code that reads it would use
 * memory until the process dies. So this runs once, before anything else reads the request.
 */
import { ConfigError, TracestitchError } from '../../kernel/errors.js'
import { clip, oneLine } from '../../kernel/plain-text.js'
import { isStandardSchema } from '../answers/standard-schema.js'

/** Levels of nesting. JSON Schemas, the deepest part of requests, have a few dozen. */
const DEPTH = 256
/**
 * Values of one request; a value that is referred to twice counts twice. Ten lists of ten lists, ten deep, would be written
 * as billions.
 */
const VALUES = 5_000_000
/** Characters of a field's name in a message, and of a path. */
const NAME = 60
const PATH = 400

interface Walk {
  /** The path from the request to the value that is being read. */
  readonly path: (string | number)[]
  readonly above: object[]
  values: number
}

/**
 * @param root - The name of the value in messages; empty for the body, whose fields are named by themselves.
 * @throws ConfigError that names the field which refers to itself, throws when it is read, is a BigInt, or is too deep.
 */
export function requirePlain(value: unknown, root = ''): void {
  const walk: Walk = { path: root === '' ? [] : [root], above: [], values: 0 }
  try {
    visit(value, walk)
  } catch (thrown) {
    throw thrown instanceof ConfigError ? thrown : fault(walk, UNREADABLE, causeOf(thrown))
  }
}

/** Runs a step that reads the caller's values. @throws ConfigError with `path` when it throws. */
export function readSafely<T>(path: string, step: () => T): T {
  try {
    return step()
  } catch (thrown) {
    throw thrown instanceof TracestitchError ? thrown : new ConfigError(path, UNREADABLE, causeOf(thrown))
  }
}

/** An accessor or a proxy has thrown. */
const UNREADABLE = 'throws an error when it is read; see the cause'

function causeOf(thrown: unknown): { readonly cause?: Error } {
  return thrown instanceof Error ? { cause: thrown } : {}
}

function visit(value: unknown, walk: Walk): void {
  if (typeof value === 'bigint') refuseBigInt(walk)
  if (typeof value !== 'object' || value === null) return
  const { above } = walk
  if (above.includes(value)) throw fault(walk, 'refers to itself, so it cannot be written as JSON')
  if (above.length >= DEPTH) throw fault(walk, `is nested more than ${DEPTH} levels deep`)
  if (isLeaf(value)) return
  above.push(value)
  if (Array.isArray(value)) visitList(value, walk)
  else for (const key of Object.keys(value)) visitField(value, key, walk)
  above.pop()
}

function visitList(list: readonly unknown[], walk: Walk): void {
  const { length } = list
  // Vectors and lists of tokens are long.
  if (length === 0 || typeof list[0] === 'number') return
  for (let i = 0; i < length; i += 1) visitField(list, i, walk)
}

function visitField(holder: object, key: string | number, walk: Walk): void {
  walk.path.push(key)
  walk.values += 1
  if (walk.values > VALUES) throw fault(walk, `makes the request one of more than ${VALUES} values`)
  visit((holder as Record<string | number, unknown>)[key], walk)
  walk.path.pop()
}

/** Bytes, files, and objects with a `toJSON`. A schema may refer to itself; it becomes a JSON Schema. */
function isLeaf(value: object): boolean {
  if (Array.isArray(value)) return false
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || Symbol.asyncIterator in value) return true
  const { toJSON, arrayBuffer } = value as { toJSON?: unknown; arrayBuffer?: unknown }
  return typeof toJSON === 'function' || typeof arrayBuffer === 'function' || isStandardSchema(value)
}

/** Some programs give BigInt a `toJSON`. */
function refuseBigInt(walk: Walk): void {
  if (typeof (BigInt.prototype as { toJSON?: unknown }).toJSON === 'function') return
  throw fault(walk, 'is a BigInt, which JSON does not have; give a number or a string')
}

function fault({ path }: Walk, problem: string, fields: { readonly cause?: Error } = {}): ConfigError {
  const shown = path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : `${text}${text === '' ? '' : '.'}${clip(oneLine(step), NAME)}`,
    '',
  )
  // A long path is cut in the middle.
  const known = shown.length > PATH ? `${clip(shown, PATH / 2)}${shown.slice(-PATH / 2)}` : shown
  return new ConfigError(known === '' ? 'body' : known, problem, fields)
}
