import { openaiCompatible } from './openai-compatible.js'

/** ModelScope (https://modelscope.cn/docs/model-service/API-Inference/intro). */
export const modelscope = openaiCompatible({
  id: 'modelscope',
  name: 'ModelScope',
  embeddings: true,
  baseURL: 'https://api-inference.modelscope.cn/v1',
  env: ['MODELSCOPE_API_KEY'],
  docs: 'https://modelscope.cn/docs/model-service/API-Inference/intro',
})
