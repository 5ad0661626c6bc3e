/** Stop reasons (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html) and finish reasons. */
import { finishWords } from '../shared/finish-reason.js'

export const { decode: decodeFinish, encode: encodeFinish } = finishWords(
  {
    end_turn: 'stop',
    stop_sequence: 'stop',
    malformed_model_output: 'stop',
    malformed_tool_use: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_calls',
    content_filtered: 'content_filter',
    guardrail_intervened: 'content_filter',
  },
  {
    stop: 'end_turn',
    length: 'max_tokens',
    tool_calls: 'tool_use',
    function_call: 'tool_use',
    content_filter: 'content_filtered',
  },
)
