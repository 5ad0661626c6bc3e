/** Traces a declared method as a model call. The program notices nothing. */
import { context } from '@opentelemetry/api'
import { types } from 'node:util'
import { asString, isObject } from '../../kernel/json.js'
import { isAsyncGenerator } from '../../telemetry/spans/iterate.js'
import { isEntered, startCall, type Call, type CallRequest, type CallStart } from '../../telemetry/spans/call.js'
import * as semconv from '../../telemetry/semconv.js'
import { settings } from '../../telemetry/settings.js'
import { guard, isThenable } from '../../kernel/guard.js'
import { isApiPromise, observeApiPromise } from './api-promise.js'
import { bytesAsText } from './bytes.js'
import type { Args, CallDeclaration, Declared, Replace } from '../contract.js'
import { deliver, tapStream } from './deliver.js'
import type { Format } from '../format-contract.js'
import { formatOf } from './formats.js'
import { isOwnMethod, seesRequests } from '../patch/own-method.js'
import { runDeclared, runUndeclared } from '../patch/running-methods.js'
import { AnswerReader, type Notice } from './reader.js'
import { watchSettling, type Settling } from './settle.js'
import { toWireNames } from './spelling.js'
import { askForUsage } from './stream-usage.js'
import { abandon, stepIn } from '../streams/stream-tap.js'
import { isWrappingPromise, observeWrappingPromise } from './wrapping-promise.js'

type Original = Parameters<Replace>[0]

/** @param report - Called for answers that cannot be read, and for calls that another tool traces. */
export function instrumentCall(declared: Declared, report?: (notice: Notice) => void): Replace {
  return (original, active) => {
    let isOwn: boolean | undefined
    return function (this: unknown, ...args: unknown[]) {
      if (!active()) return Reflect.apply(original, this, args)
      const declaration = typeof declared === 'function' ? guard('declaration', declared, args, this) : declared
      if (declaration?.byRequest && !(isOwn ??= isOwnMethod(original)) && seesRequests(this))
        return leaveToRequest(declaration, original, this, args)
      const call = declaration && guard('call', enterCall, declaration, this, args)
      if (!declaration || !call) return Reflect.apply(original, this, args)
      if (call.completes !== undefined) report?.({ completes: call.completes })
      const signal = declaration.signal && guard('signal', declaration.signal, args)
      const asked = settings().streamUsage ? guard('usage', usageAsked, declaration, this, args) : undefined
      const reader = new AnswerReader(
        call,
        declaration,
        report || signal || asked ? { report, signal, asksUsage: asked !== undefined } : undefined,
      )
      const answered = declaration.callback === 'last' && watchCallback(args, reader)
      const unmute = declaration.mute && guard('mute', declaration.mute, this)
      const injected = declaration.inject && guard('propagation', declaration.inject, this)
      let result: unknown
      try {
        result = context.with(call.context, runDeclared, undefined, original, this, answered || asked || args)
      } catch (error) {
        reader.fail(error)
        throw error
      } finally {
        if (unmute) guard('mute', unmute)
        if (injected) guard('propagation', injected)
      }
      if (answered) return result
      const seen = guard('observe', observe, result, reader)
      if (seen) return seen.result
      reader.unread('answer')
      return result
    }
  }
}

function usageAsked({ protocol, baseURL }: CallDeclaration, self: unknown, args: Args): unknown[] | undefined {
  return formatOf(protocol).usageOnRequest === true ? askForUsage(args, baseURL?.(self)) : undefined
}

/** Another tool has wrapped this method: the call begins at the request below it, in the span that the tool may have made. */
function leaveToRequest({ mute }: CallDeclaration, original: Original, self: unknown, args: Args): unknown {
  const unmute = mute && guard('mute', mute, self)
  try {
    return runUndeclared(original, self, args)
  } finally {
    if (unmute) guard('mute', unmute)
  }
}

