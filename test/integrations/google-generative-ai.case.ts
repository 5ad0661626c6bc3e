import type { IntegrationCase } from '../contracts/integration.js'
import { generativeModelRows, model, type GenerativeModel } from '../contracts/generative-model-rows.js'

interface Sdk {
  readonly GoogleGenerativeAI: new (key: string) => {
    getGenerativeModel(params: object, options: object): GenerativeModel
  }
  readonly GenerativeModel: { readonly prototype: object }
  readonly ChatSession: { readonly prototype: object }
}

const spec: IntegrationCase<Sdk, GenerativeModel> = {
  id: 'google-generative-ai',
  package: '@google/generative-ai',
  home: 'test/sdks',
  installed: ['@google/generative-ai'],
  client: (sdk, baseUrl) => new sdk.GoogleGenerativeAI('test-key').getGenerativeModel({ model }, { baseUrl }),
  patched: (sdk) => [
    [sdk.GenerativeModel.prototype, 'generateContent'],
    [sdk.GenerativeModel.prototype, 'generateContentStream'],
    [sdk.GenerativeModel.prototype, 'embedContent'],
    [sdk.ChatSession.prototype, 'sendMessage'],
    [sdk.ChatSession.prototype, 'sendMessageStream'],
  ],
  rows: [
    ...generativeModelRows({
      provider: 'gcp.gemini',
      errors: {
        bad: 'GoogleGenerativeAIFetchError',
        key: 'GoogleGenerativeAIFetchError',
        server: 'GoogleGenerativeAIFetchError',
        reset: 'GoogleGenerativeAIError',
        abort: 'GoogleGenerativeAIAbortError',
      },
      without: {},
    }),
    {
      name: 'embedContent',
      run: async (client) => client.embedContent?.('hello'),
      spans: [{ name: `embeddings ${model}` }],
    },
  ],
}
export default spec
