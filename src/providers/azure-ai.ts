import { bearer, openaiCompatible } from './openai-compatible.js'

/** Microsoft Foundry (https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/endpoints). */
export const azureAi = openaiCompatible({
  id: 'azure-ai',
  name: 'Microsoft Foundry',
  protocols: ['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages'],
  chatByModel: [
    {
      models: /(?:^|[/.])claude/i,
      protocol: 'anthropic-messages',
      baseURLEnd: [/\/(?:openai(?:\/v1)?|models|anthropic(?:\/v1)?)$/, '/anthropic'],
      keyHeader: ['api-key', 'x-api-key'],
      docs: 'https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry',
    },
  ],
  baseURL: 'https://{resource}.services.ai.azure.com/openai/v1',
  variables: { resource: { env: ['AZURE_AI_RESOURCE_NAME', 'AZURE_RESOURCE_NAME'] } },
  auth: { header: 'api-key', token: bearer },
  env: ['AZURE_AI_API_KEY'],
  quirks: {},
  telemetryName: 'azure.ai.inference',
  hosts: ['.services.ai.azure.com', '.models.ai.azure.com', 'models.inference.ai.azure.com'],
  idHeaders: ['apim-request-id'],
  docs: 'https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/endpoints',
})
