/** Tells a Node stream that the program leaves from one that breaks: both may end with the error of a broken connection. */
import { isObject } from '../../kernel/json.js'
import { define } from './stream-tap.js'

export interface Leaving {
  /** Whether the program has left the stream that now ends with `error`. */
  hasLeft(error: unknown): boolean
  /** The stream has ended. */
  forget(): void
}

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Watches an answer of `node:http`, whose socket or request a program may end instead of the stream (`@azure/core-sse`, got). */
export function watchLeaving(stream: object): Leaving {
  const { socket } = stream as { readonly socket?: Socket }
  const request = requestOf(stream)
  let left = false
  const unwatch = [
    // Node itself ends a socket that the server has ended.
    before(socket, 'end', () => (left ||= socket?.readableEnded !== true)),
    // Node marks a request whose connection has broken as destroyed. A program may destroy it then as well.
    before(request, 'destroy', (error) => (left ||= request?.destroyed !== true && (!error || isAbort(error)))),
  ]
  return {
    // A client may abort its request because the connection has failed.
    hasLeft: (error) => !hasFailed(socket) && (left || isAbort(error) || isAborted(stream)),
    forget() {
      for (const step of unwatch) step()
    },
  }
}

interface Socket {
  readonly readableEnded?: boolean
  readonly errored?: unknown
}
interface Request {
  readonly destroyed?: boolean
  readonly aborted?: boolean
}

/**
 * Calls `step` before a method, if that is the one of its class.
 *
 * @returns A function that restores it.
 */
function before(holder: object | undefined, name: string, step: (...args: unknown[]) => void): () => void {
  const original: unknown = isObject(holder) && !Object.hasOwn(holder, name) ? holder[name] : undefined
  if (!holder || typeof original !== 'function') return () => undefined
  const watched: Method = function (this: unknown, ...args: unknown[]) {
    step(...args)
    return Reflect.apply(original, this, args)
  }
  define(holder, name, watched)
  return () => {
    if (Reflect.get(holder, name) === watched) Reflect.deleteProperty(holder, name)
  }
}

/** An error that the program gives is that of the connection as well. */
const hasFailed = (socket: Socket | undefined): boolean => Boolean(socket?.errored) && !isAbort(socket?.errored)

/** A loop over a stream that ends early destroys it with this error. */
function isAbort(error: unknown): boolean {
  return isObject(error) && error['code'] === 'ABORT_ERR'
}

/** A loop over an answer of `node:http` that ends early aborts its request. */
const isAborted = (stream: object): boolean => requestOf(stream)?.aborted === true

/** Of an answer of `node:http`. */
const requestOf = (stream: object): Request | undefined =>
  (stream as Readonly<Record<string, Request | undefined>>)['req']
