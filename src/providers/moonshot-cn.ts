import { MOONSHOT_QUIRKS } from './moonshot.js'
import { openaiCompatible } from './openai-compatible.js'

/** Moonshot AI (China) (https://platform.moonshot.cn/docs/api/chat). */
export const moonshotCn = openaiCompatible({
  id: 'moonshot-cn',
  name: 'Moonshot AI (China)',
  baseURL: 'https://api.moonshot.cn/v1',
  env: ['MOONSHOT_API_KEY'],
  quirks: MOONSHOT_QUIRKS,
  telemetryName: 'moonshot_ai',
  docs: 'https://platform.moonshot.cn/docs/api/chat',
})
