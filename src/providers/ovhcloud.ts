import { openaiCompatible } from './openai-compatible.js'

/** OVHcloud AI Endpoints (https://help.ovhcloud.com/csm/en-public-cloud-ai-endpoints-getting-started). */
export const ovhcloud = openaiCompatible({
  id: 'ovhcloud',
  name: 'OVHcloud AI Endpoints',
  embeddings: true,
  baseURL: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
  env: ['OVHCLOUD_API_KEY', 'OVH_AI_ENDPOINTS_ACCESS_TOKEN'],
  docs: 'https://help.ovhcloud.com/csm/en-public-cloud-ai-endpoints-getting-started',
})
