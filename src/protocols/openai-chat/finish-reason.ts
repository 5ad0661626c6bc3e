/** Why a model stopped, in the words of the many servers that speak OpenAI's format. */
import { ProviderError } from '../../kernel/provider-error.js'
import type { FinishReason } from '../../kernel/hub.js'

const HUB_WORDS: ReadonlySet<unknown> = new Set<FinishReason>([
  'stop',
  'length',
  'tool_calls',
  'content_filter',
  'function_call',
])

/** Words of other dialects, lower case with underscores. */
const OTHER_WORDS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['end', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['complete', 'stop'],
  ['completed', 'stop'],
  ['max_tokens', 'length'],
  ['max_length', 'length'],
  ['max_output_tokens', 'length'],
  ['model_length', 'length'],
  ['time_limit', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['tool_call', 'tool_calls'],
  ['function_calls', 'tool_calls'],
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['prohibited_content', 'content_filter'],
  ['recitation', 'content_filter'],
  ['refusal', 'content_filter'],
  ['safety', 'content_filter'],
  ['sensitive', 'content_filter'],
])

const FAILURES: ReadonlySet<string> = new Set(['error', 'network_error', 'malformed_function_call'])

export function isFinishReason(word: unknown): word is FinishReason {
  return HUB_WORDS.has(word)
}

/**
 * The hub's word; `null` for `null`, `''` and anything that is not a word. A word nobody knows counts as `stop`:
 * the model did end, and `native_finish_reason` keeps what it said.
 *
 * @throws ProviderError when the word says that the server failed.
 */
export function finishReasonOf(word: unknown): FinishReason | null {
  if (typeof word !== 'string' || word === '') return null
  if (isFinishReason(word)) return word
  const plain = word.toLowerCase().replaceAll('-', '_')
  if (FAILURES.has(plain)) {
    throw new ProviderError(`the provider ended its answer with \`${plain}\``, { code: plain, isRetryable: true })
  }
  if (isFinishReason(plain)) return plain
  return OTHER_WORDS.get(plain) ?? 'stop'
}