/** `undefined`: the call has begun in a layer above. */
function enterCall(declaration: CallDeclaration, self: unknown, args: Args): Call | undefined {
  const start = startOf(declaration, self, args)
  return isEntered(start) ? undefined : began(declaration, start)
}

export function beginCall(declaration: CallDeclaration, self: unknown, args: Args): Call {
  return began(declaration, startOf(declaration, self, args))
}

function began(declaration: CallDeclaration, start: CallStart): Call {
  const call = startCall(start)
  if (declaration.hidesAnswer) call.hideAnswer()
  return call
}

/** If one reader fails, only its own fact is missing: the program's objects may throw when they are read. */
function startOf(declaration: CallDeclaration, self: unknown, args: Args): CallStart {
  const { provider, request, baseURL } = declaration
  const format = formatOf(declaration.protocol)
  const body = request ? guard('request', request, args, self) : args[0]
  return {
    operation: declaration.operation ?? format.operation ?? 'chat',
    layer: declaration.layer ?? 'sdk',
    self,
    provider: typeof provider === 'function' ? (guard('provider', provider, self) ?? '_OTHER') : provider,
    model: guard('request', modelOf, declaration, body, args, self),
    request: (content) => readRequest(declaration, format, body, { content, path: declaration.path?.(args, self) }),
    baseURL: baseURL && guard('baseURL', baseURL, self),
    injects: declaration.inject !== undefined,
    attributes: declaration.attributes,
  }
}

function modelOf({ model }: CallDeclaration, body: unknown, args: Args, self: unknown): string | undefined {
  return model?.(args, self) ?? (isObject(body) ? asString(body['model']) : undefined)
}

function readRequest(
  declaration: CallDeclaration,
  format: Format,
  body: unknown,
  options: { readonly content: boolean; readonly path: string | undefined },
): CallRequest | undefined {
  const { content, path } = options
  const plain = declaration.bytes && content ? bytesAsText(body) : body
  const wire = declaration.spelling && format.fields ? toWireNames(plain, format.fields, content) : plain
  if (!isObject(wire)) return undefined
  const request = format.request(wire, { content, ...(path !== undefined && { path }) })
  if (!declaration.streaming) return request
  if ('chat' in request) return { chat: { ...request.chat, stream: true } }
  return 'other' in request ? { ...request, other: { ...request.other, [semconv.REQUEST_STREAM]: true } } : request
}

/** The program's arguments with its callback watched; `undefined` if there is no callback. */
function watchCallback(args: Args, reader: AnswerReader): unknown[] | undefined {
  const callback = args.at(-1)
  if (typeof callback !== 'function') return undefined
  const outside = context.active()
  const watched = function (this: unknown, ...outcome: unknown[]): unknown {
    const [error, result] = outcome
    guard('callback', () => (error === null || error === undefined ? deliver(result, reader) : reader.fail(error)))
    // What the program does next is not part of the call.
    return context.with(outside, () => Reflect.apply(callback, this, outcome) as unknown)
  }
  return [...args.slice(0, -1), watched]
}

/** Watches what the method returned. @returns What the program gets. */
function observe(result: unknown, reader: AnswerReader): { readonly result: unknown } {
  if (isApiPromise(result)) observeApiPromise(result, reader)
  else if (isWrappingPromise(result)) observeWrappingPromise(result, reader)
  else if (isThenable(result)) {
    // What can be awaited may also be a stream.
    if (!types.isPromise(result)) tapStream(result, reader)
    return { result: watchSettling(result, settlingOf(reader)) }
  } else {
    // The body of a generator has not begun: its requests are part of the call, wherever it is iterated.
    if (isAsyncGenerator(result) && types.isGeneratorObject(result)) stepIn(reader.call.context, result)
    deliver(result, reader)
  }
  return { result }
}

/** A function of its own, so that nothing here keeps the result alive. */
function settlingOf(reader: AnswerReader): Settling {
  return {
    value: (value) => deliver(value, reader),
    error: (error) => reader.fail(error),
    abandoned: abandon(reader),
  }
}
