/** The chat formats, each with an answer of its wire that says most of what it can say at once. */
import type { JsonObject } from '../../../src/kernel/protocol.js'
import type { FormatCase } from './format-case.js'
import { openaiFormats } from './formats-openai.js'

const URL = 'https://cited.test/'
const TEXT = 'Sunny'
const token = { token: TEXT, logprob: -0.1, bytes: null }
const call = (id: string, city: string): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'lookup', arguments: JSON.stringify({ city }) },
})
const objectCall = (id: string, city: string): JsonObject => ({ id, function: { name: 'lookup', arguments: { city } } })
const anthropic = (content: JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: 'ID1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: 'tool_use',
  stop_sequence: null,
  ...more,
})
const gemini = (candidate: JsonObject, more: JsonObject = {}): JsonObject => ({
  responseId: 'ID1',
  modelVersion: 'm',
  candidates: [{ index: 0, ...candidate }],
  ...more,
})
const bedrock = (content: JsonObject[], stopReason: string, more: JsonObject = {}): JsonObject => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  ...more,
})
const cohere = (message: JsonObject, finish: string, more: JsonObject = {}): JsonObject => ({
  id: 'ID1',
  finish_reason: finish,
  message: { role: 'assistant', ...message },
  ...more,
})
const ollama = (message: JsonObject, more: JsonObject = {}): JsonObject => ({
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content: TEXT, ...message },
  done: true,
  done_reason: 'stop',
  ...more,
})
const prediction = (more: JsonObject = {}): JsonObject => ({
  id: 'ID1',
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  status: 'succeeded',
  output: [TEXT],
  error: null,
  ...more,
})

