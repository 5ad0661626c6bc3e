import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'
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
  readonly textToImage: Method
  readonly request: Method
  readonly streamingRequest: (args: object) => AsyncIterable<unknown>
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

const parameters = { max_new_tokens: 5 }
/** By an endpoint of one's own, which has no name of a model. */
const written = { name: 'text_completion', usage: [11, 7] as const }
const made = (name: string, more: object = {}): ExpectedSpan => ({
  name: `generate_content acme/${name}`,
  usage: null,
  attributes: { ...attributes, ...more },
})

/** The package has addresses of its own for models and for who serves them. */
const below =
  (base: string): typeof fetch =>
  (url, init) =>
    fetch(String(url).replace(/^https:\/\/(?:router\.)?huggingface\.co/, `${base}/hf`), init)

const functions = new WeakMap<Client, { readonly sdk: Sdk; readonly base: string }>()
/** An endpoint of one's own, which needs no table of providers. */
const endpoints = new WeakMap<Client, string>()

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
    name: 'a text from a server of text generation',
    run: (client) => client.request({ endpointUrl: endpoints.get(client), inputs: 'Say', parameters }),
    spans: [{ ...written, finish: ['stop'], attributes: { ...attributes, 'gen_ai.request.max_tokens': 5 } }],
  },
  {
    name: 'a text token by token',
    run: (client, kit) =>
      kit.collect(client.streamingRequest({ endpointUrl: endpoints.get(client), inputs: 'Say', parameters })),
    spans: [
      {
        ...written,
        finish: ['stop'],
        attributes: { ...attributes, 'gen_ai.request.stream': true, 'gen_ai.output.messages': { contains: 'friend.' } },
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
      made('short', {
        'gen_ai.input.messages': { contains: 'Long.' },
        'gen_ai.output.messages': { contains: 'Short.' },
      }),
    ],
  },
  {
    name: 'labels, which are no text',
    run: (client) => client.textClassification({ model: 'acme/labels', provider, inputs: 'Fine.' }),
    spans: [made('labels')],
  },
  {
    name: 'a picture',
    run: async (client) =>
      ((await client.textToImage({ model: 'acme/painter', provider, inputs: 'A cat' })) as Blob).size,
    spans: [made('painter', { 'gen_ai.output.type': 'image', 'tracestitch.usage.generated_images': 1 })],
  },
  {
    name: 'speech',
    run: async (client) =>
      ((await client.textToSpeech({ model: 'acme/speaker', provider, inputs: 'Hello' })) as Blob).size,
    spans: [made('speaker', { 'gen_ai.output.type': 'speech', 'tracestitch.usage.input_characters': 5 })],
  },
  {
    name: 'transcription',
    run: (client) =>
      client.automaticSpeechRecognition({
        model: 'acme/listener',
        provider,
        data: new Blob(['hi'], { type: 'audio/mp3' }),
      }),
    spans: [made('listener', { 'gen_ai.output.type': 'text', 'gen_ai.output.messages': { contains: 'Hello.' } })],
  },
  {
    name: 'an answer that is refused',
    behaviour: 'error-401',
    run: (client) => client.summarization({ endpointUrl: endpoints.get(client), inputs: 'Long.' }),
    spans: [{ name: 'generate_content', error: '401', attributes }],
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
    endpoints.set(client, `${base}/hf/acme/writer`)
    return client
  },
  patched: () => [[globalThis, 'fetch']],
  rows: [
    ...plainRows<Client>({
      readsAhead: true,
      span: chat.name,
      usage: chat.usage,
      streamUsage: null,
      lazy: true,
      finish: chat.finish,
      attributes: { ...attributes, 'gen_ai.response.model': `${model}-2026`, 'gen_ai.response.id': 'chatcmpl_1' },
      plain: (client, { signal } = {}) =>
        client.chatCompletion({ model, provider, messages }, { ...(signal && { signal }) }),
      stream: (client, { signal } = {}) =>
        client.chatCompletionStream({ model, provider, messages }, { ...(signal && { signal }) }),
      errors: { bad: '400', key: '401', server: '500', reset: /./, abort: /Abort/ },
      // Nothing is asked for, and a request is the call.
    }).map((row) => (row.name === 'stream never consumed' ? { ...row, spans: [] } : row)),
    ...rows,
  ],
}
export default spec
