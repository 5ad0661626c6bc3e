import { openaiCompatible } from './openai-compatible.js'

/** Docker Model Runner (https://docs.docker.com/ai/model-runner/api-reference/). */
export const dockerModelRunner = openaiCompatible({
  id: 'docker-model-runner',
  name: 'Docker Model Runner',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:12434/engines/v1',
  env: [],
  baseURLEnv: ['DOCKER_MODEL_RUNNER_API_BASE'],
  docs: 'https://docs.docker.com/ai/model-runner/api-reference/',
})
