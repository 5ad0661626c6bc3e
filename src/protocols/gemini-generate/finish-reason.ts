/** Finish reasons (https://ai.google.dev/api/generate-content#FinishReason) and the hub's, both ways. */
import { finishWords, type Finish } from '../shared/finish-reason.js'

const WORDS = finishWords(
  {
    STOP: 'stop',
    MAX_TOKENS: 'length',
    SAFETY: 'content_filter',
    RECITATION: 'content_filter',
    LANGUAGE: 'content_filter',
    BLOCKLIST: 'content_filter',
    PROHIBITED_CONTENT: 'content_filter',
    SPII: 'content_filter',
    MODEL_ARMOR: 'content_filter',
    IMAGE_SAFETY: 'content_filter',
    IMAGE_PROHIBITED_CONTENT: 'content_filter',
    IMAGE_RECITATION: 'content_filter',
    FINISH_REASON_UNSPECIFIED: 'stop',
    OTHER: 'stop',
    MALFORMED_FUNCTION_CALL: 'stop',
    UNEXPECTED_TOOL_CALL: 'stop',
    TOO_MANY_TOOL_CALLS: 'stop',
    NO_IMAGE: 'stop',
    IMAGE_OTHER: 'stop',
    CONTINUATION: 'stop',
    MALFORMED_RESPONSE: 'stop',
    MISSING_THOUGHT_SIGNATURE: 'stop',
  },
  // The wire has no reason of its own for calls.
  { stop: 'STOP', length: 'MAX_TOKENS', tool_calls: 'STOP', function_call: 'STOP', content_filter: 'SAFETY' },
)

/** `enum-encoding=int` writes numbers. Above 5 the Gemini API and Vertex AI number differently; 6 to 8 are filters in both. */
const BY_NUMBER: readonly string[] = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
]

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
  return reason === 'STOP' && hasCalls ? { finish_reason: 'tool_calls' } : WORDS.decode(reason)
}

export const encodeFinish = WORDS.encode
