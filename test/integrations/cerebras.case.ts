import type { IntegrationCase } from '../contracts/integration.js'
import {
  openaiShapedRows,
  patchedOf,
  type OpenAIShaped,
  type OpenAIShapedSdk,
} from '../contracts/openai-shaped-rows.js'

const spec: IntegrationCase<OpenAIShapedSdk, OpenAIShaped> = {
  id: 'cerebras',
  package: '@cerebras/cerebras_cloud_sdk',
  home: 'test/sdks',
  installed: ['@cerebras/cerebras_cloud_sdk'],
  client: (sdk, base) =>
    new sdk.default({ apiKey: 'test-key', baseURL: base, warmTCPConnection: false, maxRetries: 0 }),
  patched: (sdk) => patchedOf(sdk, ['Chat.Completions.create', 'Completions.create']),
  rows: openaiShapedRows({
    provider: 'cerebras',
    chatPath: '/v1/chat/completions',
    has: ['completions'],
  }),
}
export default spec
