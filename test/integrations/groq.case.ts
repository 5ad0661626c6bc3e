import type { IntegrationCase } from '../contracts/integration.js'
import {
  openaiShapedRows,
  patchedOf,
  type OpenAIShaped,
  type OpenAIShapedSdk,
} from '../contracts/openai-shaped-rows.js'

const spec: IntegrationCase<OpenAIShapedSdk, OpenAIShaped> = {
  id: 'groq',
  package: 'groq-sdk',
  home: 'test/sdks',
  installed: ['groq-sdk-v0', 'groq-sdk'],
  client: (sdk, base) => new sdk.default({ apiKey: 'test-key', baseURL: base, maxRetries: 0 }),
  patched: (sdk) => patchedOf(sdk, ['Chat.Completions.create', 'Embeddings.create', 'Audio.Speech.create']),
  rows: openaiShapedRows({
    provider: 'groq',
    chatPath: '/openai/v1/chat/completions',
    has: ['embeddings', 'speech'],
  }),
}
export default spec
