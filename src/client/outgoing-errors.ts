/** The one place where errors leave the client: nothing private is on them, and their stacks begin at the caller's line. */
import { TracestitchError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import { maskError } from '../kernel/redact/mask-error.js'
import { Secrets } from '../kernel/redact/secrets.js'
import { addAddress, addHeaders } from '../kernel/redact/header-secrets.js'
import type { ClientOptions, ProviderOptions } from '../router/options.js'
import { ModelStream } from './streams/model-stream.js'
import { Redaction } from './call/redaction.js'
import type { CallOptions } from './types/options.js'

type Function = (...given: unknown[]) => unknown

/** The operations of a client, with their errors cleaned here. */
export function withCleanErrors<T extends object>(operations: T, secrets: Secrets): T {
  const entries = Object.entries(operations).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'function') return [name, cleaningErrors(value as Function, secrets)]
    return [name, isObject(value) ? withCleanErrors(value, secrets) : value]
  })
  return Object.fromEntries(entries) as T
}

function cleaningErrors(operation: Function, secrets: Secrets): Function {
  return function called(this: unknown, ...given: unknown[]): unknown {
    const at = callSite()
    const leave = (error: unknown): unknown => cleanError(error, at, () => redactionOf(given, secrets))
    let result: unknown
    try {
      result = operation.apply(this, given)
    } catch (error) {
      throw leave(error)
    }
    if (!(result instanceof Promise)) return result
    return result.then(
      (answer: unknown) => (answer instanceof ModelStream ? answer.leaveBy(leave) : answer),
      (error: unknown) => {
        throw leave(error)
      },
    )
  }
}

function cleanError(error: unknown, at: Error, redaction: () => Redaction): unknown {
  if (!(error instanceof TracestitchError)) return error
  // The call has cleaned this error already, and knows more.
  if (error.attempts.length === 0) {
    try {
      maskError(error, redaction())
    } catch {
      // Options that cannot be read were not used, and the error says so.
    }
  }
  startAt(error, at)
  return error
}

/** The redaction for a call that never began. */
function redactionOf([body, options]: readonly unknown[], secrets: Secrets): Redaction {
  const known = isObject(body) && typeof body['model'] === 'string' ? [body['model']] : []
  return new Redaction({ secrets, options: isObject(options) ? (options as CallOptions) : {}, request: body, known })
}

/** Frames of this file above the caller's line: `hereFor` and `called`. */
const OWN_FRAMES = 2

/** Where the function was called. An error costs half of `captureStackTrace`, and little as long as nobody reads its stack. */
function callSite(): Error {
  return new Error()
}

/** Sets the stack of an error of ours to the caller's: the useful line is the one in the program. */
function startAt(error: TracestitchError, at: Error): void {
  // A program may have changed how stacks are made.
  const stack: unknown = at.stack
  const frames = typeof stack === 'string' ? stack.split(/\n(?=\s+at )/).slice(1 + OWN_FRAMES) : []
  // Stack traces may be turned off.
  if (frames.length === 0) return
  const { name, message } = error
  Object.defineProperty(error, 'stack', {
    value: [`${name}: ${message}`, ...frames].join('\n'),
    writable: true,
    configurable: true,
    enumerable: false,
  })
}

/**
 * Runs synchronous code, such as the making of a client, so that the stacks of its errors begin at the caller's line.
 *
 * @param called - The function that the program calls.
 */
export function atCaller<T>(called: (...given: never[]) => unknown, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof TracestitchError) Error.captureStackTrace(error, called)
    throw error
  }
}

/** An error about options, without the secrets that they hold. */
export function cleanOf(error: unknown, options: ClientOptions): unknown {
  const secrets = secretsOf(options)
  const mask = (text: string): string => secrets.mask(text)
  maskError(error, { secrets: mask, all: mask })
  return error
}

function secretsOf({ providers = {} }: ClientOptions): Secrets {
  const secrets = new Secrets()
  for (const { apiKey, headers, baseURL } of Object.values(providers).filter(isObject) as ProviderOptions[]) {
    if (typeof apiKey === 'string') secrets.add(apiKey)
    if (isObject(headers)) addHeaders(secrets, headers)
    if (typeof baseURL === 'string') addAddress(secrets, baseURL)
  }
  return secrets
}
