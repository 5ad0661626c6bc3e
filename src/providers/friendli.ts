import { openaiCompatible } from './openai-compatible.js'

/** FriendliAI (https://friendli.ai/docs/guides/serverless_endpoints/introduction). */
export const friendli = openaiCompatible({
  id: 'friendli',
  name: 'FriendliAI',
  baseURL: 'https://api.friendli.ai/serverless/v1',
  env: ['FRIENDLI_TOKEN', 'FRIENDLIAI_API_KEY'],
  docs: 'https://friendli.ai/docs/guides/serverless_endpoints/introduction',
})
