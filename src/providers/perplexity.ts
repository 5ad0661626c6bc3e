import type { ProviderRow } from '../kernel/provider.js'

/** Perplexity (https://docs.perplexity.ai/api-reference/chat-completions-post). */
export const perplexity: ProviderRow = {
  id: 'perplexity',
  name: 'Perplexity',
  protocols: ['openai-chat'],
  baseURL: 'https://api.perplexity.ai',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['PERPLEXITY_API_KEY', 'PPLX_API_KEY'],
  // Usage comes with every chunk unasked. Of messages it says: "After the (optional) system message(s), user or tool
  // message(s) should alternate with assistant message(s)."
  quirks: {
    maxTokensField: 'max_tokens',
    streamOptions: false,
    developerAsSystem: true,
    history: { instructionsFirst: true, userFirst: true, alternates: true, refusesTexts: 'empty-answers' },
  },
  hosts: ['api.perplexity.ai'],
  docs: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
}
