import type { ProviderRow } from '../kernel/provider.js'

/** Google Vertex AI (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference). */
export const vertex: ProviderRow = {
  id: 'vertex',
  name: 'Google Vertex AI',
  protocols: ['gemini-generate', 'vertex-embeddings', 'gemini-embeddings'],
  // Newer embedding models answer to `embedContent`, as with the Gemini API.
  byModel: [{ part: 'gemini-embedding-2', protocol: 'gemini-embeddings' }],
  baseURL: 'https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/publishers/google',
  baseURLWhere: [
    {
      variable: 'location',
      values: ['global'],
      baseURL: 'https://aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/publishers/google',
    },
    {
      variable: 'location',
      values: ['us', 'eu'],
      baseURL:
        'https://aiplatform.{location}.rep.googleapis.com/v1/projects/{project}/locations/{location}/publishers/google',
    },
  ],
  variables: {
    project: { env: ['GOOGLE_CLOUD_PROJECT', 'GOOGLE_VERTEX_PROJECT'] },
    location: { env: ['GOOGLE_CLOUD_LOCATION', 'GOOGLE_VERTEX_LOCATION'], default: 'global' },
  },
  auth: {
    header: 'authorization',
    prefix: 'Bearer ',
    source: { kind: 'google-adc', scope: 'https://www.googleapis.com/auth/cloud-platform' },
  },
  env: ['GOOGLE_OAUTH_ACCESS_TOKEN'],
  quirks: {
    // It has `embedContent`, and no batches of it.
    maxInputs: { 'gemini-embeddings': 1 },
    // It does not know the field.
    toolCombination: false,
    fileNames: true,
    // It answers that a text parameter must not be empty.
    history: { refusesTexts: 'empty' },
  },
  telemetryName: 'gcp.vertex_ai',
  hosts: ['aiplatform.googleapis.com', '*-aiplatform.googleapis.com', 'aiplatform.*.rep.googleapis.com'],
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
}
