import { asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../../protocols/shared/count.js'
import type { OtherAnswer } from '../call/logical-call.js'

/** What telemetry and prices can use of an answer. Counts are named as in OpenAI's newer operations, or as in chat. */
export function factsOf(wire: JsonObject): OtherAnswer {
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
