import { openaiCompatible } from './openai-compatible.js'

/** Volcengine Ark (https://www.volcengine.com/docs/82379/1330310). */
export const volcengine = openaiCompatible({
  id: 'volcengine',
  name: 'Volcengine Ark',
  embeddings: true,
  baseURL: 'https://ark.cn-beijing.volces.com/api/v3',
  env: ['ARK_API_KEY', 'VOLCENGINE_API_KEY'],
  docs: 'https://www.volcengine.com/docs/82379/1330310',
})
