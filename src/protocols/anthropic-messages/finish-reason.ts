/** Stop reasons (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons) and finish reasons. */
import type { FinishReason } from '../../kernel/hub.js'

const TO_HUB: ReadonlyMap<unknown, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['compaction', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])

const TO_WIRE: ReadonlyMap<FinishReason, string> = new Map([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
])

/** A stop reason this version does not know counts as `stop`, and stays readable as the native one. */
export function decodeFinish(stopReason: unknown): { finish_reason: FinishReason; native_finish_reason?: string } {
  const finish = TO_HUB.get(stopReason) ?? 'stop'
  return typeof stopReason === 'string' && TO_WIRE.get(finish) !== stopReason
    ? { finish_reason: finish, native_finish_reason: stopReason }
    : { finish_reason: finish }
}

export function encodeFinish(finish: FinishReason, native: string | undefined): string {
  // Another provider's native word says nothing here, unless it is one of ours for the same thing.
  if (native !== undefined && TO_HUB.get(native) === finish) return native
  return TO_WIRE.get(finish) ?? 'end_turn'
}
