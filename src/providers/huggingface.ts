import { openaiCompatible } from './openai-compatible.js'

/** Hugging Face Inference Providers (https://huggingface.co/docs/inference-providers). */
export const huggingface = openaiCompatible({
  id: 'huggingface',
  name: 'Hugging Face Inference Providers',
  protocols: ['openai-chat', 'openai-responses'],
  baseURL: 'https://router.huggingface.co/v1',
  env: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'],
  telemetryName: 'hugging_face',
  hosts: ['router.huggingface.co', 'api-inference.huggingface.co', '.endpoints.huggingface.cloud'],
  docs: 'https://huggingface.co/docs/inference-providers',
})
