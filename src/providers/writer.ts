import { openaiCompatible } from './openai-compatible.js'

/** Writer (https://dev.writer.com). */
export const writer = openaiCompatible({
  id: 'writer',
  name: 'Writer',
  baseURL: 'https://api.writer.com/v1',
  env: ['WRITER_API_KEY'],
  docs: 'https://dev.writer.com',
})
