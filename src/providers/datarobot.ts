import { openaiCompatible } from './openai-compatible.js'

/** DataRobot LLM Gateway (https://docs.litellm.ai/docs/providers/datarobot). */
export const datarobot = openaiCompatible({
  id: 'datarobot',
  name: 'DataRobot LLM Gateway',
  baseURL: 'https://app.datarobot.com/api/v2/genai/llmgw',
  env: ['DATAROBOT_API_TOKEN'],
  quirks: {},
  docs: 'https://docs.litellm.ai/docs/providers/datarobot',
})
