/** A vector of an answer that cannot be read, by the input that it is for. */
import { StreamError } from '../../kernel/errors.js'

export const INVALID_EMBEDDINGS = 'invalid_embeddings'

/** @param input - Place among the inputs of its request; of several requests of a call, the client counts on. */
export class WrongVector extends StreamError {
  readonly input: number
  readonly what: string
  constructor(input: number, what: string) {
    super(`the answer has a vector for input ${input} that is ${what}`, { code: INVALID_EMBEDDINGS })
    this.input = input
    this.what = what
  }
}

/** @throws WrongVector for what `read` cannot read. */
export function vectorFor<T>(input: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof StreamError && !(error instanceof WrongVector)) throw new WrongVector(input, error.message)
    throw error
  }
}
