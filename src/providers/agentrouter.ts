import { openaiCompatible } from './openai-compatible.js'

/** AgentRouter (https://agentrouter.org/docs/opencode.html). */
export const agentrouter = openaiCompatible({
  id: 'agentrouter',
  name: 'AgentRouter',
  baseURL: 'https://agentrouter.org/v1',
  env: ['AGENTROUTER_API_KEY'],
  quirks: {},
  docs: 'https://agentrouter.org/docs/opencode.html',
})
