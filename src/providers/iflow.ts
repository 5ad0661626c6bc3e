import { openaiCompatible } from './openai-compatible.js'

/** iFlow (https://platform.iflow.cn/en/docs). */
export const iflow = openaiCompatible({
  id: 'iflow',
  name: 'iFlow',
  baseURL: 'https://apis.iflow.cn/v1',
  env: ['IFLOW_API_KEY'],
  docs: 'https://platform.iflow.cn/en/docs',
})
