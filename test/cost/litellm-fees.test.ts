/** Entries as they stand in LiteLLM's price list: what is billed by the piece, against sums by hand. */
import { describe, expect, test } from 'vitest'
import { costOf } from '../../src/cost/price.js'
import { flash, gemini3, gpt55, gptImage, sonnet45 } from './litellm-list.js'
import { check, type Case } from './pico.js'
import { at, usage } from './rows.js'

const research = {
  citation_cost_per_token: 2e-6,
  input_cost_per_token: 2e-6,
  litellm_provider: 'perplexity',
  mode: 'chat',
  output_cost_per_reasoning_token: 3e-6,
  output_cost_per_token: 8e-6,
  search_context_cost_per_query: {
    search_context_size_high: 0.005,
    search_context_size_low: 0.005,
    search_context_size_medium: 0.005,
  },
}
const search = {
  cache_read_input_token_cost: 1.25e-6,
  input_cost_per_token: 2.5e-6,
  input_cost_per_token_batches: 1.25e-6,
  litellm_provider: 'openai',
  mode: 'chat',
  output_cost_per_token: 1e-5,
  output_cost_per_token_batches: 5e-6,
  search_context_cost_per_query: {
    search_context_size_high: 0.05,
    search_context_size_low: 0.03,
    search_context_size_medium: 0.035,
  },
}

