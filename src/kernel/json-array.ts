/**
 * The elements of one JSON array, each as soon as it is complete. Google's `streamGenerateContent` without `alt=sse`
 * answers so: a list of what would be events (https://cloud.google.com/apis/docs/system-parameters).
 */
import type { ServerSentEvent, SseParser } from './sse.js'

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Expects the first character that is not white space to be `[`. Text that is not JSON comes out as it is, for the reader to refuse. */
export function createJsonArrayParser(): SseParser {
  const decoder = new TextDecoder()
  /** Pieces of the open element; joined once, so that a long one in many reads costs no more than its length. */
  let pieces: string[] = []
  let depth = 0
  let inString = false
  let escaped = false

  function read(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = []
    /** Where the open element goes on in this text. */
    let from = 0
    function close(to: number): void {
      pieces.push(text.slice(from, to))
      const data = pieces.join('').trim()
      pieces = []
      from = to
      if (data !== '') events.push({ data })
    }
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (inString) {
        if (escaped) escaped = false
        else if (code === BACKSLASH) escaped = true
        else if (code === QUOTE) inString = false
      } else if (code === QUOTE) {
        inString = true
      } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
        if (depth === 0) from = at + 1
        depth += 1
      } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
        depth -= 1
        // An element that is an object ends here: what separates it from the next may come with the next.
        if (depth === 1) close(at + 1)
        else if (depth <= 0) {
          close(at)
          from = at + 1
          depth = 0
        }
      } else if (code === COMMA && depth === 1) {
        close(at)
        from = at + 1
      }
    }
    if (from < text.length) pieces.push(text.slice(from))
    return events
  }

  return {
    push: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end() {
      const events = read(decoder.decode())
      const data = pieces.join('').trim()
      pieces = []
      return data === '' ? events : [...events, { data }]
    },
  }
}
