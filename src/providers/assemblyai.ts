import { openaiCompatible } from './openai-compatible.js'

/** AssemblyAI LLM Gateway (https://www.assemblyai.com/docs/llm-gateway/overview). */
export const assemblyai = openaiCompatible({
  id: 'assemblyai',
  name: 'AssemblyAI LLM Gateway',
  baseURL: 'https://llm-gateway.assemblyai.com/v1',
  auth: { header: 'authorization' },
  env: ['ASSEMBLYAI_API_KEY'],
  quirks: {},
  hosts: ['llm-gateway.assemblyai.com', 'llm-gateway.eu.assemblyai.com'],
  docs: 'https://www.assemblyai.com/docs/llm-gateway/overview',
})
