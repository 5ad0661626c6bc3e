import { openaiCompatible } from './openai-compatible.js'

/** llamafile (https://mozilla-ai.github.io/llamafile/). */
export const llamafile = openaiCompatible({
  id: 'llamafile',
  name: 'llamafile',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:8080/v1',
  env: [],
  baseURLEnv: ['LLAMAFILE_API_BASE'],
  docs: 'https://mozilla-ai.github.io/llamafile/',
})
