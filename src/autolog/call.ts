/** Turns a declared method into a model call: a span around it, and nothing else that the program could notice. */
import { context } from '@opentelemetry/api'
import { asString, isObject } from '../kernel/json.js'
import type { Protocol } from '../kernel/protocol.js'
import { protocols } from '../protocols/index.js'
import { startCall, type Call, type CallRequest } from '../telemetry/call.js'
import { guard } from '../telemetry/settings.js'
import { deliver, isApiPromise, observeApiPromise } from './api-promise.js'
import type { CallDeclaration, Replace } from './contract.js'
import { createReader, type AnswerReader } from './reader.js'

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
      return guard('observe', () => ({ result: observe(result, reader) }))?.result ?? result
    }
}

function begin(declaration: CallDeclaration, codec: Protocol, self: unknown, args: readonly unknown[]): Call {
  const body = declaration.request ? declaration.request(args, self) : args[0]
  const { provider } = declaration
  return startCall({
    operation: declaration.operation ?? codec.operation,
    provider: typeof provider === 'function' ? provider(self) : provider,
    model: isObject(body) ? asString(body['model']) : undefined,
    request: (content) => readRequest(codec, body, content),
    baseURL: declaration.baseURL(self),
    ...(declaration.attributes && { attributes: declaration.attributes }),
  })
}

function readRequest(codec: Protocol, body: unknown, content: boolean): CallRequest | undefined {
  if (!isObject(body)) return undefined
  if (codec.kind === 'embeddings') return { embeddings: codec.decodeRequest(body, { content }) }
  return { chat: codec.decodeRequest(body, { content }) }
}

/** Watches what the method returned and gives back what the program shall get. */
function observe(result: unknown, reader: AnswerReader): unknown {
  if (isApiPromise(result)) {
    observeApiPromise(result, reader)
    return result
  }
  if (result instanceof Promise) {
    return result.then(
      (value: unknown) => {
        deliver(value, reader)
        return value
      },
      (error: unknown) => {
        reader.call.end({ error })
        throw error
      },
    )
  }
  deliver(result, reader)
  return result
}
