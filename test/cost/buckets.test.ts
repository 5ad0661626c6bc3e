/** Which bucket each count of a usage falls into, in every spelling: a count in the wrong one is billed at the wrong price. */
import { describe, expect, test } from 'vitest'
import { bucketsOf, promptTokens, type Bucket } from '../../src/cost/buckets.js'

type Row = readonly [what: string, usage: object, buckets: Partial<Record<Bucket, number>>]

/** What is counted of a usage, beyond the one request that every call is. */
function counted(usage: unknown): Partial<Record<Bucket, number>> | undefined {
  const buckets = bucketsOf(usage)
  if (!buckets) return undefined
  expect(buckets.requests).toBe(1)
  return Object.fromEntries(Object.entries({ ...buckets, requests: 0 }).filter(([, count]) => count !== 0))
}

const chat = (prompt: number, details: object, beside: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: 0,
  prompt_tokens_details: details,
  ...beside,
})

const PROMPT: readonly Row[] = [
  [
    'what Anthropic cached is beside its input',
    { input_tokens: 10, cache_read_input_tokens: 20, cache_creation_input_tokens: 5, output_tokens: 3 },
    { input: 10, cache_read: 20, cache_write: 5, output: 3 },
  ],
  ['so it is where it only read', { input_tokens: 10, cache_read_input_tokens: 20 }, { input: 10, cache_read: 20 }],
  ['and where it only wrote', { input_tokens: 10, cache_creation_input_tokens: 5 }, { input: 10, cache_write: 5 }],
  [
    'a count of the whole prompt has it in',
    chat(30, {}, { cache_read_input_tokens: 20 }),
    { input: 10, cache_read: 20 },
  ],
  [
    'as the Responses API has it',
    { input_tokens: 30, input_tokens_details: { cached_tokens: 20 }, output_tokens: 0 },
    { input: 10, cache_read: 20 },
  ],
  [
    'DeepSeek',
    chat(30, {}, { prompt_cache_hit_tokens: 20, prompt_cache_miss_tokens: 10 }),
    { input: 10, cache_read: 20 },
  ],
  ['Moonshot', chat(30, {}, { cached_tokens: 20 }), { input: 10, cache_read: 20 }],
  [
    'the details go before what is beside them',
    chat(30, { cached_tokens: 5 }, { cached_tokens: 20 }),
    { input: 25, cache_read: 5 },
  ],
  ['a transcription', { input_tokens: 30, input_token_details: { audio_tokens: 20 } }, { input: 10, input_audio: 20 }],
  ['a total alone is a prompt', { total_tokens: 7 }, { input: 7 }],
  ['a total beside an input says nothing more', { input_tokens: 3, total_tokens: 7 }, { input: 3 }],
  [
    'of a total, what is not the answer is the prompt',
    { completion_tokens: 4, total_tokens: 7 },
    { input: 3, output: 4 },
  ],
  ['in the other spelling', { output_tokens: 4, total_tokens: 7 }, { input: 3, output: 4 }],
  ['a total below the answer', { output_tokens: 4, total_tokens: 3 }, { output: 4 }],
  ['a count below zero is none', chat(30, { cached_tokens: -5, audio_tokens: -5, image_tokens: -5 }), { input: 30 }],
  ['more in the cache than there was', chat(30, { cached_tokens: 50 }), { cache_read: 30 }],

  [
    'what is written for an hour is of what is written',
    chat(40, { cache_write_tokens: 30, cache_write_1h_tokens: 20 }),
    { input: 10, cache_write: 10, cache_write_1h: 20 },
  ],
  [
    'and not more than it',
    chat(40, { cache_write_tokens: 5, cache_write_1h_tokens: 20 }),
    { input: 35, cache_write_1h: 5 },
  ],
  ['only for an hour', chat(40, { cache_write_1h_tokens: 20 }), { input: 20, cache_write_1h: 20 }],
  [
    'as Anthropic says it',
    {
      input_tokens: 10,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_1h_input_tokens: 20, ephemeral_5m_input_tokens: 10 },
    },
    { input: 10, cache_write: 10, cache_write_1h: 20 },
  ],
  [
    'without their sum',
    chat(40, {}, { cache_creation: { ephemeral_1h_input_tokens: 20, ephemeral_5m_input_tokens: 10 } }),
    { input: 10, cache_write: 10, cache_write_1h: 20 },
  ],
  [
    'as LiteLLM says it',
    chat(40, { cache_creation_tokens: 30, cache_creation_token_details: { ephemeral_1h_input_tokens: 20 } }),
    { input: 10, cache_write: 10, cache_write_1h: 20 },
  ],

  [
    'heard and seen',
    chat(100, { audio_tokens: 10, image_tokens: 20, video_tokens: 30 }),
    { input: 40, input_audio: 10, input_image: 20, input_video: 30 },
  ],
  [
    'of what was heard, what the cache had is told',
    chat(100, { cached_tokens: 40, audio_tokens: 50, cached_tokens_details: { audio_tokens: 10 } }),
    { input: 20, cache_read: 30, input_audio: 40, cache_read_audio: 10 },
  ],
  [
    'and is not told: it is what does not fit beside the cache',
    chat(100, { cached_tokens: 90, audio_tokens: 50 }),
    { cache_read: 50, input_audio: 10, cache_read_audio: 40 },
  ],
  [
    'of what was seen, what the cache had is told',
    chat(100, { cached_tokens: 40, image_tokens: 50, cached_tokens_details: { image_tokens: 10 } }),
    { input: 20, cache_read: 30, input_image: 40, cache_read_image: 10 },
  ],
  [
    'and is not told',
    chat(100, { cached_tokens: 90, image_tokens: 50 }),
    { cache_read: 50, input_image: 10, cache_read_image: 40 },
  ],
  [
    'both at once share the cache',
    chat(100, { cached_tokens: 90, audio_tokens: 30, image_tokens: 80 }),
    { input_audio: 10, cache_read_audio: 20, cache_read_image: 70 },
  ],
  [
    'the bill goes before what was read',
    { ...chat(500, { cached_tokens: 448 }), billed_units: { input_tokens: 5, output_tokens: 2 } },
    { input: 5, output: 2 },
  ],
  ['a bill below zero is none', { billed_units: { input_tokens: -3, output_tokens: 2 } }, { output: 2 }],
]

