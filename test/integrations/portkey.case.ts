import type { IntegrationCase } from '../contracts/integration.js'
import { openaiShapedRows, type OpenAIShaped, type OpenAIShapedSdk } from '../contracts/openai-shaped-rows.js'

const spec: IntegrationCase<OpenAIShapedSdk, OpenAIShaped> = {
  id: 'portkey',
  package: 'portkey-ai',
  home: 'test/sdks',
  installed: ['portkey-ai-v2', 'portkey-ai'],
  formatOf: () => 'cjs',
  client: (sdk, base) => {
    const Portkey = (sdk as unknown as { Portkey: OpenAIShapedSdk['default'] }).Portkey
    return new Portkey({ apiKey: 'test-key', baseURL: `${base}/v1`, provider: 'openai' })
  },
  patched: (sdk) => [[(sdk as unknown as { Portkey: { prototype: object } }).Portkey.prototype, 'methodRequest']],
  rows: openaiShapedRows({
    provider: 'portkey',
    chatPath: '/chat/completions',
    posts: (body) => body,
    has: ['completions', 'embeddings'],
    plain: {
      bad: 'bad_input',
      key: 'invalid_api_key',
      server: 'server_error',
      reset: 'APIConnectionError',
      abort: 'APIUserAbortError',
    },
    without: {
      'abort during': 'the SDK passes no signal on',
      'abort during a stream': 'the SDK passes no signal on',
    },
  }),
}
export default spec
