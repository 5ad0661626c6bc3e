import { openaiCompatible } from './openai-compatible.js'

/** Text Generation Inference (https://huggingface.co/docs/text-generation-inference/messages_api). */
export const tgi = openaiCompatible({
  id: 'tgi',
  name: 'Text Generation Inference',
  protocols: ['openai-chat', 'openai-completions'],
  baseURL: 'http://127.0.0.1:8080/v1',
  env: [],
  docs: 'https://huggingface.co/docs/text-generation-inference/messages_api',
})