const cases: readonly Case[] = [
  {
    model: 'anthropic/claude-sonnet-4-5',
    what: 'searches by the piece',
    entry: sonnet45,
    usage: { ...usage(1000, 0), server_tool_use: { web_search_requests: 3, web_fetch_requests: 2 } },
    pico: { input: 3_000_000_000, web_searches: 3 * 10_000_000_000 },
  },
  {
    model: 'gemini/gemini-3-pro-preview',
    what: 'searches where LiteLLM counts them',
    entry: gemini3,
    usage: usage(1000, 0, { web_search_requests: 2 }),
    pico: { input: 1000 * 2_000_000, web_searches: 2 * 14_000_000_000 },
  },
  {
    model: 'gemini/gemini-3-pro-preview',
    what: 'searches of one prompt as one',
    entry: { ...gemini3, web_search_billing_unit: 'per_prompt' },
    usage: { ...usage(1000, 0), server_tool_use: { web_search_requests: 4 } },
    pico: { input: 1000 * 2_000_000, web_searches: 14_000_000_000 },
  },
  {
    model: 'perplexity/sonar-deep-research',
    what: 'thought beyond the completion, citations, searches',
    entry: research,
    usage: {
      prompt_tokens: 33,
      completion_tokens: 1000,
      total_tokens: 3033,
      reasoning_tokens: 2000,
      citation_tokens: 500,
      num_search_queries: 21,
      search_context_size: 'high',
    },
    pico: {
      input: 33 * 2_000_000,
      output: 1000 * 8_000_000,
      reasoning: 2000 * 3_000_000,
      citation_tokens: 500 * 2_000_000,
      web_searches: 21 * 5_000_000_000,
    },
  },
  {
    model: 'perplexity/sonar',
    what: 'a search of the usual size, which is low here',
    entry: {
      input_cost_per_token: 1e-6,
      litellm_provider: 'perplexity',
      output_cost_per_token: 1e-6,
      search_context_cost_per_query: {
        search_context_size_high: 0.012,
        search_context_size_low: 0.005,
        search_context_size_medium: 0.008,
      },
    },
    usage: { ...usage(100, 100), num_search_queries: 1 },
    pico: { input: 100 * 1_000_000, output: 100 * 1_000_000, web_searches: 5_000_000_000 },
  },
  {
    model: 'openai/gpt-4o-search-preview',
    what: 'a search of the usual size, medium',
    entry: search,
    usage: { ...usage(100, 0), server_tool_use: { web_search_calls: 1 } },
    pico: { input: 100 * 2_500_000, web_searches: 35_000_000_000 },
  },
  {
    model: 'openai/gpt-4o-search-preview',
    what: 'a large one, in a batch: half the tokens, the whole search',
    entry: search,
    usage: { ...usage(100, 0), server_tool_use: { web_search_calls: 1 }, search_context_size: 'high' },
    call: { serviceTier: 'batch' },
    pico: { input: 100 * 1_250_000, web_searches: 50_000_000_000 },
  },
  {
    model: 'openai/gpt-image-1.5',
    what: 'an answer of images without details',
    entry: gptImage,
    usage: { input_tokens: 100, output_tokens: 1000, total_tokens: 1100, generated_images: 1 },
    pico: { input: 100 * 5_000_000, output_image: 1000 * 32_000_000 },
  },
  {
    model: 'gemini/gemini-2.5-flash-image',
    what: 'images that have both prices are billed once',
    entry: {
      ...flash,
      mode: 'image_generation',
      output_cost_per_image: 0.039,
      output_cost_per_image_token: 3e-5,
    },
    usage: { ...usage(10, 1290, {}, { image_tokens: 1290 }), generated_images: 1 },
    pico: { input: 10 * 300_000, output_image: 1290 * 30_000_000 },
  },
  {
    model: 'aiml/dall-e-3',
    what: 'images by the piece',
    entry: { litellm_provider: 'aiml', mode: 'image_generation', output_cost_per_image: 0.052 },
    usage: { generated_images: 3 },
    pico: { images: 3 * 52_000_000_000 },
  },
  {
    model: 'openai/high/1024-x-1024/gpt-image-1',
    what: 'images by the piece before those by size',
    entry: {
      input_cost_per_image: 0.167,
      input_cost_per_pixel: 1.59263611e-7,
      litellm_provider: 'openai',
      mode: 'image_generation',
      output_cost_per_pixel: 0.0,
    },
    usage: { generated_images: 2, size: '1024x1024' },
    pico: { images: 2 * 167_000_000_000 },
  },
  {
    model: 'openai/256-x-256/dall-e-2',
    what: 'images by size',
    entry: {
      input_cost_per_pixel: 2.4414e-7,
      litellm_provider: 'openai',
      mode: 'image_generation',
      output_cost_per_pixel: 0.0,
    },
    usage: { generated_images: 2, size: '256x256' },
    pico: { pixels: 2 * 65_536 * 244_140 },
  },
  {
    model: 'openai/whisper-1',
    what: 'seconds, which stand in both fields',
    entry: { input_cost_per_second: 1e-4, output_cost_per_second: 1e-4, mode: 'audio_transcription' },
    usage: { type: 'duration', seconds: 30 },
    pico: { input_seconds: 30 * 100_000_000 },
  },
  {
    // LiteLLM takes the output's price of 0 before the input's.
    model: 'groq/whisper-large-v3',
    what: 'seconds of the input alone',
    entry: {
      input_cost_per_second: 3.083e-5,
      litellm_provider: 'groq',
      mode: 'audio_transcription',
      output_cost_per_second: 0.0,
    },
    usage: { seconds: 60 },
    pico: { input_seconds: 60 * 30_830_000 },
  },
  {
    model: 'deepgram/nova-3',
    what: 'seconds of a transcription that are priced as output',
    entry: { output_cost_per_second: 7.2e-5, mode: 'audio_transcription' },
    usage: { seconds: 100 },
    pico: { input_seconds: 100 * 72_000_000 },
  },
  {
    model: 'openai/sora-2',
    what: 'seconds of a film that was made',
    entry: { litellm_provider: 'openai', mode: 'video_generation', output_cost_per_video_per_second: 0.1 },
    usage: { output_seconds: 8 },
    pico: { output_seconds: 8 * 100_000_000_000 },
  },
  {
    model: 'vertex/gemini-1.5-pro',
    what: 'seconds of what was read, and images',
    entry: {
      input_cost_per_token: 1.25e-6,
      input_cost_per_audio_per_second: 3.125e-5,
      input_cost_per_video_per_second: 3.2875e-4,
      input_cost_per_image: 3.2875e-4,
      output_cost_per_token: 5e-6,
    },
    usage: usage(10, 1, { audio_length_seconds: 4, video_length_seconds: 2, image_count: 3 }),
    pico: {
      input: 10 * 1_250_000,
      output: 5_000_000,
      input_seconds: 4 * 31_250_000,
      input_video_seconds: 2 * 328_750_000,
      images_read: 3 * 328_750_000,
    },
  },
  {
    model: 'groq/playai-tts',
    what: 'characters that are read out',
    entry: { input_cost_per_character: 5e-5, litellm_provider: 'groq', mode: 'audio_speech' },
    usage: { characters: 200 },
    pico: { input_characters: 200 * 50_000_000 },
  },
  {
    model: 'vertex/text-bison',
    what: 'characters on both sides',
    entry: { input_cost_per_character: 2.5e-7, output_cost_per_character: 5e-7, mode: 'completion' },
    usage: { input_characters: 1000, output_characters: 200 },
    pico: { input_characters: 1000 * 250_000, output_characters: 200 * 500_000 },
  },
  {
    model: 'cohere/rerank-v3.5',
    what: 'queries; tokens are free',
    entry: { input_cost_per_query: 0.002, input_cost_per_token: 0, output_cost_per_token: 0, mode: 'rerank' },
    usage: { search_units: 2, total_tokens: 900 },
    pico: { input: 0, search_units: 2 * 2_000_000_000 },
  },
  {
    model: 'tavily/search',
    what: 'queries of a search',
    entry: { input_cost_per_query: 0.008, litellm_provider: 'tavily', mode: 'search' },
    usage: { queries: 3 },
    pico: { search_units: 3 * 8_000_000_000 },
  },
  {
    model: 'perplexity/sonar-medium-online',
    what: 'a fee for the request',
    entry: { input_cost_per_request: 0.005, input_cost_per_token: 0, output_cost_per_token: 1.8e-6 },
    usage: usage(1000, 100),
    pico: { input: 0, output: 100 * 1_800_000, requests: 5_000_000_000 },
  },
  {
    model: 'mistral/mistral-ocr-latest',
    what: 'pages',
    entry: { ocr_cost_per_page: 1e-3, annotation_cost_per_page: 3e-3, mode: 'ocr' },
    usage: { pages_processed: 12 },
    pico: { pages: 12 * 1_000_000_000 },
  },
  {
    model: 'azure/gpt-5.5',
    what: 'sessions of code, searches of files by the thousand',
    entry: { ...gpt55, code_interpreter_cost_per_session: 0.03, file_search_cost_per_1k_calls: 2.5 },
    usage: { ...usage(100, 0), server_tool_use: { code_interpreter_sessions: 2, file_search_calls: 4 } },
    pico: { input: 100 * 5_000_000, file_searches: 4 * 2_500_000_000, code_executions: 2 * 30_000_000_000 },
  },
]

describe("entries of LiteLLM's list: what is billed by the piece", () => {
  test.each(cases.map((one) => [`${one.model}: ${one.what}`, one] as const))('%s', (_name, one) => check(one))

  test("a bill of the provider's own goes first", () => {
    const cost = { input_tokens_cost: 0.001, request_cost: 0.005, total_cost: 0.0062 }
    expect(
      costOf(
        { provider: 'perplexity', model: 'sonar', usage: { ...usage(100, 100), cost }, at },
        { overrides: { 'perplexity/sonar': research } },
      ),
    ).toMatchObject({ usd: 0.0062, source: 'provider', confidence: 'reported' })
  })
})