export const formats: readonly FormatCase[] = [
  ...openaiFormats,
  {
    id: 'anthropic-messages',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    answer: anthropic(
      [
        { type: 'thinking', thinking: 'REASON', signature: 'SIG' },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'SERVER_USE' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 'srvtoolu_1',
          content: [{ type: 'web_search_result', url: URL, title: 'T', encrypted_content: 'e' }],
        },
        {
          type: 'text',
          text: TEXT,
          citations: [
            { type: 'web_search_result_location', url: URL, title: 'T', cited_text: 'c', encrypted_index: 'e' },
          ],
        },
        { type: 'tool_use', id: 'c1', name: 'lookup', input: { city: 'Aa' } },
        { type: 'tool_use', id: 'c2', name: 'lookup', input: { city: 'Bb' } },
      ],
      {
        usage: {
          input_tokens: 5,
          cache_read_input_tokens: 3,
          cache_creation_input_tokens: 2,
          output_tokens: 8,
          server_tool_use: { web_search_requests: 1 },
        },
      },
    ),
    lacks: {
      'several choices': 'a message is one answer',
      logprobs: 'the API gives none',
      'reasoning tokens': 'they are counted in the output only',
    },
    finish: (word) => anthropic([{ type: 'text', text: TEXT }], { stop_reason: word }),
    finishes: {
      end_turn: 'stop',
      stop_sequence: 'stop',
      max_tokens: 'length',
      tool_use: 'tool_calls',
      refusal: 'content_filter',
      model_context_window_exceeded: 'length',
    },
    refusal: anthropic([], {
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: null, explanation: 'REFUSAL' },
    }),
  },
  {
    id: 'gemini-generate',
    provider: 'gemini',
    model: 'gemini-3-pro-preview',
    answer: gemini(
      {
        content: {
          role: 'model',
          parts: [
            { text: 'REASON', thought: true },
            { executableCode: { language: 'PYTHON', code: 'SERVER_USE' } },
            { text: TEXT },
            { functionCall: { id: 'c1', name: 'lookup', args: { city: 'Aa' } }, thoughtSignature: 'SIG' },
            { functionCall: { id: 'c2', name: 'lookup', args: { city: 'Bb' } } },
          ],
        },
        finishReason: 'STOP',
        groundingMetadata: {
          groundingChunks: [{ web: { uri: URL, title: 'T' } }],
          groundingSupports: [{ segment: { startIndex: 0, endIndex: 5, text: TEXT }, groundingChunkIndices: [0] }],
        },
        logprobsResult: {
          chosenCandidates: [{ token: TEXT, logProbability: -0.1 }],
          topCandidates: [{ candidates: [{ token: TEXT, logProbability: -0.1 }] }],
        },
      },
      {
        usageMetadata: {
          promptTokenCount: 10,
          cachedContentTokenCount: 3,
          candidatesTokenCount: 4,
          thoughtsTokenCount: 4,
          totalTokenCount: 18,
        },
      },
    ),
    lacks: { 'cache writes': 'the cache works by itself', refusal: 'a blocked answer has a reason and no words' },
    finish: (word) => gemini({ content: { role: 'model', parts: [{ text: TEXT }] }, finishReason: word }),
    finishes: {
      STOP: 'stop',
      MAX_TOKENS: 'length',
      SAFETY: 'content_filter',
      RECITATION: 'content_filter',
      PROHIBITED_CONTENT: 'content_filter',
    },
  },
  {
    id: 'bedrock-converse',
    provider: 'bedrock',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    answer: bedrock(
      [
        { reasoningContent: { reasoningText: { text: 'REASON', signature: 'SIG' } } },
        {
          toolUse: { toolUseId: 's1', name: 'nova_grounding', input: { query: 'SERVER_USE' }, type: 'server_tool_use' },
        },
        {
          citationsContent: {
            content: [{ text: TEXT }],
            citations: [{ title: 'T', location: { web: { url: URL } }, sourceContent: [{ text: 'c' }] }],
          },
        },
        { toolUse: { toolUseId: 'c1', name: 'lookup', input: { city: 'Aa' } } },
        { toolUse: { toolUseId: 'c2', name: 'lookup', input: { city: 'Bb' } } },
      ],
      'tool_use',
      {
        usage: { inputTokens: 5, outputTokens: 8, totalTokens: 18, cacheReadInputTokens: 3, cacheWriteInputTokens: 2 },
      },
    ),
    lacks: {
      id: 'the answer has none; the request has one in a header',
      'several choices': 'an answer is one message',
      logprobs: 'the API gives none',
      'reasoning tokens': 'they are counted in the output only',
      refusal: 'a blocked answer has a reason and no words of its own',
    },
    finish: (word) => bedrock([{ text: TEXT }], word),
    finishes: {
      end_turn: 'stop',
      stop_sequence: 'stop',
      max_tokens: 'length',
      tool_use: 'tool_calls',
      content_filtered: 'content_filter',
      guardrail_intervened: 'content_filter',
    },
  },
  {
    id: 'cohere-chat',
    provider: 'cohere',
    model: 'command-a-reasoning-08-2025',
    answer: cohere(
      {
        content: [
          { type: 'thinking', thinking: 'REASON' },
          { type: 'text', text: TEXT },
        ],
        tool_calls: [call('c1', 'Aa'), call('c2', 'Bb')],
        citations: [
          {
            start: 0,
            end: 5,
            text: TEXT,
            type: 'TEXT_CONTENT',
            content_index: 1,
            sources: [{ type: 'document', id: 'd1', document: { id: 'd1', title: 'T', url: URL } }],
          },
        ],
      },
      'TOOL_CALL',
      {
        usage: {
          billed_units: { input_tokens: 9, output_tokens: 8 },
          tokens: { input_tokens: 10, output_tokens: 8 },
          cached_tokens: 3,
        },
        logprobs: [{ token_ids: [1], text: TEXT, logprobs: [-0.1] }],
      },
    ),
    lacks: {
      signature: 'thinking goes back without one',
      'server tools': 'the API runs none',
      'several choices': 'an answer is one message',
      'cache writes': 'the cache works by itself',
      'reasoning tokens': 'they are counted in the output only',
      refusal: 'an answer that declines is text',
    },
    finish: (word) => cohere({ content: [{ type: 'text', text: TEXT }] }, word),
    finishes: { COMPLETE: 'stop', STOP_SEQUENCE: 'stop', MAX_TOKENS: 'length', TOOL_CALL: 'tool_calls' },
  },
  {
    id: 'ollama-chat',
    provider: 'ollama',
    model: 'gpt-oss:20b',
    answer: ollama(
      { thinking: 'REASON', tool_calls: [objectCall('c1', 'Aa'), objectCall('c2', 'Bb')] },
      { prompt_eval_count: 10, eval_count: 8, logprobs: [{ ...token, top_logprobs: [token] }] },
    ),
    lacks: {
      id: 'an answer has none',
      signature: 'thinking goes back without one',
      citations: 'the API gives none',
      'server tools': 'the API runs none',
      'several choices': 'an answer is one message',
      'cached tokens': 'a cached prompt is not counted at all',
      'cache writes': 'the cache works by itself',
      'reasoning tokens': 'they are counted in the output only',
      refusal: 'an answer that declines is text',
    },
    finish: (word) => ollama({}, { done_reason: word }),
    finishes: { stop: 'stop', length: 'length' },
  },
  {
    id: 'replicate-predictions',
    provider: 'replicate',
    model: 'meta/meta-llama-3-70b-instruct',
    answer: prediction({ metrics: { input_token_count: 10, output_token_count: 8 } }),
    lacks: {
      'parallel calls': 'an output is text',
      reasoning: 'an output is text',
      signature: 'an output is text',
      citations: 'an output is text',
      logprobs: 'the API gives none',
      'server tools': 'the API runs none',
      'several choices': 'a prediction has one output',
      'cached tokens': 'metrics count what went in and came out',
      'cache writes': 'metrics count what went in and came out',
      'reasoning tokens': 'metrics count what went in and came out',
      refusal: 'an answer that declines is text',
    },
    finish: (word) => prediction({ status: word }),
    finishes: { succeeded: 'stop' },
  },
]
