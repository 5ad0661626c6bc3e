import { openaiCompatible } from './openai-compatible.js'

/** Nebius Token Factory (https://docs.tokenfactory.nebius.com). */
export const nebius = openaiCompatible({
  id: 'nebius',
  name: 'Nebius Token Factory',
  embeddings: true,
  baseURL: 'https://api.tokenfactory.nebius.com/v1',
  env: ['NEBIUS_API_KEY'],
  hosts: ['api.tokenfactory.nebius.com', 'api.studio.nebius.com', 'api.studio.nebius.ai'],
  docs: 'https://docs.tokenfactory.nebius.com',
})
