/** Checks that an answer has one vector for each input. A missing one would shift all later ones. */
import { StreamError } from '../../kernel/errors.js'
import type { Embedding, EmbeddingsRequest, EmbeddingsResponse } from '../../kernel/hub.js'
import { INVALID_EMBEDDINGS, WrongVector } from '../../protocols/shared/wrong-vector.js'

/** How many inputs a request holds. A list of numbers is one input, written as tokens. */
export function sizeOf(input: EmbeddingsRequest['input']): number {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1
}

/**
 * The answer in the order of the inputs.
 *
 * @param first - Index of the request's first input among all inputs of the call.
 * @throws StreamError that names the input, with the code `invalid_embeddings`.
 */
export function orderedVectors(
  answer: EmbeddingsResponse,
  request: EmbeddingsRequest,
  first: number,
): EmbeddingsResponse {
  const count = sizeOf(request.input)
  const { data } = answer
  // Inputs other than text are in `extra_body`, in a form of each format; only the answer says how many there are.
  const isElsewhere = count === 0 && data.length > 0
  const expected = isElsewhere ? data.length : count
  const placed: Embedding[] = []
  for (const entry of data) {
    const { index } = entry
    if (!Number.isInteger(index) || index < 0 || index >= expected)
      throw malformedAnswer(`a vector for input ${first + index}, and there are ${first + expected} inputs`)
    if (placed[index]) throw malformedAnswer(`two vectors for input ${first + index}`)
    placed[index] = entry
    checkNumbers(entry.embedding, first + index)
  }
  for (let at = 0; at < expected; at += 1)
    if (!placed[at])
      throw malformedAnswer(
        `${data.length} ${data.length === 1 ? 'vector' : 'vectors'} for ${expected} inputs: none for input ${first + at}`,
      )
  const isOrdered = placed.every((entry, at) => entry === data[at])
  return isOrdered ? answer : { ...answer, data: placed }
}

function checkNumbers(vector: readonly unknown[], input: number): void {
  if (vector.length === 0) throw malformedAnswer(`an empty vector for input ${input}`)
  for (let at = 0; at < vector.length; at += 1) {
    if (Number.isFinite(vector[at])) continue
    throw malformedAnswer(`a vector for input ${input} that holds ${nameOf(vector[at])} at ${at}`)
  }
}

function nameOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : `a ${typeof value}`
}

/** @throws StreamError when the vectors of one call differ in length. */
export function checkLengths({ data }: EmbeddingsResponse): void {
  const length = data[0]?.embedding.length
  for (const { embedding, index } of data) {
    if (embedding.length === length) continue
    throw malformedAnswer(
      `vectors of different lengths: ${length} numbers for input ${data[0]?.index}, ${embedding.length} for input ${index}`,
    )
  }
}

function malformedAnswer(what: string): StreamError {
  return new StreamError(`the answer has ${what}`, { code: INVALID_EMBEDDINGS })
}

/** The same error, with the index of the input in the caller's list. */
export function withCallerIndex(error: unknown, first: number): unknown {
  return error instanceof WrongVector && first > 0 ? new WrongVector(first + error.input, error.what) : error
}
