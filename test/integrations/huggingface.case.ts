import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows } from '../contracts/plain-rows.js'

type Method = (args: object, options?: object) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly chatCompletion: Method
  readonly chatCompletionStream: (args: object, options?: object) => AsyncIterable<unknown>
  readonly textGeneration: Method
  readonly textGenerationStream: (args: object, options?: object) => AsyncIterable<unknown>
  readonly featureExtraction: Method
  readonly summarization: Method
  readonly textToSpeech: Method
  readonly automaticSpeechRecognition: Method
  readonly textClassification: Method
}

interface Sdk {
  readonly InferenceClient: new (token: string, options: object) => Client
  readonly chatCompletion: Method
}

const model = 'meta/llama-4'
const messages = [{ role: 'user', content: 'Say hello.' }]
// 3.15 asks for who serves a model by an address that cannot be changed.
const provider = 'hf-inference'
const chat = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const attributes = { 'gen_ai.provider.name': 'hugging_face' }

/** The package has addresses of its own for models and for who serves them. */
const below =
  (base: string): typeof fetch =>
  (url, init) =>
    fetch(String(url).replace(/^https:\/\/(?:router\.)?huggingface\.co/, `${base}/hf`), init)

const functions = new WeakMap<Client, { readonly sdk: Sdk; readonly base: string }>()

const rows: Row<Client>[] = [
  {
    name: 'chat with a tool',
    run: (client) =>
      client.chatCompletion({
        model,
        provider,
        messages,
        max_tokens: 50,
        tools: [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }],
      }),
    spans: [{ ...chat, finish: ['tool_calls'], attributes: { ...attributes, 'gen_ai.request.max_tokens': 50 } }],
  },
  {
    name: 'a function in the place of a method',
    run: async (client) => {
      const { sdk, base } = functions.get(client) ?? { sdk: undefined, base: '' }
      return sdk?.chatCompletion({ accessToken: 'hf_test', model, provider, messages }, { fetch: below(base) })
    },
    spans: [{ ...chat, attributes }],
  },
  {
    name: 'text generation',
    run: (client) =>
      client.textGeneration({ model: 'acme/writer', provider, inputs: 'Say', parameters: { max_new_tokens: 5 } }),
    spans: [
      {
        name: 'text_completion acme/writer',
        usage: [11, 7],
        finish: ['stop'],
        attributes: { 'gen_ai.request.max_tokens': 5 },
      },
    ],
  },
  {
    name: 'vectors',
    run: (client) => client.featureExtraction({ model: 'acme/vectors', provider, inputs: 'Hello' }),
    spans: [{ name: 'embeddings acme/vectors', usage: null, attributes }],
  },
  {
    name: 'a summary',
    run: (client) => client.summarization({ model: 'acme/short', provider, inputs: 'Long.' }),
    spans: [
      {
        name: 'generate_content acme/short',
        attributes: {
          ...attributes,
          'gen_ai.input.messages': { contains: 'Long.' },
          'gen_ai.output.messages': { contains: 'Short.' },
        },
      },
    ],
  },
  {
    name: 'labels, which are no text',
    run: (client) => client.textClassification({ model: 'acme/labels', provider, inputs: 'Fine.' }),
    spans: [{ name: 'generate_content acme/labels', attributes }],
  },
  {
    name: 'speech',
    run: async (client) =>
      ((await client.textToSpeech({ model: 'acme/speaker', provider, inputs: 'Hello' })) as Blob).size,
    spans: [{ name: 'generate_content acme/speaker', attributes }],
  },
  {
    name: 'transcription',
    run: (client) =>
      client.automaticSpeechRecognition({
        model: 'acme/listener',
        provider,
        data: new Blob(['hi'], { type: 'audio/mp3' }),
      }),
    spans: [{ name: 'generate_content acme/listener', attributes }],
  },
  {
    name: 'a request that is not its own is none of its calls',
    offline: true,
    run: async () => (await fetch('data:application/json,{}')).json(),
    spans: [],
  },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'huggingface',
  package: '@huggingface/inference',
  home: 'test/sdks',
  installed: ['@huggingface/inference-v3', '@huggingface/inference'],
  client(sdk, base) {
    const client = new sdk.InferenceClient('hf_test', { fetch: below(base), retry_on_error: false })
    functions.set(client, { sdk, base })
    return client
  },
  patched: () => [[globalThis, 'fetch']],
  rows: [
    ...plainRows<Client>({
      span: chat.name,
      usage: chat.usage,
      streamUsage: null,
      lazy: true,
      finish: chat.finish,
      attributes: { ...attributes, 'gen_ai.response.model': `${model}-2026`, 'gen_ai.response.id': 'chatcmpl_1' },
      plain: (client, { signal } = {}) => client.chatCompletion({ model, provider, messages }, { ...(signal && { signal }) }),
      stream: (client, { signal } = {}) =>
        client.chatCompletionStream({ model, provider, messages }, { ...(signal && { signal }) }),
      errors: { bad: '400', key: '401', server: '500', reset: /./, abort: /Abort/, abortedStream: /Abort/ },
    }),
    ...rows,
  ],
}
export default spec
