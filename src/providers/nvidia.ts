import { openaiCompatible } from './openai-compatible.js'

/** NVIDIA NIM (https://docs.api.nvidia.com/nim/reference/llm-apis). */
export const nvidia = openaiCompatible({
  id: 'nvidia',
  name: 'NVIDIA NIM',
  embeddings: true,
  baseURL: 'https://integrate.api.nvidia.com/v1',
  env: ['NVIDIA_API_KEY', 'NVIDIA_NIM_API_KEY'],
  // https://docs.nvidia.com/nim/nemo-retriever/text-embedding/latest/reference.html
  quirks: { inputTypes: { field: 'input_type', words: { query: 'query', document: 'passage' } } },
  idHeaders: ['nvcf-reqid'],
  docs: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
})
