import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows } from '../contracts/plain-rows.js'

interface Prediction {
  readonly id: string
}

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  run(model: string, options: object, progress?: (prediction: Prediction) => void): Promise<unknown>
  stream(model: string, options: object): AsyncIterable<unknown>
  wait(prediction: Prediction, options: object): Promise<Prediction>
  readonly predictions: {
    create(options: object): Promise<Prediction>
    get(id: string): Promise<Prediction>
  }
  readonly deployments: {
    readonly predictions: { create(owner: string, name: string, options: object): Promise<Prediction> }
  }
}

interface Sdk {
  readonly default: { new (options: object): Client; readonly prototype: Client }
}

const model = 'meta/llama-4'
const input = { prompt: 'Say hello.', max_tokens: 50 }
const name = `generate_content ${model}`
const ok = { name, usage: [11, 7] as const, finish: ['stop'] }
const attributes = { 'gen_ai.provider.name': 'replicate' }
const fetched = { name: 'fetch_response', attributes: { 'gen_ai.response.status': 'succeeded' } }

const rows: Row<Client>[] = [
  {
    name: 'run: what it took, and what was said',
    run: (client) => client.run(model, { input, wait: { mode: 'block' } }),
    spans: [
      {
        ...ok,
        attributes: {
          ...attributes,
          'replicate.predict_time': 1.5,
          'gen_ai.request.max_tokens': 50,
          'gen_ai.response.model': model,
          'gen_ai.response.status': 'succeeded',
          'gen_ai.input.messages': { contains: 'Say hello.' },
          'gen_ai.output.messages': { contains: 'Hello there, friend.' },
        },
      },
    ],
  },
  {
    name: 'run that asks until it is done is one span',
    run: (client) => client.run(model, { input: { ...input, later: true }, wait: { mode: 'poll', interval: 5 } }),
    spans: [{ ...ok, attributes: { 'gen_ai.response.status': 'succeeded', 'replicate.predict_time': 1.5 } }],
  },
  {
    name: 'run of a version that makes an image: no tokens, but seconds',
    run: async (client) => String(await client.run('owner/model:v1', { input: { kind: 'image' } })),
    spans: [{ name: 'generate_content owner/model:v1', usage: null, attributes: { 'replicate.predict_time': 1.5 } }],
  },
  {
    name: 'run that fails',
    run: (client, kit) => kit.outcome(client.run(model, { input: { fails: true } })),
    spans: [{ name, error: /./ }],
  },
  {
    name: 'create, and wait for it: what it took is said once',
    run: async (client) => {
      const prediction = await client.predictions.create({ model, input: { ...input, prompt: 'Later.', later: true } })
      return [await client.wait(prediction, { interval: 5 }), await client.predictions.get(prediction.id)]
    },
    spans: [
      { name, usage: null, attributes: { ...attributes, 'gen_ai.response.status': 'starting' } },
      { ...fetched, usage: [11, 7] },
      { ...fetched, usage: null },
    ],
  },
  {
    name: 'create that waits by itself',
    run: (client) => client.predictions.create({ model, input, wait: true }),
    spans: [ok],
  },
  {
    name: 'a deployment',
    run: (client) => client.deployments.predictions.create('acme', 'own', { input }),
    spans: [{ ...ok, name: 'generate_content deployments/acme/own' }],
  },
  {
    name: 'a file in the answer is not recorded',
    run: (client) => client.predictions.create({ version: 'v1', input: { kind: 'file' } }),
    spans: [{ name: 'generate_content v1', usage: null, attributes: { 'gen_ai.output.messages': { contains: '[' } } }],
  },
]

/** A stream is read from another address, which the prediction gives. */
function streamedBelow(base: string): typeof fetch {
  return (url, init) => fetch(String(url).replace('https://stream.test', `${base}/replicate/stream`), init)
}

const spec: IntegrationCase<Sdk, Client> = {
  id: 'replicate',
  package: 'replicate',
  home: 'test/sdks',
  installed: ['replicate-v0', 'replicate'],
  formatOf: () => 'cjs',
  client: (sdk, base) =>
    new sdk.default({
      auth: 'test-key',
      baseUrl: `${base}/replicate`,
      fetch: streamedBelow(base),
      useFileOutput: false,
    }),
  patched: ({ default: { prototype } }) => ['run', 'stream', 'request', 'wait'].map((method) => [prototype, method]),
  rows: [
    ...plainRows<Client>({
      span: name,
      usage: ok.usage,
      streamUsage: null,
      lazy: true,
      finish: ok.finish,
      attributes,
      plain: (client, options) => client.run(model, { input, ...options }),
      stream: (client, options) => client.stream(model, { input: { ...input, later: true }, ...options }),
      errors: { bad: /./, key: /./, server: /./, reset: /./, abort: /./ },
    }).map((row) =>
      row.name === 'abort during' ? { ...row, skip: () => 'run only looks at its signal between requests' } : row,
    ),
    ...rows,
  ],
}
export default spec
