import type { IntegrationCase } from '../contracts/integration.js'
import { generativeModelRows, model, type GenerativeModel } from '../contracts/generative-model-rows.js'

interface Sdk {
  readonly VertexAI: new (options: object) => { getGenerativeModel(params: object): GenerativeModel }
  readonly GenerativeModel: { readonly prototype: object }
  readonly ChatSession: { readonly prototype: object }
}

const { fetch } = globalThis
let isPlain = false

/** The SDK only speaks TLS, which the fake provider does not. */
function speakPlainly(): void {
  if (isPlain) return
  isPlain = true
  globalThis.fetch = (url, init) => fetch(String(url).replace(/^https:(?=\/\/127\.)/, 'http:'), init)
}

const spec: IntegrationCase<Sdk, GenerativeModel> = {
  id: 'vertexai',
  package: '@google-cloud/vertexai',
  home: 'test/sdks',
  installed: ['@google-cloud/vertexai'],
  formatOf: () => 'cjs',
  client(sdk, base) {
    speakPlainly()
    const options = { project: 'p', location: 'europe-west1', apiEndpoint: base.replace('http://', '') }
    const made = new sdk.VertexAI(options).getGenerativeModel({ model })
    // It asks Google for a token.
    Object.assign(made, { googleAuth: { getAccessToken: async () => 'token' } })
    return made
  },
  patched: (sdk) => [
    [sdk.GenerativeModel.prototype, 'generateContent'],
    [sdk.GenerativeModel.prototype, 'generateContentStream'],
    [sdk.ChatSession.prototype, 'sendMessage'],
    [sdk.ChatSession.prototype, 'sendMessageStream'],
  ],
  rows: generativeModelRows({
    provider: 'gcp.vertex_ai',
    errors: {
      bad: 'ClientError',
      key: 'ClientError',
      server: 'GoogleGenerativeAIError',
      reset: 'GoogleGenerativeAIError',
      abort: 'AbortError',
    },
    without: { 'abort during': 'the SDK takes no signal', 'abort during a stream': 'the SDK takes no signal' },
  }),
}
export default spec
