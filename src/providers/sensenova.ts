import { openaiCompatible } from './openai-compatible.js'

/** SenseNova (https://platform.sensenova.cn/docs). */
export const sensenova = openaiCompatible({
  id: 'sensenova',
  name: 'SenseNova',
  baseURL: 'https://token.sensenova.cn/v1',
  env: ['SENSENOVA_API_KEY'],
  docs: 'https://platform.sensenova.cn/docs',
})
