import { openaiCompatible } from './openai-compatible.js'

/** llama.cpp (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md). */
export const llamaCpp = openaiCompatible({
  id: 'llama-cpp',
  name: 'llama.cpp',
  // Rerank needs `--reranking`: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md#post-reranking-rerank-documents-according-to-a-given-query
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions', 'jina-rerank', 'systemone'],
  baseURL: 'http://127.0.0.1:8080/v1',
  env: [],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true, reasoningContent: true },
  docs: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
})
