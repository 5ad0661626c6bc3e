/** Bytes to server-sent events, over `eventsource-parser` (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { createParser } from 'eventsource-parser'

export interface ServerSentEvent {
  readonly event?: string
  readonly data: string
  /** The data is an answer that came whole, and no event of a stream. */
  readonly whole?: true
}

export interface SseParser {
  /** Any split of the bytes; a character may be cut anywhere. */
  push(bytes: Uint8Array): readonly ServerSentEvent[]
  /** What a body without a final blank line still holds. */
  end(): readonly ServerSentEvent[]
}

export function createSseParser(): SseParser {
  const decoder = new TextDecoder()
  let events: ServerSentEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => events.push(event === undefined ? { data } : { event, data }),
  })
  function take(): readonly ServerSentEvent[] {
    const taken = events
    events = []
    return taken
  }
  return {
    push(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      return take()
    },
    end() {
      parser.feed(decoder.decode() + '\n\n')
      return take()
    },
  }
}
