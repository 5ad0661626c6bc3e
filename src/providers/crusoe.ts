import { openaiCompatible } from './openai-compatible.js'

/** Crusoe (https://docs.crusoecloud.com/managed-inference/overview). */
export const crusoe = openaiCompatible({
  id: 'crusoe',
  name: 'Crusoe',
  baseURL: 'https://api.inference.crusoecloud.com/v1',
  env: ['CRUSOE_API_KEY'],
  hosts: ['api.inference.crusoecloud.com', 'managed-inference-api-proxy.crusoecloud.com'],
  docs: 'https://docs.crusoecloud.com/managed-inference/overview',
})
