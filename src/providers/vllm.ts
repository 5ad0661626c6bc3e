import type { ProviderRow } from '../kernel/provider.js'

/** vLLM (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html). */
export const vllm: ProviderRow = {
  id: 'vllm',
  name: 'vLLM',
  protocols: [
    'openai-chat',
    'openai-responses',
    'openai-embeddings',
    'openai-completions',
    'jina-rerank',
    'openai-transcriptions',
    'openai-translations',
  ],
  baseURL: 'http://127.0.0.1:8000/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: [],
  baseURLEnv: ['VLLM_BASE_URL'],
  // https://docs.vllm.ai/en/latest/features/interleaved_thinking/
  quirks: { reasoningContent: true, reasoningField: 'reasoning' },
  docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
}
