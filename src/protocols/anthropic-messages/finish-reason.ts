/** Stop reasons (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons) and finish reasons. */
import { finishWords } from '../shared/finish-reason.js'

export const { decode: decodeFinish, encode: encodeFinish } = finishWords(
  {
    end_turn: 'stop',
    stop_sequence: 'stop',
    pause_turn: 'stop',
    compaction: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_calls',
    refusal: 'content_filter',
  },
  {
    stop: 'end_turn',
    length: 'max_tokens',
    tool_calls: 'tool_use',
    function_call: 'tool_use',
    content_filter: 'refusal',
  },
)
