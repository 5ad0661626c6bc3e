/** Finish reasons (https://docs.cohere.com/reference/chat), both ways. */
import { ProviderError } from '../../kernel/provider-error.js'
import { safeMessage } from '../../kernel/safe-message.js'
import { finishWords, type Finish } from '../shared/finish-reason.js'

const WORDS = finishWords(
  {
    COMPLETE: 'stop',
    STOP_SEQUENCE: 'stop',
    MAX_TOKENS: 'length',
    TOOL_CALL: 'tool_calls',
    // Words of the first version of the API, which servers on older images still use.
    ERROR_LIMIT: 'length',
    ERROR_TOXIC: 'content_filter',
  },
  {
    stop: 'COMPLETE',
    length: 'MAX_TOKENS',
    tool_calls: 'TOOL_CALL',
    function_call: 'TOOL_CALL',
    content_filter: 'ERROR_TOXIC',
  },
)

/** The generation failed: what came before is no answer. */
const FAILURES: ReadonlySet<unknown> = new Set(['ERROR', 'TIMEOUT'])

/**
 * @throws ProviderError when the reason says that the generation failed.
 */
export function decodeFinish(wire: unknown, message?: string): Finish {
  const reason = typeof wire === 'string' ? wire.toUpperCase() : undefined
  if (FAILURES.has(reason)) {
    throw new ProviderError(safeMessage(message ?? `the provider ended its answer with \`${reason}\``), {
      code: String(reason),
      isRetryable: true,
    })
  }
  return WORDS.decode(reason)
}

export const encodeFinish = WORDS.encode
