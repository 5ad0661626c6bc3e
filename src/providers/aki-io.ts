import { openaiCompatible } from './openai-compatible.js'

/** AKI.IO (https://aki.io/docs/). */
export const akiIo = openaiCompatible({
  id: 'aki-io',
  name: 'AKI.IO',
  baseURL: 'https://aki.io/v1',
  env: ['AKI_IO_API_KEY'],
  docs: 'https://aki.io/docs/',
})
