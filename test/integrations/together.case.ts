import type { IntegrationCase } from '../contracts/integration.js'
import {
  openaiShapedRows,
  patchedOf,
  type OpenAIShaped,
  type OpenAIShapedSdk,
} from '../contracts/openai-shaped-rows.js'

const spec: IntegrationCase<OpenAIShapedSdk, OpenAIShaped> = {
  id: 'together',
  package: 'together-ai',
  home: 'test/sdks',
  installed: ['together-ai'],
  client: (sdk, base) => new sdk.default({ apiKey: 'test-key', baseURL: `${base}/v1`, maxRetries: 0 }),
  patched: (sdk) =>
    patchedOf(sdk, [
      'Chat.Completions.create',
      'Completions.create',
      'Embeddings.create',
      'Images.generate',
      'Rerank.create',
    ]),
  rows: openaiShapedRows({
    provider: 'together',
    chatPath: '/chat/completions',
    has: ['completions', 'embeddings', 'speech', 'images', 'rerank'],
  }),
}
export default spec
