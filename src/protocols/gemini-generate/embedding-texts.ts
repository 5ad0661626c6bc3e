/** Reading that both of Google's embeddings formats share. */
import { StreamError } from '../../kernel/errors.js'
import type { EmbeddingsRequest } from '../../kernel/hub.js'
import { limitsOf } from '../../kernel/limits.js'
import type { EncodeContext } from '../../kernel/protocol.js'

/** @throws UnsupportedParameterError for input of token numbers, which only texts can stand for. */
export function textsOf(request: EmbeddingsRequest, context: EncodeContext): string[] {
  const limits = limitsOf(context)
  const list: readonly unknown[] = [request.input].flat()
  if (list.some((entry) => typeof entry !== 'string')) limits.unsupported('input of token numbers', 'give texts')
  if (request.user !== undefined) limits.warn('`user` has no effect here')
  return list.filter((entry) => typeof entry === 'string')
}

/** @throws StreamError when it is no list of numbers. */
export function vectorOf(values: unknown, place: number): number[] {
  // A vector is of one kind throughout, and long.
  if (Array.isArray(values) && (values.length === 0 || typeof values[0] === 'number')) return values as number[]
  throw new StreamError(`embedding ${place} of the answer is no list of numbers`)
}
