import { openaiCompatible } from './openai-compatible.js'

export const moonshotCn = openaiCompatible({
  id: 'moonshot-cn',
  name: 'Moonshot AI (China)',
  baseURL: 'https://api.moonshot.cn/v1',
  env: ['MOONSHOT_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', reasoningContent: true, developerAsSystem: true },
  telemetryName: 'moonshot_ai',
  docs: 'https://platform.moonshot.cn/docs/api/chat',
})
