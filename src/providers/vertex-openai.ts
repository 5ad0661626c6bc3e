import { openaiCompatible } from './openai-compatible.js'
import { vertex } from './vertex.js'

/** The endpoint for open models, such as `meta/llama-4-maverick-17b-128e-instruct-maas`, and for `google/…`. */
export const vertexOpenai = openaiCompatible({
  id: 'vertex-openai',
  name: 'Google Vertex AI (OpenAI-compatible)',
  baseURL: 'https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/endpoints/openapi',
  baseURLWhere: [
    {
      variable: 'location',
      values: ['global'],
      baseURL: 'https://aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/endpoints/openapi',
    },
  ],
  variables: vertex.variables ?? {},
  auth: vertex.auth,
  env: vertex.env,
  quirks: { developerAsSystem: true },
  telemetryName: 'gcp.vertex_ai',
  hosts: vertex.hosts ?? [],
  ...(vertex.region && { region: vertex.region }),
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/start/openai',
})
