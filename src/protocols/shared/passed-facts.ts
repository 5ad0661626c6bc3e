import type { Usage } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import { wireCount } from './count.js'

/** What telemetry and prices can use of an answer that no codec reads. */
export interface PassedFacts {
  /** Empty when the provider gives none. */
  readonly id: string
  /** Empty when the provider does not say. */
  readonly model: string
  readonly usage?: Partial<Usage>
}

/** Counts are named as in OpenAI's newer operations, or as in chat. */
export function factsOf(wire: Readonly<Record<string, unknown>>): PassedFacts {
  const usage = isObject(wire['usage']) ? wire['usage'] : {}
  const input = wireCount(usage['input_tokens']) ?? wireCount(usage['prompt_tokens'])
  const output = wireCount(usage['output_tokens']) ?? wireCount(usage['completion_tokens'])
  const details = usage['input_tokens_details'] ?? usage['input_token_details'] ?? usage['prompt_tokens_details']
  const outputDetails = usage['output_tokens_details'] ?? usage['completion_tokens_details']
  return {
    id: asString(wire['id']) ?? '',
    model: asString(wire['model']) ?? '',
    ...((input !== undefined || output !== undefined) && {
      usage: {
        prompt_tokens: input ?? 0,
        completion_tokens: output ?? 0,
        total_tokens: wireCount(usage['total_tokens']) ?? (input ?? 0) + (output ?? 0),
        ...(isObject(details) && { prompt_tokens_details: details }),
        ...(isObject(outputDetails) && { completion_tokens_details: outputDetails }),
      },
    }),
  }
}
