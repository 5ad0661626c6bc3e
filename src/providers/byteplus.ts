import { openaiCompatible } from './openai-compatible.js'

/** BytePlus ModelArk (https://docs.byteplus.com/en/docs/ModelArk). */
export const byteplus = openaiCompatible({
  id: 'byteplus',
  name: 'BytePlus ModelArk',
  embeddings: true,
  baseURL: 'https://ark.ap-southeast.bytepluses.com/api/v3',
  env: ['ARK_API_KEY', 'BYTEPLUS_API_KEY'],
  hosts: ['ark.ap-southeast.bytepluses.com', 'ark.eu-west.bytepluses.com'],
  docs: 'https://docs.byteplus.com/en/docs/ModelArk',
})
