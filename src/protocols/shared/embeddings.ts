/** What formats of embeddings agree on: texts go in, lists of numbers come out. */
import { StreamError, UnsupportedParameterError } from '../../kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import { asNumber, asString } from '../../kernel/json.js'
import type { DecodeOptions, EncodeContext, JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { badRequest } from './malformed.js'
import { rawOf } from './raw.js'

/**
 * The texts of a request. Warns of `user`, which these formats have no field for.
 *
 * @throws UnsupportedParameterError for token numbers, whatever may be dropped: an answer without a vector for each input
 * would be no answer.
 */
export function textsOf({ input, user }: EmbeddingsRequest, context: EncodeContext): string[] {
  const texts: readonly unknown[] = [input].flat()
  if (!texts.every((text) => typeof text === 'string'))
    throw new UnsupportedParameterError('input', context.provider, 'the format takes texts, not token numbers')
  if (user !== undefined) context.warn('`user` has no effect here')
  return texts as string[]
}

/**
 * The reverse of {@link textsOf}, for a field of one text or a list of them.
 *
 * @throws StreamError when it is neither.
 */
export function textsIn(input: unknown): string | string[] {
  if (typeof input === 'string') return input
  if (!Array.isArray(input)) throw badRequest('it has no `input`')
  return input.filter((text) => typeof text === 'string')
}

export interface WireRequest {
  readonly model: unknown
  readonly dimensions: unknown
  readonly format?: EmbeddingsRequest['encoding_format']
  /** Read only where content is wanted, as is `rest`. */
  readonly input: () => EmbeddingsRequest['input']
  /** What the hub has no place for. */
  readonly rest: () => JsonObject | undefined
}

export function embeddingsRequest(id: ProtocolId, wire: WireRequest, options: DecodeOptions): EmbeddingsRequest {
  const dimensions = asNumber(wire.dimensions)
  const head = {
    model: asString(wire.model) ?? '',
    ...(dimensions !== undefined && { dimensions }),
    ...(wire.format && { encoding_format: wire.format }),
  }
  return options.content === false
    ? { ...head, input: [] }
    : { ...head, input: wire.input(), ...rawOf(id, wire.rest()) }
}

export interface WireAnswer {
  /** Several formats do not say it; our own gateway does. */
  readonly model: unknown
  readonly id?: unknown
  readonly tokens: number | undefined
  /** Default `tokens`. */
  readonly total?: number | undefined
  /** Read only where content is wanted, as is `rest`. */
  readonly vectors: () => readonly unknown[]
  readonly rest: () => JsonObject | undefined
}

/** @throws StreamError when a vector is no list of numbers. */
export function embeddingsAnswer(id: ProtocolId, wire: WireAnswer, options: DecodeOptions): EmbeddingsResponse {
  const { tokens = 0, total = tokens } = wire
  const answerId = asString(wire.id)
  const head = {
    object: 'list' as const,
    model: asString(wire.model) ?? '',
    usage: { prompt_tokens: tokens, total_tokens: total },
    ...(answerId !== undefined && { id: answerId }),
  }
  if (options.content === false) return { ...head, data: [] }
  const data = wire.vectors().map((vector, index) => {
    if (!isVector(vector)) throw new StreamError(`embedding ${index} of the answer is no list of numbers`)
    return { object: 'embedding' as const, index, embedding: vector }
  })
  return { ...head, data, ...rawOf(id, wire.rest()) }
}

export function isVector(value: unknown): value is number[] {
  // A vector is of one kind throughout, and long.
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')
}
