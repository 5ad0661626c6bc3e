/** Bytes to JSON texts, one a line (https://github.com/ndjson/ndjson-spec). The parser's face is that of `sse.ts`. */
import type { ServerSentEvent, SseParser } from './sse.js'

export function createNdjsonParser(): SseParser {
  const decoder = new TextDecoder()
  /** Pieces of the open line; joined once, so that a long line in many reads costs no more than its length. */
  let pieces: string[] = []

  function read(text: string): ServerSentEvent[] {
    // A lone carriage return ends a line too; no JSON text has one inside a string.
    const lines = text.split(text.includes('\r') ? /[\r\n]/ : '\n')
    if (lines.length === 1) {
      pieces.push(text)
      return []
    }
    lines[0] = pieces.join('') + (lines[0] ?? '')
    pieces = [lines.pop() ?? '']
    return eventsOf(lines)
  }

  return {
    push: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end() {
      const last = pieces.join('') + decoder.decode()
      pieces = []
      return eventsOf([last])
    },
  }
}

/** An empty line is a sign of life and no event. */
function eventsOf(lines: readonly string[]): ServerSentEvent[] {
  return lines.flatMap((line) => {
    const data = line.trim()
    return data === '' ? [] : [{ data }]
  })
}
