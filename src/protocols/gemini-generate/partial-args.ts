/**
 * Arguments that come in pieces, each with the JSON path of its place
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc).
 */
import { StreamError } from '../../kernel/errors.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

type Step = string | number
type Container = JsonObject | unknown[]

const MAX_STEPS = 100
const MAX_INDEX = 100_000
const STEP = /\.([^.[\]]+)|\[(\d{1,9})\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y

function stepsOf(path: unknown): Step[] {
  if (typeof path !== 'string' || !path.startsWith('$'))
    throw new StreamError('a piece of arguments without a JSON path')
  const steps: Step[] = []
  let at = 1
  while (at < path.length) {
    STEP.lastIndex = at
    const match = STEP.exec(path)
    if (!match || steps.length === MAX_STEPS)
      throw new StreamError('a piece of arguments with a JSON path that cannot be read')
    const [whole, name, index, single, double] = match
    steps.push(index === undefined ? (name ?? (single ?? double ?? '').replace(/\\(.)/g, '$1')) : Number(index))
    at += whole.length
  }
  return steps
}

function get(container: Container, step: Step): unknown {
  if (Array.isArray(container)) return typeof step === 'number' ? container[step] : undefined
  return Object.hasOwn(container, String(step)) ? container[String(step)] : undefined
}

function set(container: Container, step: Step, value: unknown): void {
  if (Array.isArray(container) && (typeof step !== 'number' || step > MAX_INDEX)) {
    throw new StreamError('a piece of arguments with a JSON path that fits no list')
  }
  // Also right for `__proto__`, which an assignment would not make a field.
  Object.defineProperty(container, step, { value, enumerable: true, configurable: true, writable: true })
}

function valueOf(piece: JsonObject): unknown {
  for (const field of ['stringValue', 'numberValue', 'boolValue']) if (piece[field] !== undefined) return piece[field]
  return null
}

/** Puts the pieces of one event into `args`. A string that will go on is extended by the next piece of its path. */
export function applyPartialArgs(args: JsonObject, pieces: unknown): void {
  for (const piece of asArray(pieces)) {
    if (!isObject(piece)) continue
    const steps = stepsOf(piece['jsonPath'])
    let container: Container = args
    for (const [position, step] of steps.entries()) {
      if (position === steps.length - 1) {
        const before = get(container, step)
        const value = valueOf(piece)
        set(container, step, typeof before === 'string' && typeof value === 'string' ? before + value : value)
        break
      }
      let inner = get(container, step)
      if (typeof inner !== 'object' || inner === null) {
        inner = typeof steps[position + 1] === 'number' ? [] : {}
        set(container, step, inner)
      }
      container = inner as Container
    }
  }
}
