import { openaiCompatible } from './openai-compatible.js'

export const vertex = openaiCompatible({
  id: 'vertex',
  name: 'Google Vertex AI',
  baseURL: 'https://aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/endpoints/openapi',
  variables: {
    project: { env: ['GOOGLE_CLOUD_PROJECT', 'GOOGLE_VERTEX_PROJECT'] },
    location: { env: ['GOOGLE_CLOUD_LOCATION', 'GOOGLE_VERTEX_LOCATION'], default: 'global' },
  },
  // The global host. A region has a host of its own, `{location}-aiplatform.googleapis.com`: give it as the base
  // URL.
  env: ['GOOGLE_OAUTH_ACCESS_TOKEN'],
  quirks: { developerAsSystem: true },
  telemetryName: 'gcp.vertex_ai',
  hosts: ['aiplatform.googleapis.com', '*-aiplatform.googleapis.com'],
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/start/openai',
})
