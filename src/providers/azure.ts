import { bearer, openaiCompatible } from './openai-compatible.js'

/** Azure OpenAI (https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle). */
export const azure = openaiCompatible({
  id: 'azure',
  name: 'Azure OpenAI',
  // Images and audio: https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview-latest
  protocols: [
    'openai-chat',
    'openai-responses',
    'openai-embeddings',
    'openai-completions',
    'openai-images',
    'openai-image-edits',
    'openai-speech',
    'openai-transcriptions',
    'openai-translations',
  ],
  baseURL: 'https://{resource}.openai.azure.com/openai/v1',
  variables: { resource: { env: ['AZURE_RESOURCE_NAME'] } },
  auth: { header: 'api-key', token: bearer },
  // The v1 API takes the deployment as the model, and no api-version.
  env: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
  // https://learn.microsoft.com/azure/ai-foundry/openai/how-to/embeddings
  quirks: {
    schemas: 'azure',
    inputTypes: false,
    maxInputs: { 'openai-embeddings': 2048 },
    maxUser: 64,
    unsupported: ['thinking', 'top_k'],
  },
  telemetryName: 'azure.ai.openai',
  hosts: ['.openai.azure.com', '.openai.azure.us', '.cognitiveservices.azure.com'],
  idHeaders: ['apim-request-id'],
  docs: 'https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle',
})
