/** What a caller may ask, one probe a feature. */
import type { AssistantMessage, ChatRequest, ContentPart, Message, Tool } from '../../../src/kernel/hub.js'
import type { ProtocolId } from '../../../src/kernel/protocol.js'

export interface RequestProbe {
  readonly feature: string
  /** Fields that ask for the feature. */
  readonly fields: Partial<ChatRequest>
  /** Fields that the same request has without the feature. */
  readonly base?: Partial<ChatRequest>
  /** Words that a body with the feature holds. Without them a body with it differs from one without. */
  readonly marks?: readonly string[]
  /** What happens when nothing is said, so that a body may say nothing. */
  readonly isDefault?: boolean
}

const PNG = 'iVBORw0KGgo='
const PDF = 'JVBERi0xLjQ='

export const hi: Message = { role: 'user', content: 'hi' }
export const lookup: Tool = {
  type: 'function',
  function: {
    name: 'lookup',
    description: 'finds',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
const tools = [lookup]
const schema = {
  type: 'object',
  properties: { forecast_field: { type: 'string' } },
  required: ['forecast_field'],
  additionalProperties: false,
}

const says = (...content: ContentPart[]): Partial<ChatRequest> => ({ messages: [{ role: 'user', content }] })
const afterAnswer = (answer: Omit<AssistantMessage, 'role'>): Partial<ChatRequest> => ({
  messages: [hi, { role: 'assistant', content: 'Sure', ...answer }, { role: 'user', content: 'go on' }],
})

const calls: Message = {
  role: 'assistant',
  content: null,
  tool_calls: [
    { id: 'call_a', type: 'function', function: { name: 'lookup', arguments: '{"city":"Aa"}' } },
    { id: 'call_b', type: 'function', function: { name: 'lookup', arguments: '{"city":"Bb"}' } },
  ],
}
function results(first: Omit<Extract<Message, { role: 'tool' }>, 'role' | 'tool_call_id'>): Partial<ChatRequest> {
  return {
    tools,
    messages: [
      hi,
      calls,
      { role: 'tool', tool_call_id: 'call_a', ...first },
      { role: 'tool', tool_call_id: 'call_b', content: 'RESULT_B' },
    ],
  }
}

const cache_control = { type: 'ephemeral' as const }

/** @param id - Raw values are of this format, those called foreign of another. */
export function requestProbes(id: ProtocolId): RequestProbe[] {
  const foreign: ProtocolId = id === 'gemini-generate' ? 'anthropic-messages' : 'gemini-generate'
  return [
    { feature: 'system message', fields: { messages: [{ role: 'system', content: 'SYSTEM' }, hi] }, marks: ['SYSTEM'] },
    {
      feature: 'developer message',
      fields: { messages: [{ role: 'developer', content: 'DEVELOPER' }, hi] },
      marks: ['DEVELOPER'],
    },
    {
      feature: 'system message later',
      fields: { messages: [hi, { role: 'assistant', content: 'a' }, { role: 'system', content: 'SYSTEM' }, hi] },
      marks: ['SYSTEM'],
    },
    {
      feature: 'conversation',
      fields: { messages: [hi, { role: 'assistant', content: 'ANSWER' }, { role: 'user', content: 'NEXT' }] },
      marks: ['ANSWER', 'NEXT'],
    },
    { feature: 'name of a message', fields: { messages: [{ ...hi, name: 'ann' } as Message] }, marks: ['ann'] },
    {
      feature: 'several text parts',
      fields: says({ type: 'text', text: 'PART_A' }, { type: 'text', text: 'PART_B' }),
      marks: ['PART_A', 'PART_B'],
    },
    {
      feature: 'image by address',
      fields: says({ type: 'image_url', image_url: { url: 'https://example.test/picture.png' } }),
      marks: ['https://example.test/picture.png'],
    },
    {
      feature: 'image in base64',
      fields: says({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }),
      marks: [PNG],
    },
    {
      feature: 'image detail',
      fields: says({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'high' } }),
      base: says({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }),
    },
    {
      feature: 'audio',
      fields: says({ type: 'input_audio', input_audio: { data: 'QVVESU8=', format: 'wav' } }),
      marks: ['QVVESU8='],
    },
    {
      feature: 'PDF in base64',
      fields: says({ type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}`, filename: 'a.pdf' } }),
      marks: [PDF],
    },
    { feature: 'file by id', fields: says({ type: 'file', file: { file_id: 'file-123' } }), marks: ['file-123'] },
    {
      feature: 'part of another format',
      fields: says({ type: 'text', text: 'hi' }, { type: 'raw', protocol: foreign, value: { foreign: 'FOREIGN' } }),
      marks: ['FOREIGN'],
    },

    { feature: 'tools', fields: { tools }, marks: ['lookup', 'city', 'finds'] },
    {
      feature: 'strict tool',
      base: { tools },
      fields: {
        tools: [
          {
            type: 'function',
            function: { ...(lookup as { function: object }).function, name: 'lookup', strict: true },
          },
        ],
      },
    },
    { feature: 'custom tool', fields: { tools: [{ type: 'custom', custom: { name: 'CUSTOM' } }] }, marks: ['CUSTOM'] },
    {
      feature: 'server tool of the format',
      fields: { tools: [{ type: 'raw', protocol: id, value: { type: 'web_search', SERVER_TOOL: {} } }] },
      marks: ['SERVER_TOOL'],
    },
    {
      feature: 'server tool of another format',
      fields: { tools: [{ type: 'raw', protocol: foreign, value: { FOREIGN: {} } }] },
      marks: ['FOREIGN'],
    },
    { feature: 'web_search_options', fields: { web_search_options: {} } },
    { feature: 'tool_choice auto', base: { tools }, fields: { tool_choice: 'auto' }, isDefault: true },
    { feature: 'tool_choice none', base: { tools }, fields: { tool_choice: 'none' } },
    { feature: 'tool_choice required', base: { tools }, fields: { tool_choice: 'required' } },
    {
      feature: 'tool_choice named',
      base: { tools },
      fields: { tool_choice: { type: 'function', function: { name: 'lookup' } } },
    },
    {
      feature: 'tool_choice allowed_tools',
      base: { tools },
      fields: {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'lookup' } }] },
        },
      },
    },
    { feature: 'parallel_tool_calls true', base: { tools }, fields: { parallel_tool_calls: true }, isDefault: true },
    { feature: 'parallel_tool_calls false', base: { tools }, fields: { parallel_tool_calls: false } },
    {
      feature: 'parallel calls and their results',
      fields: results({ content: 'RESULT_A' }),
      marks: ['lookup', 'Aa', 'Bb', 'RESULT_A', 'RESULT_B'],
    },
    {
      feature: 'image in a tool result',
      fields: results({
        content: [
          { type: 'text', text: 'RESULT_A' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
        ],
      }),
      marks: ['RESULT_A', PNG],
    },
    {
      feature: 'failed tool result',
      base: results({ content: 'RESULT_A' }),
      fields: results({ content: 'RESULT_A', is_error: true }),
    },

    { feature: 'json_object', fields: { response_format: { type: 'json_object' } } },
    {
      feature: 'json_schema',
      fields: { response_format: { type: 'json_schema', json_schema: { name: 'forecast', schema, strict: true } } },
      marks: ['forecast_field'],
    },
    {
      feature: 'reasoning_effort',
      fields: { reasoning_effort: 'high', max_tokens: 64_000 },
      base: { max_tokens: 64_000 },
    },
    { feature: 'reasoning_effort none', fields: { reasoning_effort: 'none' } },
    {
      feature: 'thinking budget',
      fields: { thinking: { type: 'enabled', budget_tokens: 2048 }, max_tokens: 64_000 },
      base: { max_tokens: 64_000 },
    },
    { feature: 'verbosity', fields: { verbosity: 'low' } },
    { feature: 'reasoning in history', fields: afterAnswer({ reasoning_content: 'THOUGHT' }), marks: ['THOUGHT'] },
    {
      feature: 'signed thinking of elsewhere in history',
      fields: afterAnswer({ thinking_blocks: [{ type: 'thinking', thinking: 'THOUGHT', signature: 'SIG' }] }),
      marks: ['THOUGHT'],
    },
    {
      feature: 'redacted thinking in history',
      base: afterAnswer({}),
      fields: afterAnswer({ thinking_blocks: [{ type: 'redacted_thinking', data: 'REDACTED' }] }),
    },
    {
      feature: 'refusal in history',
      fields: { messages: [hi, { role: 'assistant', content: null, refusal: 'REFUSAL' }, hi] },
      marks: ['REFUSAL'],
    },
    { feature: 'audio in history', fields: afterAnswer({ audio: { id: 'audio_1' } }), marks: ['audio_1'] },
    {
      feature: 'block of another format in history',
      fields: afterAnswer({
        blocks: [
          { type: 'text', text: 'Sure' },
          { type: 'raw', protocol: foreign, value: { foreign: 'FOREIGN' } },
        ],
      }),
      marks: ['FOREIGN'],
    },

    {
      feature: 'cache_control on a part',
      base: says({ type: 'text', text: 'hi' }),
      fields: says({ type: 'text', text: 'hi', cache_control }),
    },
    {
      feature: 'cache_control on a system part',
      base: { messages: [{ role: 'system', content: [{ type: 'text', text: 's' }] }, hi] },
      fields: { messages: [{ role: 'system', content: [{ type: 'text', text: 's', cache_control }] }, hi] },
    },
    { feature: 'cache_control on a tool', base: { tools }, fields: { tools: [{ ...lookup, cache_control } as Tool] } },
    { feature: 'cache_control on an answer', base: afterAnswer({}), fields: afterAnswer({ cache_control }) },
    {
      feature: 'cache_control on a tool result',
      base: results({ content: 'r' }),
      fields: results({ content: 'r', cache_control }),
    },
    { feature: 'prompt_cache_key', fields: { prompt_cache_key: 'CACHE_KEY' }, marks: ['CACHE_KEY'] },

    { feature: 'max_tokens', fields: { max_tokens: 4321 }, marks: ['4321'] },
    { feature: 'max_completion_tokens', fields: { max_completion_tokens: 4321 }, marks: ['4321'] },
    { feature: 'temperature', fields: { temperature: 0.25 }, marks: ['0.25'] },
    { feature: 'top_p', fields: { top_p: 0.75 }, marks: ['0.75'] },
    { feature: 'top_k', fields: { top_k: 77 }, marks: ['77'] },
    { feature: 'frequency_penalty', fields: { frequency_penalty: 0.5 }, marks: ['0.5'] },
    { feature: 'presence_penalty', fields: { presence_penalty: 0.5 }, marks: ['0.5'] },
    { feature: 'logit_bias', fields: { logit_bias: { '1234': 5 } }, marks: ['1234'] },
    { feature: 'logprobs', fields: { logprobs: true } },
    { feature: 'top_logprobs', base: { logprobs: true }, fields: { top_logprobs: 3 } },
    { feature: 'seed', fields: { seed: 987 }, marks: ['987'] },
    { feature: 'stop, one', fields: { stop: 'HALT' }, marks: ['HALT'] },
    { feature: 'stop, several', fields: { stop: ['HALT', 'WAIT'] }, marks: ['HALT', 'WAIT'] },
    { feature: 'n', fields: { n: 2 } },
    { feature: 'stream', fields: { stream: true } },
    {
      feature: 'audio output',
      fields: { modalities: ['text', 'audio'], audio: { voice: 'VOICE', format: 'wav' } },
      marks: ['VOICE'],
    },
    { feature: 'prediction', fields: { prediction: { type: 'content', content: 'PREDICTED' } }, marks: ['PREDICTED'] },
    { feature: 'previous_response_id', fields: { previous_response_id: 'resp_1' }, marks: ['resp_1'] },
    { feature: 'service_tier', fields: { service_tier: 'priority' } },
    { feature: 'metadata', fields: { metadata: { team: 'TEAM' } }, marks: ['TEAM'] },
    { feature: 'user', fields: { user: 'USER_1' }, marks: ['USER_1'] },
    { feature: 'store', fields: { store: true } },
    { feature: 'extra_body', fields: { extra_body: { extra_field: 'EXTRA' } }, marks: ['EXTRA'] },
    {
      feature: 'a field of another format',
      fields: { raw: { protocol: foreign, value: { foreign: 'FOREIGN' } } },
      marks: ['FOREIGN'],
    },
    { feature: 'an unknown field', fields: { unheard_of: 'UNHEARD' } as Partial<ChatRequest>, marks: ['UNHEARD'] },
  ]
}
