/** Errors for malformed bodies. */
import { StreamError } from '../../kernel/errors.js'
import { isObject, typeName } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

export function badRequest(problem: string): StreamError {
  return new StreamError(`the request is malformed: ${problem}`, { isRetryable: false })
}

/** @throws StreamError when the body of a request is not an object. */
export function requestObject(wire: unknown): JsonObject {
  if (!isObject(wire)) throw badRequest(`it is ${typeName(wire)}, not an object`)
  return wire
}

/** @throws The provider's error where the body holds one, and otherwise a StreamError, when an answer is not an object. */
export function answerObject(wire: unknown, providerErrorOf: (wire: unknown) => Error | undefined): JsonObject {
  if (!isObject(wire)) throw providerErrorOf(wire) ?? new StreamError(`the answer is ${typeName(wire)}, not an object`)
  return wire
}
