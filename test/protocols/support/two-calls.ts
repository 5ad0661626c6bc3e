/** An answer of another provider: unsigned reasoning, text and two calls. */
import type { ChatCompletion } from '../../../src/kernel/hub.js'

export const twoCalls: ChatCompletion = {
  id: 'answer-1',
  object: 'chat.completion',
  created: 0,
  model: 'other',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      logprobs: null,
      message: {
        role: 'assistant',
        content: 'Two calls.',
        refusal: null,
        reasoning_content: 'Both are needed.',
        tool_calls: ['a', 'b'].map((id) => ({
          id,
          type: 'function',
          function: { name: 'f', arguments: `{"id":"${id}"}` },
        })),
      },
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13, prompt_tokens_details: { cached_tokens: 5 } },
}
