import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows } from '../contracts/plain-rows.js'
import { watsonxOptions } from './watsonx-options.js'

interface Creates {
  create(params: object): Promise<unknown>
}

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly chat: { readonly completion: Creates }
  readonly embeddings: { readonly completion: Creates }
  readonly completion: Creates
}

interface Class {
  readonly prototype: object
}

interface Sdk {
  readonly Gateway: new (options: object) => Client
  readonly ChatCompletions: Class
  readonly EmbeddingCompletions: Class
}

const model = 'openai/gpt'
const messages = [{ role: 'user', content: 'Say hello.' }]
const attributes = { 'gen_ai.provider.name': 'ibm.watsonx.ai' }
const chat = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'], attributes }

const rows: Row<Client>[] = [
  {
    name: 'chat with settings',
    run: (client) => client.chat.completion.create({ model, messages, maxTokens: 50, topP: 0.5 }),
    spans: [{ ...chat, attributes: { ...attributes, 'gen_ai.request.max_tokens': 50, 'gen_ai.request.top_p': 0.5 } }],
  },
  {
    name: 'a stream of lines',
    run: async (client, kit) => {
      const stream = await client.chat.completion.create({ model, messages, stream: true, returnObject: false })
      return kit.collect(stream as AsyncIterable<unknown>)
    },
    spans: [{ ...chat, usage: null, attributes: { 'gen_ai.output.messages': { contains: 'friend.' } } }],
  },
  {
    name: 'a text',
    run: (client) => client.completion.create({ model, prompt: 'Say' }),
    spans: [{ name: `text_completion ${model}`, usage: [11, 7], attributes }],
  },
  {
    name: 'embeddings',
    run: (client) => client.embeddings.completion.create({ model, input: 'Hello' }),
    spans: [{ name: `embeddings ${model}`, usage: [5, undefined], attributes }],
  },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'watsonx-gateway',
  package: '@ibm-cloud/watsonx-ai',
  entry: '/gateway',
  home: 'test/sdks',
  installed: ['@ibm-cloud/watsonx-ai'],
  client: (sdk, serviceUrl) => new sdk.Gateway(watsonxOptions(serviceUrl)),
  patched: ({ ChatCompletions, EmbeddingCompletions }) => [
    [ChatCompletions.prototype, 'create'],
    [EmbeddingCompletions.prototype, 'create'],
  ],
  rows: [
    ...plainRows<Client>({
      span: chat.name,
      usage: chat.usage,
      streamUsage: null,
      finish: chat.finish,
      attributes,
      plain: (client, { signal } = {}) => client.chat.completion.create({ model, messages, ...(signal && { signal }) }),
      stream: (client, { signal } = {}) =>
        client.chat.completion.create({ model, messages, stream: true, returnObject: true, ...(signal && { signal }) }),
      errors: { bad: /./, key: /./, server: /./, reset: /./, abort: /./ },
    }),
    ...rows,
  ],
}
export default spec
