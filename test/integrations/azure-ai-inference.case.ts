import type { IntegrationCase, Kit, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'

/** It is installed apart, beside the SDK, and loads in the child. */
const SSE = '@azure/core-sse'

interface Answer {
  readonly status: string
  readonly body: unknown
}

interface Operation extends PromiseLike<Answer> {
  asNodeStream(): Promise<{ readonly status: string; readonly body: NodeJS.ReadableStream }>
}

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  path(route: string): { post(options: object): Operation; get(options?: object): Operation }
  readonly pipeline: object
}

type Make = (endpoint: string, credential: object, options?: object) => Client

interface Sdk {
  /** The package itself, in a program that is CommonJS. */
  readonly default: Make | { readonly default: Make }
}

const model = 'Phi-4'
const messages = [{ role: 'user', content: 'Say hello.' }]
const chat = { model, messages, max_tokens: 64 }
const shared = { 'gen_ai.provider.name': 'azure.ai.inference', 'server.address': '127.0.0.1' }
const said = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const tool = { type: 'function', function: { name: 'add', parameters: { type: 'object', properties: {} } } }

const makeOf = ({ default: make }: Sdk): Make => (typeof make === 'function' ? make : make.default)

function clientOf(sdk: Sdk, base: string, retryOptions: object = { maxRetries: 0 }): Client {
  return makeOf(sdk)(base, { key: 'test-key' }, { allowInsecureConnection: true, retryOptions })
}

const optionsOf = (options?: CallOptions) => ({ ...(options?.signal && { abortSignal: options.signal }) })

/** What the program looks at: the rest of the answer is the request. */
const seen = async (operation: Operation): Promise<Answer> => {
  const { status, body } = await operation
  return { status, body }
}

const completion = (client: Client, options?: CallOptions, body: object = chat): Promise<Answer> =>
  seen(client.path('/chat/completions').post({ body, ...optionsOf(options) }))

async function bytesOf(client: Client, options?: CallOptions, body: object = {}): Promise<NodeJS.ReadableStream> {
  const asked = { ...chat, stream: true, stream_options: { include_usage: true }, ...body }
  return (
    await client
      .path('/chat/completions')
      .post({ body: asked, ...optionsOf(options) })
      .asNodeStream()
  ).body
}

/** As the SDK's readme reads them. */
async function streamed(client: Client, options?: CallOptions): Promise<AsyncIterable<unknown>> {
  const { createSseStream } = (await import(SSE)) as {
    createSseStream(bytes: NodeJS.ReadableStream): AsyncIterable<unknown>
  }
  return createSseStream(await bytesOf(client, options))
}

const textOf = async (client: Client, kit: Kit, body?: object): Promise<string> =>
  kit.text(await bytesOf(client, undefined, body))

const rows: Row<Client>[] = [
  {
    name: 'each await of an operation is a call',
    run: async (client) => {
      const operation = client.path('/chat/completions').post({ body: chat })
      return [(await operation).body, (await operation).body]
    },
    spans: [said, said],
  },
  {
    name: 'tool call',
    run: (client) => completion(client, undefined, { ...chat, tools: [tool] }),
    spans: [{ ...said, finish: ['tool_calls'], attributes: { 'gen_ai.output.messages': { contains: '"add"' } } }],
  },
  {
    name: 'tool call streamed',
    run: (client, kit) => textOf(client, kit, { tools: [tool] }),
    spans: [{ ...said, finish: ['tool_calls'] }],
  },
  {
    name: 'stream without usage',
    run: (client, kit) => textOf(client, kit, { stream_options: undefined }),
    spans: [{ ...said, usage: null, attributes: { 'tracestitch.usage.not_sent': true } }],
  },
  {
    name: 'a whole answer read as a stream',
    run: async (client, kit) => {
      const { body } = await client.path('/chat/completions').post({ body: chat }).asNodeStream()
      return kit.text(body)
    },
    spans: [said],
  },
  {
    name: 'refused stream',
    behaviour: 'error-401',
    run: async (client, kit) => kit.text(await bytesOf(client)),
    spans: [{ name: said.name, error: '401' }],
  },
  {
    name: 'model without a name',
    run: (client) => completion(client, undefined, { messages }),
    spans: [{ ...said, name: 'chat' }],
  },
  {
    name: 'deployment in the endpoint',
    run: (client) => seen(client.path('/deployments/mine/chat/completions').post({ body: { messages } })),
    spans: [{ ...said, name: 'chat mine' }],
  },
  {
    name: 'embeddings',
    run: (client) => seen(client.path('/embeddings').post({ body: { model: 'embed-v4', input: ['a', 'b'] } })),
    spans: [{ name: 'embeddings embed-v4', usage: [5, undefined], attributes: shared }],
  },
  {
    name: 'embeddings of images',
    run: (client) =>
      seen(
        client
          .path('/images/embeddings')
          .post({ body: { model: 'embed-v4', input: [{ image: 'data:image/png;base64,aGk=' }] } }),
      ),
    spans: [{ name: 'embeddings embed-v4', usage: [5, undefined], attributes: shared }],
  },
  { name: 'what is no call of a model', run: (client) => seen(client.path('/info').get()), spans: [] },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'azure-ai-inference',
  package: '@azure-rest/ai-inference',
  home: 'test/sdks',
  installed: ['@azure-rest/ai-inference'],
  neighbours: () => ({ [SSE]: SSE }),
  changingHeaders: ['x-ms-client-request-id'],
  client: (sdk, base) => clientOf(sdk, base),
  patched(sdk) {
    const holder = Object.getPrototypeOf(clientOf(sdk, 'http://localhost').pipeline) as object
    return [
      [holder, 'sendRequest'],
      [holder, 'getOrderedPolicies'],
    ]
  },
  rows: [
    ...plainRows<Client>({
      span: said.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: { ...shared, 'gen_ai.request.max_tokens': 64, 'gen_ai.response.model': `${model}-2026` },
      plain: completion,
      stream: streamed,
      held: 'a stream of Node is held by its socket, until the limit of time or the end of the process',
      errors: {
        bad: 'bad_input',
        key: 'invalid_api_key',
        server: 'server_error',
        reset: 'ECONNRESET',
        abort: 'AbortError',
      },
    }),
    ...rows,
  ],
}
export default spec
