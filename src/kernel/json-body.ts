/** A body that is one JSON value although a stream was requested: one event, marked as whole. */
import { parseJson } from './json.js'
import { createNdjsonParser } from './ndjson.js'
import type { ServerSentEvent, SseParser } from './sse.js'

/**
 * @param options.mayBeLines - Servers that write a value a line sometimes call it `application/json`. When the first
 *   line is a value and more follows, the lines are events.
 */
export function createJsonBodyParser(options: { readonly mayBeLines?: boolean } = {}): SseParser {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let text = ''
  let undecided = options.mayBeLines === true
  /** Index of the end of the first line, once it is there. */
  let lineEnd = -1
  let lines: SseParser | undefined

  /** Reads each piece once, however long the body is. */
  function decide(piece: string): SseParser | undefined {
    let next = piece
    if (lineEnd === -1) {
      const at = piece.indexOf('\n')
      if (at === -1) return undefined
      lineEnd = text.length - piece.length + at
      next = piece.slice(at + 1)
    }
    if (!/\S/.test(next)) return undefined
    undecided = false
    return parseJson(text.slice(0, lineEnd)) === undefined ? undefined : createNdjsonParser()
  }

  return {
    push(bytes): readonly ServerSentEvent[] {
      const piece = decoder.decode(bytes, { stream: true })
      if (lines) return lines.push(encoder.encode(piece))
      text += piece
      if (undecided) lines = decide(piece)
      if (!lines) return []
      const whole = encoder.encode(text)
      text = ''
      return lines.push(whole)
    },
    end() {
      const rest = decoder.decode()
      if (lines) return [...lines.push(encoder.encode(rest)), ...lines.end()]
      const data = (text + rest).trim()
      text = ''
      return data === '' ? [] : [{ data, whole: true }]
    },
  }
}
