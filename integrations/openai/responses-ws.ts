/** `ResponsesWS`: responses over a WebSocket (https://platform.openai.com/docs/guides/websocket-mode). */
import { asString, isObject, parseJson, path, type DuplexDeclaration } from '../../src/autolog/contract.js'
import type { Declaration } from '../shared/openai-operations.js'

const RESPONSE: Declaration = { protocol: 'openai-responses' }

/** The last event of a response, however it ended. */
const LAST = /^(?:response\.(?:completed|failed|incomplete|cancelled)|error)$/

/** `sendRaw` gets the JSON. */
const eventOf = (message: unknown): unknown =>
  typeof message === 'string' || message instanceof Uint8Array
    ? parseJson(typeof message === 'string' ? message : new TextDecoder().decode(message))
    : message

/** The error that `createError` of the SDK would make is not available here. */
class WebSocketError extends Error {
  override readonly name = 'WebSocketError'
}

/** @param callOf - Makes the declaration of a call for the client of the connection. */
export function responsesOver(
  callOf: (
    declaration: Declaration,
    clientOf: (self: unknown) => unknown,
    bodyOf: (args: readonly unknown[]) => unknown,
  ) => ReturnType<DuplexDeclaration['call']>,
): DuplexDeclaration {
  return {
    send: ['send', 'sendRaw'],
    close: 'close',
    emit: '_emit',
    names: { event: 'event', closed: 'close', lost: 'reconnecting', resumed: 'reconnected' },
    fault: {
      method: '_onError',
      error: ([event, message, cause]) => cause ?? event ?? new WebSocketError(asString(message)),
    },
    call(message) {
      const event = eventOf(message)
      if (!isObject(event) || event['type'] !== 'response.create') return undefined
      const { type: _, stream_id: __, ...body } = event
      return callOf(
        RESPONSE,
        (self) => path(self, '_client'),
        () => body,
      )
    },
    lane: (message) => path(eventOf(message), 'stream_id'),
    last: (event) => LAST.test(asString(path(event, 'type')) ?? ''),
    waits(self, opened) {
      const socket = path(self, 'socket')
      if (path(socket, 'readyState') === 1) return false
      ;(socket as NodeJS.EventEmitter).once('open', opened)
      return true
    },
  }
}