const answer = (completion: number, details: object | undefined, beside: object = {}) => ({
  prompt_tokens: 10,
  completion_tokens: completion,
  ...(details && { completion_tokens_details: details }),
  ...beside,
})

const ANSWER: readonly Row[] = [
  ['an answer alone', { completion_tokens: 5 }, { output: 5 }],
  [
    'thought is of the answer',
    answer(5, { reasoning_tokens: 3 }, { total_tokens: 15 }),
    { input: 10, output: 2, reasoning: 3 },
  ],
  [
    'Anthropic',
    { input_tokens: 10, output_tokens: 5, output_tokens_details: { thinking_tokens: 3 } },
    { input: 10, output: 2, reasoning: 3 },
  ],
  [
    'beside the details',
    answer(5, undefined, { reasoning_tokens: 3, total_tokens: 15 }),
    { input: 10, output: 2, reasoning: 3 },
  ],
  [
    'where only the total has it, it is more',
    answer(5, { reasoning_tokens: 7 }, { total_tokens: 22 }),
    { input: 10, output: 5, reasoning: 7 },
  ],
  [
    'thought below zero takes nothing away',
    answer(5, { reasoning_tokens: -3 }, { total_tokens: 12 }),
    { input: 10, output: 5 },
  ],
  [
    'spoken and drawn',
    answer(100, { audio_tokens: 10, image_tokens: 20, video_tokens: 30 }),
    { input: 10, output: 40, output_audio: 10, output_image: 20, output_video: 30 },
  ],
  ['an answer of images', answer(100, undefined, { generated_images: 1 }), { input: 10, output_image: 100, images: 1 }],
  [
    'one that says what is image',
    answer(100, { image_tokens: 90 }, { generated_images: 1 }),
    { input: 10, output: 10, output_image: 90, images: 1 },
  ],
]

const OTHER_FORMATS: readonly Row[] = [
  [
    'Gemini counts thought beside the answer',
    { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 7, totalTokenCount: 22 },
    { input: 10, output: 5, reasoning: 7 },
  ],
  [
    'or in it, as its total tells',
    { promptTokenCount: 10, candidatesTokenCount: 12, thoughtsTokenCount: 7, totalTokenCount: 22 },
    { input: 10, output: 5, reasoning: 7 },
  ],
  [
    'Gemini, thought alone',
    { promptTokenCount: 10, thoughtsTokenCount: 7, totalTokenCount: 17 },
    { input: 10, reasoning: 7 },
  ],
  ['what tools gave is asked too', { promptTokenCount: 10, toolUsePromptTokenCount: 4 }, { input: 14 }],
  ['Gemini, an answer alone', { candidatesTokenCount: 5 }, { output: 5 }],
  [
    'Gemini by what it is',
    {
      promptTokenCount: 100,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 30 },
        { modality: 'AUDIO', tokenCount: 40 },
        { modality: 'AUDIO', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 20 },
        null,
      ],
      cachedContentTokenCount: 35,
      cacheTokensDetails: [
        { modality: 'AUDIO', tokenCount: 15 },
        { modality: 'TEXT', tokenCount: 20 },
      ],
      candidatesTokenCount: 9,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 6 }],
    },
    { input: 10, input_audio: 35, input_image: 20, cache_read: 20, cache_read_audio: 15, output: 3, output_image: 6 },
  ],
  [
    'Converse',
    { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 20, cacheWriteInputTokens: 8 },
    { input: 10, cache_read: 20, cache_write: 8, output: 5 },
  ],
  [
    'Converse with an hour of cache',
    {
      inputTokens: 10,
      cacheWriteInputTokens: 8,
      cacheDetails: [
        { ttl: '5m', inputTokens: 5 },
        { ttl: '1h', inputTokens: 3 },
      ],
    },
    { input: 10, cache_write: 5, cache_write_1h: 3 },
  ],
  ['Converse, an answer alone', { outputTokens: 5 }, { output: 5 }],
  [
    'with what its tools did',
    { promptTokenCount: 10, server_tool_use: { google_search: 2 } },
    { input: 10, web_searches: 2 },
  ],
]

