/** Turns a declared method into a model call: a span around it, and nothing else that the program could notice. */
import { context } from '@opentelemetry/api'
import { asString, isObject } from '../kernel/json.js'
import type { Protocol } from '../kernel/protocol.js'
import { protocols } from '../protocols/index.js'
import { startCall, type Call, type CallRequest } from '../telemetry/call.js'
import { guard, isThenable } from '../telemetry/settings.js'
import { deliver, isApiPromise, observeApiPromise } from './api-promise.js'
import type { CallDeclaration, Replace } from './contract.js'
import { createReader, type AnswerReader } from './reader.js'
import { watchSettling, type Settling } from './settle.js'
import { abandon } from './stream-tap.js'

export function instrumentCall(declaration: CallDeclaration): Replace {
  const codec = protocols[declaration.protocol]
  return (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      if (!active()) return Reflect.apply(original, this, args)
      const call = guard('call', () => begin(declaration, codec, this, args))
      if (!call) return Reflect.apply(original, this, args)
      const unmute = declaration.mute && guard('mute', () => declaration.mute?.(this))
      let result: unknown
      try {
        result = context.with(call.context, () => Reflect.apply(original, this, args))
      } catch (error) {
        call.end({ error })
        throw error
      } finally {
        if (unmute) guard('mute', unmute)
      }
      const reader = createReader(call, codec, declaration)
      const seen = guard('observe', () => ({ result: observe(result, reader) }))
      if (seen) return seen.result
      call.end()
      return result
    }
}

/** A reader that fails costs its own fact and no other: the program's objects may throw when they are read. */
function begin(declaration: CallDeclaration, codec: Protocol, self: unknown, args: readonly unknown[]): Call {
  const { provider, request } = declaration
  const body = guard('request', () => (request ? request(args, self) : args[0]))
  return startCall({
    operation: declaration.operation ?? codec.operation,
    layer: declaration.layer ?? 'sdk',
    provider: typeof provider === 'function' ? (guard('provider', () => provider(self)) ?? '_OTHER') : provider,
    model: guard('request', () => (isObject(body) ? asString(body['model']) : undefined)),
    request: (content) => readRequest(codec, body, content),
    baseURL: guard('baseURL', () => declaration.baseURL(self)),
    ...(declaration.attributes && { attributes: declaration.attributes }),
  })
}

function readRequest(codec: Protocol, body: unknown, content: boolean): CallRequest | undefined {
  if (!isObject(body)) return undefined
  if (codec.kind === 'embeddings') return { embeddings: codec.decodeRequest(body, { content }) }
  return codec.kind === 'chat' ? { chat: codec.decodeRequest(body, { content }) } : undefined
}

/** Watches what the method returned and gives back what the program shall get. */
function observe(result: unknown, reader: AnswerReader): unknown {
  if (isApiPromise(result)) observeApiPromise(result, reader)
  else if (isThenable(result)) return watchSettling(result, settlingOf(reader))
  else deliver(result, reader)
  return result
}

/** Apart from the result, which must not be kept alive. */
function settlingOf(reader: AnswerReader): Settling {
  return {
    value: (value) => deliver(value, reader),
    error: (error) => reader.fail(error),
    abandoned: abandon(reader),
  }
}
