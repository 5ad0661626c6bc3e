import { openaiCompatible } from './openai-compatible.js'

/** EmpirioLabs AI (https://docs.empiriolabs.ai). */
export const empiriolabs = openaiCompatible({
  id: 'empiriolabs',
  name: 'EmpirioLabs AI',
  baseURL: 'https://api.empiriolabs.ai/v1',
  env: ['EMPIRIOLABS_API_KEY'],
  docs: 'https://docs.empiriolabs.ai',
})
