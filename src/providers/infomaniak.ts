import { openaiCompatible } from './openai-compatible.js'

/** Infomaniak AI (https://www.infomaniak.com/en/hosting/ai-services/open-source-models). */
export const infomaniak = openaiCompatible({
  id: 'infomaniak',
  name: 'Infomaniak AI',
  embeddings: true,
  baseURL: 'https://api.infomaniak.com/2/ai/{product}/openai/v1',
  variables: { product: { env: ['INFOMANIAK_PRODUCT_ID'] } },
  env: ['INFOMANIAK_API_KEY'],
  docs: 'https://www.infomaniak.com/en/hosting/ai-services/open-source-models',
})
