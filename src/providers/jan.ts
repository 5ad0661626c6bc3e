import { openaiCompatible } from './openai-compatible.js'

/** Jan (https://www.jan.ai/docs/desktop/api-server). */
export const jan = openaiCompatible({
  id: 'jan',
  name: 'Jan',
  baseURL: 'http://127.0.0.1:1337/v1',
  env: [],
  docs: 'https://www.jan.ai/docs/desktop/api-server',
})
