/** Finish reasons (https://ai.google.dev/api/generate-content#FinishReason) and the hub's, both ways. */
import type { FinishReason } from '../../kernel/hub.js'

/** Reasons without an entry (a malformed call, `OTHER`, later ones) count as `stop` and stay readable as the native one. */
const TO_HUB: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['MODEL_ARMOR', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
])

const OTHERS: ReadonlySet<string> = new Set([
  'FINISH_REASON_UNSPECIFIED',
  'OTHER',
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'NO_IMAGE',
  'IMAGE_OTHER',
  'CONTINUATION',
  'MALFORMED_RESPONSE',
  'MISSING_THOUGHT_SIGNATURE',
])

const TO_WIRE: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  function_call: 'STOP',
  content_filter: 'SAFETY',
}

/** `enum-encoding=int` writes numbers. Above 5 the Gemini API and Vertex AI number differently; 6 to 8 are filters in both. */
const BY_NUMBER: readonly string[] = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
]

export interface Finish {
  finish_reason: FinishReason
  native_finish_reason?: string
}

/** @returns `undefined` while the candidate has not finished. */
export function decodeFinish(reason: unknown, hasCalls: boolean): Finish | undefined {
  if (typeof reason === 'number') {
    const name = BY_NUMBER[reason]
    if (name !== undefined) return decodeFinish(name, hasCalls)
    return {
      finish_reason: reason >= 6 && reason <= 8 ? 'content_filter' : 'stop',
      native_finish_reason: String(reason),
    }
  }
  if (typeof reason !== 'string' || reason === '') return undefined
  // The wire has no reason of its own for calls.
  const finish = reason === 'STOP' && hasCalls ? 'tool_calls' : (TO_HUB.get(reason) ?? 'stop')
  return TO_WIRE[finish] === reason
    ? { finish_reason: finish }
    : { finish_reason: finish, native_finish_reason: reason }
}

export function encodeFinish(finish: FinishReason, native: string | undefined): string {
  // Another provider's native word says nothing here, unless it is one of ours for the same thing.
  if (native !== undefined && (TO_HUB.get(native) === finish || (finish === 'stop' && OTHERS.has(native))))
    return native
  return TO_WIRE[finish] ?? 'STOP'
}
