import { openaiCompatible } from './openai-compatible.js'

export const agentrouter = openaiCompatible({
  id: 'agentrouter',
  name: 'AgentRouter',
  baseURL: 'https://agentrouter.org/v1',
  env: ['AGENTROUTER_API_KEY'],
  quirks: {},
  docs: 'https://agentrouter.org/docs/opencode.html',
})
