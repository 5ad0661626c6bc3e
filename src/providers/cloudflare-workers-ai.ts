import { openaiCompatible } from './openai-compatible.js'

/** Cloudflare Workers AI (https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/). */
export const cloudflareWorkersAi = openaiCompatible({
  id: 'cloudflare-workers-ai',
  name: 'Cloudflare Workers AI',
  embeddings: true,
  baseURL: 'https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1',
  variables: { account: { env: ['CLOUDFLARE_ACCOUNT_ID'] } },
  env: ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    developerAsSystem: true,
    reasoningContent: true,
    reasoningField: 'reasoning',
  },
  docs: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/',
})
