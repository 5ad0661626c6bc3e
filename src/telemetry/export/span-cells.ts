/** The cells of a line about a span: duration, tokens, cost, and how it ended. */
import * as semconv from '../semconv.js'
import { numberOf, type TreeSpan } from './span-tree.js'

/** The cells of a line, after the span's name. */
export function cellsOf(span: TreeSpan, withService: boolean): readonly string[] {
  return [
    withService ? clean(span.service ?? '') : '',
    duration(span.endMs - span.startMs),
    tokens(span.attributes),
    cost(span.attributes[semconv.USAGE_COST]),
    clean(remarks(span)),
  ]
}

/** The error or the finish reasons; the model, if it is not in the span's name; the time to the first chunk. */
function remarks(span: TreeSpan): string {
  const { name, attributes, status } = span
  const words = status.code === 'error' ? [failure(span)] : finishReasons(attributes)
  const model = attributes[semconv.RESPONSE_MODEL] ?? attributes[semconv.REQUEST_MODEL]
  if (typeof model === 'string' && !name.endsWith(` ${model}`)) words.push(model)
  const firstChunk = numberOf(attributes[semconv.RESPONSE_TIME_TO_FIRST_CHUNK])
  if (firstChunk !== undefined) words.push(`first chunk ${duration(firstChunk * 1_000)}`)
  return words.join(' · ')
}

function failure({ attributes, status }: TreeSpan): string {
  const type = attributes[semconv.ERROR_TYPE] ?? status.message
  const words = [type, attributes[semconv.HTTP_STATUS]].filter((word) => word !== undefined && word !== '').map(String)
  return `✗ ${[...new Set(words)].join(' ') || 'error'}`
}

function finishReasons(attributes: TreeSpan['attributes']): string[] {
  const reasons = attributes[semconv.RESPONSE_FINISH_REASONS]
  return Array.isArray(reasons) && reasons.length > 0 ? [[...new Set(reasons.map(String))].join(', ')] : []
}

function tokens(attributes: TreeSpan['attributes']): string {
  const input = attributes[semconv.USAGE_INPUT_TOKENS]
  const output = attributes[semconv.USAGE_OUTPUT_TOKENS]
  const cached = attributes[semconv.USAGE_CACHE_READ]
  if (typeof input !== 'number' && typeof output !== 'number') return ''
  const read = typeof cached === 'number' && cached > 0 ? ` (${count(cached)} cached)` : ''
  const written = typeof output === 'number' ? ` → ${count(output)}` : ''
  return `${typeof input === 'number' ? count(input) : '?'}${read}${written} tokens`
}

export const count = (value: number): string => value.toLocaleString('en-US')

/** Three significant digits, and cents at least. */
export function cost(value: unknown): string {
  const usd = numberOf(value)
  if (usd === undefined) return ''
  if (usd === 0) return '$0'
  const decimals = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(usd)))))
  return `$${usd.toFixed(decimals)}`
}

export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return ''
  if (ms < 0.5) return '<1ms'
  if (ms < 1_000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)}s`
  return `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1_000)}s`
}

/** Names may come from anywhere. Characters that could control a terminal are shown as a dot. */
export const clean = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '·')
