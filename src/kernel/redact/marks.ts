/** Hides parts of a text. */

/** What stands for a secret. */
export const KEY = '[key]'

export interface MarkedSpan {
  readonly start: number
  readonly end: number
  readonly by: string
}

/** The text with each part replaced by its mark. Parts that touch or overlap are joined. */
export function maskSpans(text: string, spans: readonly MarkedSpan[]): string {
  if (spans.length === 0) return text
  let shown = ''
  let at = 0
  for (const { start, end, by } of joined(spans)) {
    shown += text.slice(at, start) + by
    at = end
  }
  return shown + text.slice(at)
}

function joined(spans: readonly MarkedSpan[]): readonly MarkedSpan[] {
  const result: MarkedSpan[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    if (last && span.start <= last.end) {
      const by = span.by === KEY ? KEY : last.by
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end), by }
    } else result.push(span)
  }
  return result
}

/** Lower case of ASCII only, so that every character keeps its index. */
export function lowerASCII(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : text
}

/** The common part of two texts around a place where they are equal: its start and end in `text`. */
export function commonSpan(text: string, at: number, other: string, otherAt: number): { start: number; end: number } {
  let before = 0
  while (before < at && before < otherAt && text[at - before - 1] === other[otherAt - before - 1]) before += 1
  let after = 0
  const most = Math.min(text.length - at, other.length - otherAt)
  while (after < most && text[at + after] === other[otherAt + after]) after += 1
  return { start: at - before, end: at + after }
}
