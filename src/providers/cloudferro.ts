import { openaiCompatible } from './openai-compatible.js'

/** CloudFerro Sherlock (https://docs.sherlock.cloudferro.com/). */
export const cloudferro = openaiCompatible({
  id: 'cloudferro',
  name: 'CloudFerro Sherlock',
  embeddings: true,
  baseURL: 'https://api-sherlock.cloudferro.com/openai/v1',
  env: ['CLOUDFERRO_SHERLOCK_API_KEY'],
  docs: 'https://docs.sherlock.cloudferro.com/',
})
