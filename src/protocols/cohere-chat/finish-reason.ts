/** Finish reasons (https://docs.cohere.com/reference/chat), both ways. */
import { ProviderError } from '../../kernel/errors.js'
import type { FinishReason } from '../../kernel/hub.js'
import { safeMessage } from '../../kernel/safe-message.js'

const TO_HUB: ReadonlyMap<unknown, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_calls'],
  // Words of the first version of the API, which servers on older images still use.
  ['ERROR_LIMIT', 'length'],
  ['ERROR_TOXIC', 'content_filter'],
])

const TO_WIRE: ReadonlyMap<FinishReason, string> = new Map([
  ['stop', 'COMPLETE'],
  ['length', 'MAX_TOKENS'],
  ['tool_calls', 'TOOL_CALL'],
  ['function_call', 'TOOL_CALL'],
  ['content_filter', 'ERROR_TOXIC'],
])

/** The generation failed: what came before is no answer. */
const FAILURES: ReadonlySet<unknown> = new Set(['ERROR', 'TIMEOUT'])

/**
 * A reason this version does not know counts as `stop`, and stays readable as the native one.
 *
 * @throws ProviderError when the reason says that the generation failed.
 */
export function decodeFinish(
  wire: unknown,
  message?: string,
): { finish_reason: FinishReason; native_finish_reason?: string } {
  const reason = typeof wire === 'string' ? wire.toUpperCase() : undefined
  if (FAILURES.has(reason)) {
    throw new ProviderError(safeMessage(message ?? `the provider ended its answer with \`${reason}\``), {
      code: String(reason),
      isRetryable: true,
    })
  }
  const finish = TO_HUB.get(reason) ?? 'stop'
  return reason !== undefined && TO_WIRE.get(finish) !== reason
    ? { finish_reason: finish, native_finish_reason: reason }
    : { finish_reason: finish }
}

export function encodeFinish(finish: FinishReason, native: string | undefined): string {
  // Another provider's native word says nothing here, unless it is one of ours for the same thing.
  if (native !== undefined && TO_HUB.get(native) === finish) return native
  return TO_WIRE.get(finish) ?? 'COMPLETE'
}
