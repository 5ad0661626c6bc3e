import { openaiCompatible } from './openai-compatible.js'

/** Runpod Serverless (https://docs.runpod.io/serverless/vllm/openai-compatibility). */
export const runpod = openaiCompatible({
  id: 'runpod',
  name: 'Runpod Serverless',
  baseURL: 'https://api.runpod.ai/v2/{endpoint}/openai/v1',
  variables: { endpoint: { env: ['RUNPOD_ENDPOINT_ID'] } },
  env: ['RUNPOD_API_KEY'],
  docs: 'https://docs.runpod.io/serverless/vllm/openai-compatibility',
})
