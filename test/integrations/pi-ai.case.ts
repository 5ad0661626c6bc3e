/** `@earendil-works/pi-ai` calls models by the SDKs that it brings, which are traced there: one span, and no other. */
import type { IntegrationCase, Row } from '../contracts/integration.js'

interface Answer {
  result(): Promise<{
    readonly stopReason: string
    readonly content: unknown
    readonly usage: { readonly output: number }
  }>
}

type Stream = (model: object, context: object, options: object) => Answer & AsyncIterable<{ readonly type: string }>

interface Client {
  readonly stream: (signal?: AbortSignal) => ReturnType<Stream>
}

const model = 'gpt-5-mini'
const span = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }

const rows: Row<Client>[] = [
  {
    name: 'complete',
    run: async ({ stream }) => {
      const { stopReason, content, usage } = await stream().result()
      return [stopReason, content, usage.output]
    },
    spans: [{ ...span, attributes: { 'gen_ai.provider.name': 'openai', 'gen_ai.request.stream': true } }],
  },
  {
    name: 'stream',
    run: async ({ stream }) => {
      const types = []
      for await (const { type } of stream()) types.push(type)
      return types
    },
    spans: [span],
  },
  {
    name: 'refused',
    behaviour: 'error-401',
    run: async ({ stream }) => (await stream().result()).stopReason,
    spans: [{ name: span.name, error: 'invalid_api_key' }],
  },
]

const spec: IntegrationCase<{ readonly stream: Stream }, Client> = {
  id: 'openai',
  package: '@earendil-works/pi-ai',
  entry: '/api/openai-completions',
  patches: 'openai',
  home: 'test/sdks',
  installed: ['@earendil-works/pi-ai'],
  apps: ['esm'],
  client: (sdk, base) => ({
    stream: (signal) =>
      sdk.stream(
        {
          id: model,
          name: model,
          api: 'openai-completions',
          provider: 'openai',
          baseUrl: `${base}/v1`,
          reasoning: false,
          input: ['text'],
          cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
          contextWindow: 1000,
          maxTokens: 100,
        },
        { messages: [{ role: 'user', content: 'Say hello.', timestamp: 1 }] },
        { apiKey: 'test-key', maxRetries: 0, ...(signal && { signal }) },
      ),
  }),
  patched: () => [],
  rows,
}
export default spec
