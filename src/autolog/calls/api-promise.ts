/**
 * Watches the lazy promises of SDKs that Stainless generates. An `APIPromise` parses the body only when it is awaited, and
 * `asResponse()`, `withResponse()` and the SDK's own helpers read it in other ways. The program gets the very same promise;
 * we watch what it reads from.
 */
import { types } from 'node:util'
import { guard } from '../../kernel/guard.js'
import { tapBodyFor } from '../streams/body-tap.js'
import { deliver } from './deliver.js'
import type { AnswerReader } from './reader.js'
import { watchAside } from './settle.js'
import { assign } from '../streams/stream-tap.js'

interface ResponseProps {
  readonly response: Response
}

export interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<ResponseProps>
  parseResponse: (...args: unknown[]) => unknown
  /** The parsed answer, once somebody has awaited it. */
  readonly parsedPromise?: Promise<unknown>
  _thenUnwrap(transform: Transform): ApiPromise
}

type Transform = (data: unknown, props: unknown) => unknown

export function isApiPromise(value: unknown): value is ApiPromise {
  return (
    types.isPromise(value) &&
    typeof (value as Partial<ApiPromise>).parseResponse === 'function' &&
    types.isPromise((value as Partial<ApiPromise>).responsePromise)
  )
}

export function observeApiPromise(promise: ApiPromise, reader: AnswerReader): void {
  // Another wrapper has awaited it already, so nothing would read what we put in place now.
  if (promise.parsedPromise) return watchParsed(promise, promise.parsedPromise, reader)
  // No watch at all rather than half of one, which could leave a rejected promise that nobody handles.
  if (isWatchable(promise)) new Watch(promise, reader)
  else reader.unread('answer')
}

/** Adds no unhandled rejection: the program has awaited `parsed`, which is made from `responsePromise`. */
function watchParsed({ responsePromise }: ApiPromise, parsed: Promise<unknown>, reader: AnswerReader): void {
  void responsePromise.then(
    ({ response }) => guard('response', () => reader.headers(response.headers)),
    () => undefined,
  )
  watchAside(parsed, {
    value: (value) => deliver(value, reader),
    error: (error) => reader.fail(error),
    abandoned: () => undefined,
  })
}

/** Whoever reads the body first ends the span: the SDK's parser, or the program with the raw response. */
class Watch {
  private readonly reader: AnswerReader
  private owner: 'parser' | 'program' | undefined
  private delivered = false
  /** The promise, or the latest clone of it that has a transform. */
  private newest: ApiPromise
  private untap: (() => void) | undefined

  constructor(promise: ApiPromise, reader: AnswerReader) {
    this.reader = reader
    this.newest = promise
    const { responsePromise } = promise
    const fail = (error: unknown): never => {
      reader.fail(error)
      throw error
    }
    // Replaced, not only observed: a rejection that nobody handles must stay unhandled.
    promise.responsePromise = responsePromise.then((props) => {
      guard('response', arrived, this, props)
      return props
    }, fail)
    this.watchParser(promise, responsePromise, fail)
  }

  /** The response is there. If nobody awaits the parsed answer, the program may read the body itself. */
  arrived({ response }: ResponseProps): void {
    this.reader.headers(response.headers)
    if (this.newest.parsedPromise || this.owner) return
    this.untap = tapBodyFor(() => this.claim('program'), response, this.reader)
  }

  private claim(by: 'parser' | 'program'): boolean {
    this.owner ??= by
    return this.owner === by
  }

  /** @param source - The response promise from before the watch. */
  private watchParser(promise: ApiPromise, source: Promise<ResponseProps>, fail: (error: unknown) => never): void {
    const { parseResponse } = promise
    const deliverOnce = <T>(value: T): T => {
      if (!this.delivered && this.owner === 'parser') {
        this.delivered = true
        deliver(value, this.reader)
      }
      return value
    }
    assign(promise, 'parseResponse', (...args) => {
      this.claim('parser')
      this.untap?.()
      let parsed: unknown
      try {
        parsed = Reflect.apply(parseResponse, promise, args)
      } catch (error) {
        return fail(error)
      }
      return types.isPromise(parsed) ? parsed.then(deliverOnce, fail) : deliverOnce(parsed)
    })
    // A promise with a `_thenUnwrap` of its own makes clones that do not use this one's parser. The value before the
    // transform is the provider's answer.
    if (!Object.hasOwn(promise, '_thenUnwrap')) return
    const { _thenUnwrap, responsePromise } = promise
    assign(promise, '_thenUnwrap', (transform) => {
      const clone = Reflect.apply(_thenUnwrap, promise, [
        (data: unknown, props: unknown) => transform(deliverOnce(data), props),
      ])
      guard('_thenUnwrap', () => {
        if (clone.responsePromise === source) clone.responsePromise = responsePromise
        this.newest = clone
        this.watchParser(clone, source, fail)
      })
      return clone
    })
  }
}

function arrived(watch: Watch, props: ResponseProps): void {
  watch.arrived(props)
}

function isWatchable(promise: ApiPromise): boolean {
  if (!Object.isExtensible(promise)) return false
  try {
    const { responsePromise, parseResponse } = promise
    promise.responsePromise = responsePromise
    promise.parseResponse = parseResponse
    return true
  } catch {
    // One of the properties is read-only.
    return false
  }
}
