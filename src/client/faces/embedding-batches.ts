/** Splits a request for more embeddings than a provider takes at once, and joins the answers. */
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { checkLengths, sizeOf } from '../answers/vectors.js'
import type { EmbeddingsProtocol } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'

/** Inputs that one request to a target may hold; `undefined` means any number. */
export function maxInputs({ provider, model, base }: Target, codec: EmbeddingsProtocol): number | undefined {
  return provider.quirks.maxInputs?.[codec.id] ?? codec.maxInputs?.(base ?? model)
}

/** How many requests a target needs for these inputs. */
export function requestsFor(target: Target, { input }: EmbeddingsRequest): number {
  const codec = target.provider.embeddingsFor(target.model)
  const max = codec && maxInputs(target, codec)
  return max === undefined ? 1 : Math.max(1, Math.ceil(sizeOf(input) / max))
}

/** @param max - Inputs that one request may hold; `undefined` means any number. */
export function splitInput(request: EmbeddingsRequest, max: number | undefined): EmbeddingsRequest[] {
  const { input } = request
  const size = sizeOf(input)
  if (max === undefined || (max > 1 && size <= max) || size === 0) return [request]
  const list = (Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]) as string[] | number[][]
  // Formats that take one input take it without an array.
  if (max === 1) return list.map((one) => ({ ...request, input: one }))
  return Array.from({ length: Math.ceil(size / max) }, (_, at) => ({
    ...request,
    input: list.slice(at * max, (at + 1) * max) as string[] | number[][],
  }))
}

/** The request for inputs whose vectors are not known; `undefined` when all are. */
export function withoutKnown(
  request: EmbeddingsRequest,
  known: ReadonlyMap<number, unknown>,
): EmbeddingsRequest | undefined {
  const { input } = request
  // One input is known, or there would be nothing to leave out.
  if (!Array.isArray(input) || typeof input[0] === 'number') return undefined
  const rest = (input as readonly unknown[]).filter((_, at) => !known.has(at))
  return rest.length === 0 ? undefined : { ...request, input: rest as string[] | number[][] }
}

/** All vectors in the order of the inputs. @param came - The vectors of the others, in order. */
export function withKnown(came: EmbeddingsResponse, known: ReadonlyMap<number, readonly number[]>): EmbeddingsResponse {
  const others = came.data.map(({ embedding }) => embedding).values()
  const data = Array.from({ length: came.data.length + known.size }, (_, index) => ({
    object: 'embedding' as const,
    index,
    embedding: (known.get(index) ?? others.next().value) as number[],
  }))
  return { ...came, data }
}

/** @param parts - The requests that `answers` answer, in order. */
export function joinAnswers(
  parts: readonly EmbeddingsRequest[],
  answers: readonly EmbeddingsResponse[],
): EmbeddingsResponse {
  const [first, ...others] = answers as readonly [EmbeddingsResponse, ...EmbeddingsResponse[]]
  if (others.length === 0) {
    checkLengths(first)
    return first
  }
  let before = 0
  const data = answers.flatMap((answer, at) => {
    const start = before
    before += sizeOf(parts[at]?.input ?? [])
    return answer.data.map((entry) => ({ ...entry, index: start + entry.index }))
  })
  const raw = first.raw && {
    protocol: first.raw.protocol,
    value: joinValues(answers.map((answer) => answer.raw?.value ?? {})) as Record<string, unknown>,
  }
  // If one answer lacks usage, the total is unknown.
  const counts = answers.flatMap(({ usage }) => usage ?? [])
  const usage = counts.length === answers.length ? (joinValues(counts) as EmbeddingsResponse['usage']) : undefined
  const { usage: _ofFirst, ...rest } = first
  const joined = { ...rest, data, ...(usage && { usage }), ...(raw && { raw }) }
  checkLengths(joined)
  return joined
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'number'
}

/** Adds counts and joins lists (a vector is an entry, not a list); of all other values the first is kept. */
function joinValues(values: readonly unknown[]): unknown {
  const [first] = values
  if (values.every((value) => typeof value === 'number')) return values.reduce((sum, value) => sum + value, 0)
  if (values.every(isVector)) return values
  if (values.every((value) => Array.isArray(value))) return values.flat()
  if (!values.every(isObject)) return first
  const keys = [...new Set(values.flatMap((value) => Object.keys(value)))]
  return Object.fromEntries(
    keys.map((key) => [key, joinValues(values.flatMap((value) => (Object.hasOwn(value, key) ? [value[key]] : [])))]),
  )
}
