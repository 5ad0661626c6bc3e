import { openaiCompatible } from './openai-compatible.js'

/** Kimi For Coding (https://www.kimi.com/code/docs/en/). */
export const kimiCoding = openaiCompatible({
  id: 'kimi-coding',
  name: 'Kimi For Coding',
  baseURL: 'https://api.kimi.com/coding/v1',
  env: ['KIMI_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', reasoningContent: true, developerAsSystem: true },
  telemetryName: 'moonshot_ai',
  docs: 'https://www.kimi.com/code/docs/en/',
})
