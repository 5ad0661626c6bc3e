import { openaiCompatible } from './openai-compatible.js'

/** Amazon Nova API (https://nova.amazon.com/dev/documentation). */
export const nova = openaiCompatible({
  id: 'nova',
  name: 'Amazon Nova API',
  baseURL: 'https://api.nova.amazon.com/v1',
  env: ['NOVA_API_KEY', 'AMAZON_NOVA_API_KEY'],
  docs: 'https://nova.amazon.com/dev/documentation',
})
