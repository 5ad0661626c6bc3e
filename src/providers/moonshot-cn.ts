import { openaiCompatible } from './openai-compatible.js'

/** Moonshot AI (China) (https://platform.moonshot.cn/docs/api/chat). */
export const moonshotCn = openaiCompatible({
  id: 'moonshot-cn',
  name: 'Moonshot AI (China)',
  baseURL: 'https://api.moonshot.cn/v1',
  env: ['MOONSHOT_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    reasoningContent: true,
    // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
    reasoningRequired: true,
    developerAsSystem: true,
    // It answers that a message must not be empty.
    history: { refusesTexts: 'empty' },
  },
  telemetryName: 'moonshot_ai',
  docs: 'https://platform.moonshot.cn/docs/api/chat',
})
