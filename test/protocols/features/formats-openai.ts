/** OpenAI's formats, and watsonx, whose answers are chat's. */
import type { JsonObject } from '../../../src/kernel/protocol.js'
import type { FormatCase } from './format-case.js'

const URL = 'https://cited.test/'
const TEXT = 'Sunny'
const token = { token: TEXT, logprob: -0.1, bytes: null }
const call = (id: string, city: string): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'lookup', arguments: JSON.stringify({ city }) },
})
const openaiUsage = {
  prompt_tokens: 10,
  completion_tokens: 8,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
  completion_tokens_details: { reasoning_tokens: 4 },
}
const openaiAnswer: JsonObject = {
  id: 'ID1',
  object: 'chat.completion',
  created: 5,
  model: 'm',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: TEXT,
        refusal: null,
        reasoning_content: 'REASON',
        thinking_blocks: [{ type: 'thinking', thinking: 'REASON', signature: 'SIG' }],
        annotations: [{ type: 'url_citation', url_citation: { url: URL, title: 'T', start_index: 0, end_index: 5 } }],
        tool_calls: [call('c1', 'Aa'), call('c2', 'Bb')],
      },
      logprobs: { content: [{ ...token, top_logprobs: [token] }], refusal: null },
    },
    {
      index: 1,
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'SECOND', refusal: null },
      logprobs: null,
    },
  ],
  usage: { ...openaiUsage, server_tool_use: { web_search_requests: 1 } },
}
const openaiFinish = (word: string): JsonObject => ({
  id: 'ID1',
  object: 'chat.completion',
  created: 5,
  model: 'm',
  choices: [
    { index: 0, finish_reason: word, message: { role: 'assistant', content: TEXT, refusal: null }, logprobs: null },
  ],
})
const openaiFinishes = { stop: 'stop', length: 'length', tool_calls: 'tool_calls', content_filter: 'content_filter' }
const openaiRefusal: JsonObject = {
  id: 'ID1',
  object: 'chat.completion',
  created: 5,
  model: 'm',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: null, refusal: 'REFUSAL' },
      logprobs: null,
    },
  ],
}
const responses = (output: JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: 'ID1',
  object: 'response',
  created_at: 5,
  model: 'm',
  status: 'completed',
  output,
  error: null,
  incomplete_details: null,
  ...more,
})
const outputText = {
  type: 'output_text',
  text: TEXT,
  annotations: [{ type: 'url_citation', url: URL, title: 'T', start_index: 0, end_index: 5 }],
  logprobs: [{ ...token, top_logprobs: [token] }],
}

export const openaiFormats: readonly FormatCase[] = [
  {
    id: 'openai-chat',
    provider: 'openai',
    model: 'gpt-4.1',
    answer: openaiAnswer,
    lacks: {},
    finish: openaiFinish,
    finishes: openaiFinishes,
    refusal: openaiRefusal,
  },
  {
    id: 'openai-completions',
    provider: 'openai',
    model: 'gpt-3.5-turbo-instruct',
    answer: {
      id: 'ID1',
      object: 'text_completion',
      created: 5,
      model: 'm',
      choices: [
        {
          index: 0,
          text: TEXT,
          finish_reason: 'stop',
          logprobs: { tokens: [TEXT], token_logprobs: [-0.1], top_logprobs: [{ Sunny: -0.1 }], text_offset: [0] },
        },
        { index: 1, text: 'SECOND', finish_reason: 'stop', logprobs: null },
      ],
      usage: openaiUsage,
    },
    lacks: {
      'parallel calls': 'a completion is text',
      signature: 'a completion is text',
      reasoning: 'a completion is text',
      citations: 'a completion is text',
      'server tools': 'the API runs none',
      refusal: 'an answer that declines is text',
    },
    finish: (word) => ({
      id: 'ID1',
      object: 'text_completion',
      created: 5,
      model: 'm',
      choices: [{ index: 0, text: TEXT, finish_reason: word, logprobs: null }],
    }),
    finishes: { stop: 'stop', length: 'length', content_filter: 'content_filter' },
  },
  {
    id: 'openai-responses',
    provider: 'openai',
    model: 'gpt-4.1',
    answer: responses(
      [
        {
          id: 'rs_1',
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'REASON' }],
          encrypted_content: 'SIG',
        },
        { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'SERVER_USE' } },
        { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [outputText] },
        {
          id: 'fc_1',
          type: 'function_call',
          status: 'completed',
          call_id: 'c1',
          name: 'lookup',
          arguments: '{"city":"Aa"}',
        },
        {
          id: 'fc_2',
          type: 'function_call',
          status: 'completed',
          call_id: 'c2',
          name: 'lookup',
          arguments: '{"city":"Bb"}',
        },
      ],
      {
        usage: {
          input_tokens: 10,
          input_tokens_details: { cached_tokens: 3 },
          output_tokens: 8,
          output_tokens_details: { reasoning_tokens: 4 },
          total_tokens: 18,
        },
      },
    ),
    lacks: { 'several choices': 'a response is one answer', 'cache writes': 'writes are not billed' },
    finish: (word) =>
      responses(
        [{ id: 'msg_1', type: 'message', role: 'assistant', content: [outputText] }],
        word === 'completed' ? {} : { status: 'incomplete', incomplete_details: { reason: word } },
      ),
    finishes: { completed: 'stop', max_output_tokens: 'length', content_filter: 'content_filter' },
    refusal: responses([
      { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'REFUSAL' }] },
    ]),
  },
  {
    id: 'watsonx-chat',
    provider: 'watsonx',
    model: 'ibm/granite-4-h-small',
    answer: { ...openaiAnswer, model_id: 'm' },
    lacks: {},
    finish: openaiFinish,
    finishes: openaiFinishes,
    refusal: openaiRefusal,
  },
]
