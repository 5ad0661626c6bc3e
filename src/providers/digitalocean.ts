import { openaiCompatible } from './openai-compatible.js'

/** DigitalOcean Gradient (https://docs.digitalocean.com/products/gradient-ai-platform/). */
export const digitalocean = openaiCompatible({
  id: 'digitalocean',
  name: 'DigitalOcean Gradient',
  baseURL: 'https://inference.do-ai.run/v1',
  env: ['DIGITALOCEAN_ACCESS_TOKEN', 'GRADIENT_AI_API_KEY'],
  docs: 'https://docs.digitalocean.com/products/gradient-ai-platform/',
})
