import type { IntegrationCase } from '../contracts/integration.js'
import {
  openaiShapedRows,
  patchedOf,
  type OpenAIShaped,
  type OpenAIShapedSdk,
} from '../contracts/openai-shaped-rows.js'

const spec: IntegrationCase<OpenAIShapedSdk, OpenAIShaped> = {
  id: 'perplexity',
  package: '@perplexity-ai/perplexity_ai',
  home: 'test/sdks',
  apps: ['esm'],
  installed: ['@perplexity-ai/perplexity_ai'],
  client: (sdk, base) => new sdk.default({ apiKey: 'test-key', baseURL: base, maxRetries: 0 }),
  patched: (sdk) => patchedOf(sdk, []),
  rows: [
    {
      name: 'an answer that is fetched later',
      run: (client) => client.post('/async/chat/completions', { body: { request: { model: 'sonar', messages: [] } } }),
      spans: [{ name: 'chat sonar' }],
    },
    ...openaiShapedRows({
      provider: 'perplexity',
      chatPath: '/chat/completions',
      has: ['embeddings', 'responses', 'responsesStream'],
    }),
  ],
}
export default spec