const fee = (field: string, bucket: Bucket): Row => [field, { [field]: 3 }, { [bucket]: 3 }]
const used = (tool: string, bucket: Bucket): Row => [tool, { server_tool_use: { [tool]: 3 } }, { [bucket]: 3 }]

const FEES: readonly Row[] = [
  fee('search_units', 'search_units'),
  fee('queries', 'search_units'),
  fee('seconds', 'input_seconds'),
  fee('input_seconds', 'input_seconds'),
  fee('audio_length_seconds', 'input_seconds'),
  fee('output_seconds', 'output_seconds'),
  fee('input_video_seconds', 'input_video_seconds'),
  fee('video_length_seconds', 'input_video_seconds'),
  fee('characters', 'input_characters'),
  fee('input_characters', 'input_characters'),
  fee('character_count', 'input_characters'),
  fee('output_characters', 'output_characters'),
  fee('citation_tokens', 'citation_tokens'),
  fee('generated_images', 'images'),
  fee('images_read', 'images_read'),
  fee('image_count', 'images_read'),
  fee('images', 'images_read'),
  fee('pages', 'pages'),
  fee('pages_processed', 'pages'),
  fee('web_search_requests', 'web_searches'),
  fee('num_search_queries', 'web_searches'),
  used('web_search_requests', 'web_searches'),
  used('google_search', 'web_searches'),
  used('grounding_queries', 'web_searches'),
  used('x_search_calls', 'social_searches'),
  used('social_search', 'social_searches'),
  used('file_search_calls', 'file_searches'),
  used('storage_search', 'file_searches'),
  used('document_search_calls', 'file_searches'),
  used('code_interpreter_calls', 'code_executions'),
  used('code_execution', 'code_executions'),
  ['a tool named like another', { server_tool_use: { linux_search: 3, web_search: 1 } }, { web_searches: 1 }],
  ['two tools of a kind add up', { server_tool_use: { web_search: 2, google_search: 1 } }, { web_searches: 3 }],
  ['of a tool, less than none is none', { server_tool_use: { web_search: -2, google_search: 1 } }, { web_searches: 1 }],
  ['in the bill', { billed_units: { search_units: 3 } }, { search_units: 3 }],
  ['the bill goes first', { billed_units: { search_units: 3 }, search_units: 5 }, { search_units: 3 }],
  [
    'in the details of the prompt',
    chat(5, { web_search_requests: 2, pages: 4 }),
    { input: 5, web_searches: 2, pages: 4 },
  ],
  ['less than none is none', { ...chat(5, {}), seconds: -3, web_search_requests: -2 }, { input: 5 }],
  ['the size of images', { generated_images: 2, size: '1024x1536' }, { images: 2, pixels: 2 * 1024 * 1536 }],
  ['as LiteLLM writes it', { generated_images: 2, size: '1024-x-1536' }, { images: 2, pixels: 2 * 1024 * 1536 }],
  ['a size that is none', { generated_images: 2, size: 'about 1024x1024' }, { images: 2 }],
  ['and more than a size', { generated_images: 2, size: '1024x1024 at most' }, { images: 2 }],
]

describe.each([
  ['the prompt', PROMPT],
  ['the answer', ANSWER],
  ['other formats', OTHER_FORMATS],
  ['fees', FEES],
])('%s', (_part, rows) => {
  test.each(rows)('%s', (_what, usage, buckets) => {
    expect(counted(usage)).toEqual(buckets)
  })
})

test.each([
  ['no object', 5],
  ['none at all', null],
  ['nothing', {}],
  ['nothing that has a price', { server_tool_use: { web_fetch: 3 } }],
  ['no use of a tool', { server_tool_use: { web_search: 0 } }],
  ['less than no search', { web_search_requests: -1 }],
  ['no seconds', { seconds: 0 }],
  ['a size without images', { size: '1024x1024' }],
])('%s is no usage', (_what, usage) => {
  expect(bucketsOf(usage)).toBeUndefined()
})

test('the whole prompt, by which a request falls into a tier of prices, has what was cached in it', () => {
  const usage = chat(100, {
    cached_tokens: 40,
    cache_write_tokens: 10,
    audio_tokens: 50,
    cached_tokens_details: { audio_tokens: 10 },
  })
  expect(promptTokens(bucketsOf({ ...usage, completion_tokens: 7 })!)).toBe(100)
})
