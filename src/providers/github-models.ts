import { openaiCompatible } from './openai-compatible.js'

/** GitHub Models (https://docs.github.com/en/github-models). */
export const githubModels = openaiCompatible({
  id: 'github-models',
  name: 'GitHub Models',
  embeddings: true,
  baseURL: 'https://models.github.ai/inference',
  env: ['GITHUB_TOKEN', 'GITHUB_API_KEY'],
  quirks: {},
  docs: 'https://docs.github.com/en/github-models',
})
