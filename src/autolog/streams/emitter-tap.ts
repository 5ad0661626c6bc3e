/** Watches streams that call listeners: event emitters, and connections that call their listeners by other means. */
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import type { Sink } from './body-sink.js'
import type { EmittedEvents } from '../call-contract.js'
import { define } from './stream-tap.js'

type Listened = Readonly<Record<string, unknown>>

/** The object that calls the listeners of a stream. `undefined`: the stream has none. */
export function listenedOf(stream: unknown, { through, end }: EmittedEvents): Listened | undefined {
  const listened = through ? through(stream) : stream
  if (!isObject(listened)) return undefined
  const calls = through ? [end] : ['on', 'emit']
  return calls.every((name) => typeof listened[name] === 'function') ? listened : undefined
}

/** @param listened - Of {@link listenedOf}. */
export function tapEmitter(listened: Listened, names: EmittedEvents, sink: Sink): void {
  const pieces = new Set<unknown>([names.piece].flat())
  const told = (event: unknown, value: unknown): void => {
    if (event === names.end) sink.end()
    else if (event === names.error) sink.fail(errorIn(value))
    else if (pieces.has(event)) {
      sink.push(value)
      if (names.last?.(value) === true) sink.end()
      // Nobody asks for the next piece, so it may come at any time.
      else sink.reading?.()
    }
  }
  sink.reading?.()
  if (!names.through) return before(listened, 'emit', ([event, value]) => told(event, value))
  for (const name of [names.piece, names.end, names.error].flat())
    before(listened, name, ([value]) => told(name, value))
}

/** Calls `tell` with the arguments of each call of a method, before the method runs. */
function before(holder: Listened, name: string, tell: (args: readonly unknown[]) => void): void {
  const method = holder[name]
  if (typeof method !== 'function') return
  const telling = function (this: unknown, ...args: unknown[]): unknown {
    guard('emit', tell, args)
    return Reflect.apply(method, this, args)
  }
  // A listener property, such as `onmessage`, is an accessor.
  if (hasSetter(holder, name)) (holder as Record<string, unknown>)[name] = telling
  else define(holder, name, telling)
}

function hasSetter(holder: object, name: string): boolean {
  for (let at: unknown = holder; isObject(at); at = Object.getPrototypeOf(at) as unknown) {
    const found = Object.getOwnPropertyDescriptor(at, name)
    if (found) return found.set !== undefined
  }
  return false
}

/** The error, or the event of a socket that has it. */
function errorIn(value: unknown): unknown {
  const error = isObject(value) ? value['error'] : undefined
  return error instanceof Error ? error : (value ?? new Error('the connection failed'))
}
