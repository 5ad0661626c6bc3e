import { openaiCompatible } from './openai-compatible.js'

/** Moark (https://moark.com/docs). */
export const moark = openaiCompatible({
  id: 'moark',
  name: 'Moark',
  embeddings: true,
  baseURL: 'https://api.moark.com/v1',
  env: ['MOARK_API_KEY'],
  hosts: ['api.moark.com', 'moark.com', 'ai.gitee.com'],
  docs: 'https://moark.com/docs',
})
