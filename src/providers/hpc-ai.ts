import { openaiCompatible } from './openai-compatible.js'

/** HPC-AI (https://www.hpc-ai.com/doc/docs/quickstart/). */
export const hpcAi = openaiCompatible({
  id: 'hpc-ai',
  name: 'HPC-AI',
  baseURL: 'https://api.hpc-ai.com/inference/v1',
  env: ['HPC_AI_API_KEY'],
  docs: 'https://www.hpc-ai.com/doc/docs/quickstart/',
})
