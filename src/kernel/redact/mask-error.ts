/** Cleans errors before callers get them: nothing in them, at any depth, shows a secret or repeats the request. */
import { CredentialsError, TracestitchError } from '../errors.js'
import { clip, withoutEscapes } from '../plain-text.js'
import { withoutKnownKeys } from '../safe-message.js'
import { isNativeError } from '../platform.js'

export interface ErrorMask {
  /** Hides secrets. */
  readonly secrets: (text: string) => string
  /** Hides secrets, and repeated parts of the request. */
  readonly all: (text: string) => string
}

/** Errors within one another, and objects within an error. */
const DEPTH = 8
/** Characters of any text of an error but its stack. */
const LENGTH = 2_000
/** Characters of a stack. */
const STACK = 16_000

/** What our errors say in the provider's words. All else is ours, or the caller's name for something. */
const WORDS: ReadonlySet<string> = new Set(['message', 'code', 'type', 'requestId'])

/** Hides in place what an error of ours must not show. Any other value is the caller's own, and stays as it is. */
export function maskError(error: unknown, mask: ErrorMask): void {
  if (error instanceof TracestitchError) maskOwn(error, mask, 0)
}

function maskOwn(error: TracestitchError, mask: ErrorMask, depth: number): void {
  const { message, stack, cause } = error
  for (const [key, value] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (key === 'stack' || key === 'name' || typeof value.value !== 'string') continue
    const said = WORDS.has(key) ? withoutEscapes(mask.all(value.value)) : mask.secrets(value.value)
    set(error, key, clip(said, LENGTH))
  }
  if (stack !== undefined) set(error, 'stack', maskedStack(stack, message, error.message, mask))
  if (cause === undefined || depth >= DEPTH) return
  const within = error instanceof CredentialsError ? guessing(mask) : mask
  set(error, 'cause', maskedCause(cause, within, depth + 1))
}

/** The error of a function for a key may quote a key that was never returned. */
function guessing({ secrets, all }: ErrorMask): ErrorMask {
  return { secrets: (text) => withoutKnownKeys(secrets(text)), all: (text) => withoutKnownKeys(all(text)) }
}

/** A stack begins with the message as it was. Frames name files and functions, which repeat no prompt. */
function maskedStack(stack: string, before: string, now: string, { secrets }: ErrorMask): string {
  return clip(secrets(before === '' ? stack : stack.replace(before, () => now)), STACK)
}

/** Anything else than an error of ours belongs to somebody else: it is left alone when it is clean, or a copy takes its place. */
function maskedCause(cause: unknown, mask: ErrorMask, depth: number): unknown {
  if (cause instanceof TracestitchError) {
    maskOwn(cause, mask, depth)
    return cause
  }
  if (isClean(cause, mask)) return cause
  return isNativeError(cause) || cause instanceof Error
    ? copyOf(cause, mask, depth)
    : new Error(mask.all(String(cause)))
}

/** Without what an error of a foreign make may carry beside its message: requests, headers, whole answers. */
function copyOf(error: Error, mask: ErrorMask, depth: number): Error {
  const message = read(error, 'message')
  const copy = new Error(clip(mask.all(message), LENGTH))
  copy.name = mask.secrets(read(error, 'name'))
  copy.stack = maskedStack(read(error, 'stack'), message, copy.message, mask)
  for (const key of ['code', 'errno', 'syscall', 'status', 'statusCode']) {
    const value: unknown = (error as unknown as Record<string, unknown>)[key]
    if (typeof value === 'number') set(copy, key, value, true)
    else if (typeof value === 'string') set(copy, key, mask.all(value), true)
  }
  if (error.cause !== undefined && depth < DEPTH) set(copy, 'cause', maskedCause(error.cause, mask, depth + 1))
  return copy
}

/** Whether nothing that may be printed of a value would be hidden. */
function isClean(value: unknown, mask: ErrorMask): boolean {
  const seen = new Set<object>()
  const look = (one: unknown, depth: number): boolean => {
    if (typeof one === 'string') return mask.all(one) === one
    if (typeof one === 'function' || typeof one !== 'object' || one === null) return true
    if (seen.has(one)) return true
    // Who hides things so deep may hide anything.
    if (depth > DEPTH || seen.size > 1_000) return false
    seen.add(one)
    return Reflect.ownKeys(one).every((key) => {
      const { value: inner } = Object.getOwnPropertyDescriptor(one, key) ?? {}
      return look(inner, depth + 1)
    })
  }
  try {
    return look(value, 0)
  } catch {
    // What cannot be looked at cannot be shown to be clean.
    return false
  }
}

function read(error: Error, key: 'message' | 'name' | 'stack'): string {
  const value: unknown = error[key]
  return typeof value === 'string' ? value : ''
}

function set(error: Error, key: string, value: unknown, enumerable?: boolean): void {
  const known = Object.getOwnPropertyDescriptor(error, key)
  Object.defineProperty(error, key, {
    value,
    writable: true,
    configurable: true,
    enumerable: enumerable ?? known?.enumerable ?? false,
  })
}
