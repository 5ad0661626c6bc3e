/** Tells a Node stream that the program leaves from one that breaks: both may end with the error of a broken connection. */
import { isObject } from '../../kernel/json.js'
import { define } from './stream-tap.js'

export interface Leaving {
  /** Whether the program has left the stream that now ends with `error`. */
  hasLeft(error: unknown): boolean
  /** The stream has ended. */
  forget(): void
}

type End = (this: unknown, ...args: unknown[]) => unknown

interface Socket {
  end?: End
  readonly readableEnded?: boolean
}

/** Watches an answer of `node:http`, whose socket a program may end instead of the stream (`@azure/core-sse` does). */
export function watchLeaving(stream: object): Leaving {
  const socket = socketOf(stream)
  const original = socket?.end
  let left = false
  const end: End = function (this: unknown, ...args: unknown[]) {
    // Node itself ends a socket that the server has ended.
    if (socket?.readableEnded !== true) left = true
    return original && Reflect.apply(original, this, args)
  }
  if (socket && original) define(socket, 'end', end)
  return {
    hasLeft: (error) => left || isAbort(error) || isAborted(stream),
    forget() {
      if (socket?.end === end) Reflect.deleteProperty(socket, 'end')
    },
  }
}

/** `undefined` if its `end` is not that of its class. */
function socketOf(stream: object): Socket | undefined {
  const { socket } = stream as { readonly socket?: unknown }
  return isObject(socket) && typeof socket['end'] === 'function' && !Object.hasOwn(socket, 'end') ? socket : undefined
}

/** A loop over a stream that ends early destroys it with this error. */
function isAbort(error: unknown): boolean {
  return isObject(error) && error['code'] === 'ABORT_ERR'
}

/** A loop over an answer of `node:http` that ends early aborts its request. */
function isAborted(stream: object): boolean {
  const request = (stream as Readonly<Record<string, unknown>>)['req']
  return isObject(request) && request['aborted'] === true
}
