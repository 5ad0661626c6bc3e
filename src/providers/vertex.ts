import type { ChatByModel, ProviderRow } from '../kernel/provider.js'
import { mistral } from './mistral.js'

const END = /\/(?:publishers\/[\w-]+(?:\/models)?|endpoints\/openapi)$/
const RAW_PREDICT = { whole: '/models/{model}:rawPredict', stream: '/models/{model}:streamRawPredict' }

/** What may be before the name of a publisher's model: its resource name, or the publisher alone. */
function before(publisher: string): RegExp {
  return new RegExp(`^(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/)?${publisher}(?:/models/|[/.])`, 'i')
}

/** Anthropic's Messages, but for where the model and the version of the API stand. */
const claude: ChatByModel = {
  models: /^(?:.*[/.])?claude-[\w.@:-]+$|^(?:.*\/)?anthropic[./](?:models\/)?[\w.@:-]+$/i,
  protocol: 'anthropic-messages',
  baseURLEnd: [END, '/publishers/anthropic'],
  paths: RAW_PREDICT,
  rename: [
    [before('anthropic'), ''],
    // A date is behind `@`, and not as Anthropic or Bedrock write it.
    [/-(20\d{6})(?:-v\d+(?::\d+)?)?$/, '@$1'],
  ],
  withoutFields: ['model'],
  fields: { anthropic_version: 'vertex-2023-10-16' },
  quirks: {
    // "URL sources are not supported" (https://github.com/anthropics/anthropic-sdk-typescript/issues/1038).
    urlSources: false,
    // https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/web-search
    toolBetas: { web_search_20250305: 'web-search-2025-03-05' },
  },
  docs: 'https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai',
}

/** Mistral's own API, by the path of the model. */
const mistralModels: ChatByModel = {
  models: /^(?:mistral|codestral|ministral)-|^(?:.*\/)?mistralai\//i,
  protocol: 'openai-chat',
  baseURLEnd: [END, '/publishers/mistralai'],
  paths: RAW_PREDICT,
  rename: [[before('mistralai'), '']],
  ...(mistral.quirks && { quirks: mistral.quirks }),
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral',
}

/** Open models and those of partners, as `publisher/model`. Gemini has an API of its own. */
const openModels: ChatByModel = {
  models:
    /^(?:(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/(?!google\/)[\w-]+\/models|(?!google\/|gemini\/|publishers\/|projects\/|endpoints\/|models\/|tunedModels\/)[\w-]+)\/(?!\.{1,2}$)[\w.@-]+$/i,
  protocol: 'openai-chat',
  baseURLEnd: [END, '/endpoints/openapi'],
  rename: [[/^(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/([\w-]+)\/models\//i, '$1/']],
  quirks: { developerAsSystem: true },
  docs: 'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis',
}

/** Google Vertex AI (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference). */
export const vertex: ProviderRow = {
  id: 'vertex',
  name: 'Google Vertex AI',
  protocols: ['gemini-generate', 'anthropic-messages', 'openai-chat', 'vertex-embeddings', 'gemini-embeddings'],
  // Newer embedding models answer to `embedContent`, as with the Gemini API.
  embeddingsByModel: [{ part: 'gemini-embedding-2', protocol: 'gemini-embeddings' }],
  chatByModel: [
    claude,
    mistralModels,
    openModels,
    {
      models: /^(?:llama|deepseek|qwen|gpt-oss|kimi|minimax|glm|grok|jamba)[\w.@-]*$|^[\w.-]+-maas$/i,
      write:
        'is no model’s name at Vertex AI: write it with its publisher before it, such as `meta/llama-4-scout-17b-16e-instruct-maas`',
    },
  ],
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
  region: /^https:\/\/(?:aiplatform\.)?([a-z]+(?:-[a-z]+\d+)?)(?:-aiplatform\.|\.rep\.)googleapis\.com/,
  hosts: ['aiplatform.googleapis.com', '*-aiplatform.googleapis.com', 'aiplatform.*.rep.googleapis.com'],
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
}
