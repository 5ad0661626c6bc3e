/** Entries as they stand in LiteLLM's price list. */

export const sonnet45 = {
  cache_creation_input_token_cost: 3.75e-6,
  cache_creation_input_token_cost_above_1hr: 6e-6,
  cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
  cache_read_input_token_cost: 3e-7,
  input_cost_per_token: 3e-6,
  input_cost_per_token_above_200k_tokens: 6e-6,
  output_cost_per_token_above_200k_tokens: 2.25e-5,
  cache_creation_input_token_cost_above_200k_tokens: 7.5e-6,
  cache_read_input_token_cost_above_200k_tokens: 6e-7,
  litellm_provider: 'anthropic',
  max_input_tokens: 200000,
  mode: 'chat',
  output_cost_per_token: 1.5e-5,
  search_context_cost_per_query: {
    search_context_size_high: 0.01,
    search_context_size_low: 0.01,
    search_context_size_medium: 0.01,
  },
}

export const gpt55 = {
  cache_read_input_token_cost: 5e-7,
  cache_read_input_token_cost_above_272k_tokens: 1e-6,
  cache_read_input_token_cost_flex: 2.5e-7,
  cache_read_input_token_cost_priority: 1e-6,
  input_cost_per_token: 5e-6,
  input_cost_per_token_above_272k_tokens: 1e-5,
  input_cost_per_token_flex: 2.5e-6,
  input_cost_per_token_batches: 2.5e-6,
  input_cost_per_token_priority: 1e-5,
  litellm_provider: 'openai',
  max_input_tokens: 1050000,
  mode: 'chat',
  output_cost_per_token: 3e-5,
  output_cost_per_token_above_272k_tokens: 4.5e-5,
  output_cost_per_token_flex: 1.5e-5,
  output_cost_per_token_batches: 1.5e-5,
  output_cost_per_token_priority: 6e-5,
  regional_processing_uplift_multiplier_eu: 1.1,
  regional_processing_uplift_multiplier_us: 1.1,
  supports_web_search: true,
}

export const gemini3 = {
  cache_read_input_token_cost: 2e-7,
  cache_read_input_token_cost_above_200k_tokens: 4e-7,
  cache_creation_input_token_cost_above_200k_tokens: 2.5e-7,
  input_cost_per_token: 2e-6,
  input_cost_per_token_above_200k_tokens: 4e-6,
  input_cost_per_token_batches: 1e-6,
  litellm_provider: 'vertex_ai-language-models',
  mode: 'chat',
  output_cost_per_token: 1.2e-5,
  output_cost_per_token_above_200k_tokens: 1.8e-5,
  output_cost_per_token_batches: 6e-6,
  input_cost_per_token_priority: 3.6e-6,
  input_cost_per_token_above_200k_tokens_priority: 7.2e-6,
  output_cost_per_token_priority: 2.16e-5,
  output_cost_per_token_above_200k_tokens_priority: 3.24e-5,
  cache_read_input_token_cost_priority: 3.6e-7,
  cache_read_input_token_cost_above_200k_tokens_priority: 7.2e-7,
  search_context_cost_per_query: {
    search_context_size_low: 0.014,
    search_context_size_medium: 0.014,
    search_context_size_high: 0.014,
  },
  web_search_billing_unit: 'per_query',
}

export const grok = {
  cache_read_input_token_cost: 5e-8,
  input_cost_per_token: 2e-7,
  input_cost_per_token_above_128k_tokens: 4e-7,
  litellm_provider: 'xai',
  mode: 'chat',
  output_cost_per_token: 5e-7,
  output_cost_per_token_above_128k_tokens: 1e-6,
}

export const gptImage = {
  input_cost_per_image_token: 8e-6,
  input_cost_per_token: 5e-6,
  litellm_provider: 'openai',
  mode: 'image_generation',
  output_cost_per_image_token: 3.2e-5,
  output_cost_per_token: 1e-5,
}

export const flash = {
  cache_read_input_token_cost: 3e-8,
  input_cost_per_audio_token: 1e-6,
  input_cost_per_token: 3e-7,
  litellm_provider: 'gemini',
  mode: 'chat',
  output_cost_per_reasoning_token: 2.5e-6,
  output_cost_per_token: 2.5e-6,
}
