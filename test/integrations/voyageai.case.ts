import type { IntegrationCase, Row } from '../contracts/integration.js'

type Method = (body: object, options?: object) => Promise<unknown> & { withRawResponse(): Promise<unknown> }

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly embed: Method
  readonly rerank: Method
  readonly multimodalEmbed: Method
  readonly contextualizedEmbed: Method
}

interface Sdk {
  readonly VoyageAIClient: new (options: object) => Client
}

const model = 'voyage-4'
const embedded = { name: `embeddings ${model}`, usage: [5, undefined] as const }
const attributes = { 'gen_ai.provider.name': 'voyageai', 'gen_ai.response.model': model }

const failing = (behaviour: string): Row<Client> => ({
  name: behaviour.replace('-', ' '),
  behaviour,
  run: (client) => client.embed({ model, input: 'a' }, { maxRetries: 0 }),
  spans: [{ name: embedded.name, error: 'VoyageAIError' }],
})

const rows: Row<Client>[] = [
  {
    name: 'embed',
    run: async (client, kit) => {
      const call = client.embed({ model, input: ['a', 'b'], inputType: 'query', outputDimension: 256 })
      return [kit.shapeOf(call), await call]
    },
    spans: [{ ...embedded, attributes: { ...attributes, 'gen_ai.embeddings.dimension.count': 256 } }],
  },
  {
    name: 'with its raw response',
    run: async (client) => {
      const { data } = (await client.embed({ model, input: 'a' }).withRawResponse()) as { readonly data: unknown }
      return data
    },
    spans: [{ ...embedded, attributes: { 'http.response.header.x-request-id': ['req_fake'] } }],
  },
  {
    name: 'rerank',
    run: (client) => client.rerank({ model, query: 'hello', documents: ['a', 'b'], topK: 1 }),
    spans: [{ name: `rerank ${model}`, attributes }],
  },
  {
    name: 'multimodalEmbed',
    run: (client) => client.multimodalEmbed({ model, inputs: [{ content: [{ type: 'text', text: 'a' }] }] }),
    spans: [{ name: embedded.name }],
  },
  {
    name: '20 calls at once keep their own parents',
    run: (client, kit) =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          kit.inSpan(`parent ${i}`, async () => client.embed({ model, input: 'a' })),
        ),
      ),
    spans: Array.from({ length: 20 }, () => embedded),
  },
  failing('error-400'),
  failing('error-401'),
  failing('error-500'),
  failing('reset'),
  {
    name: 'abort before',
    offline: true,
    run: (client) => client.embed({ model, input: 'a' }, { maxRetries: 0, abortSignal: AbortSignal.abort() }),
    spans: [{ name: embedded.name, error: 'VoyageAIError' }],
  },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'voyageai',
  package: 'voyageai',
  home: 'test/sdks',
  installed: ['voyageai'],
  client: (sdk, base) => new sdk.VoyageAIClient({ apiKey: 'test-key', baseUrl: `${base}/voyage`, maxRetries: 0 }),
  patched: ({ VoyageAIClient }) => {
    const holder = Object.getPrototypeOf(VoyageAIClient.prototype) as object
    return ['__embed', '__rerank'].map((method) => [holder, method] as const)
  },
  rows,
}
export default spec
