import { openaiCompatible } from './openai-compatible.js'

/** Cline (https://docs.cline.bot/getting-started/clinepass). */
export const cline = openaiCompatible({
  id: 'cline',
  name: 'Cline',
  baseURL: 'https://api.cline.bot/api/v1',
  env: ['CLINE_API_KEY'],
  quirks: {},
  docs: 'https://docs.cline.bot/getting-started/clinepass',
})
