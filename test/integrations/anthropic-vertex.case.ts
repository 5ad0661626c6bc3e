import { anthropicCloudCase } from '../contracts/anthropic-cloud-case.js'

export default anthropicCloudCase({
  id: 'anthropic-vertex',
  package: '@anthropic-ai/vertex-sdk',
  client: 'AnthropicVertex',
  options: (baseURL) => ({
    baseURL: `${baseURL}/v1`,
    region: 'europe-west1',
    projectId: 'p',
    authClient: { getRequestHeaders: async () => new Headers({ authorization: 'Bearer t' }), projectId: 'p' },
  }),
  provider: 'gcp.vertex_ai',
})
