import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows } from '../contracts/plain-rows.js'

type Method = (body: object) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly chat: Method
  readonly generate: Method
  readonly embed: Method
  readonly embeddings: Method
  readonly systemone?: Method
  abort(): void
}

interface Sdk {
  readonly Ollama: new (options: object) => Client
}

const model = 'llama3.2'
const messages = [{ role: 'user', content: 'Say hello.' }]
const span = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const generated = { ...span, name: `text_completion ${model}` }
const questions = { fits: { type: 'noul', instructions: 'Does it fit?' } }
const tools = [{ type: 'function', function: { name: 'add', parameters: { type: 'object', properties: {} } } }]

const rows: Row<Client>[] = [
  {
    name: 'tools, options and a format',
    run: (client) =>
      client.chat({ model, messages, tools, format: 'json', options: { temperature: 0, num_predict: 9 } }),
    spans: [
      {
        ...span,
        finish: ['tool_calls'],
        attributes: {
          'gen_ai.request.temperature': 0,
          'gen_ai.request.max_tokens': 9,
          'gen_ai.output.type': 'json',
          'gen_ai.output.messages': { contains: '"arguments":{"a":2,"b":2}' },
        },
      },
    ],
  },
  {
    name: 'generate',
    run: (client) => client.generate({ model, prompt: 'Say hello.', system: 'Be short.' }),
    spans: [
      {
        ...generated,
        attributes: {
          'gen_ai.input.messages': { contains: 'Say hello.' },
          'gen_ai.output.messages': { contains: 'Hello there, friend.' },
        },
      },
    ],
  },
  {
    name: 'generate streamed',
    run: async (client, kit) =>
      kit.collect((await client.generate({ model, prompt: 'Hi', stream: true })) as AsyncIterable<unknown>),
    spans: [{ ...generated, attributes: { 'gen_ai.output.messages': { contains: 'Hello there, friend.' } } }],
  },
  {
    name: 'embed',
    run: (client) => client.embed({ model, input: ['a', 'b'] }),
    spans: [{ name: `embeddings ${model}`, usage: [5, undefined] }],
  },
  {
    name: 'embeddings',
    run: (client) => client.embeddings({ model, prompt: 'a' }),
    spans: [{ name: `embeddings ${model}` }],
  },
  {
    name: 'systemone',
    run: async (client) => client.systemone?.({ model, state: 'a', questions }),
    skip: (_version, client) => (client.systemone ? undefined : 'this version has no systemone'),
    spans: [{ name: `decide ${model}`, usage: [11, 0] }],
  },
  {
    name: 'client.abort()',
    behaviour: 'drip',
    run: async (client, kit) => {
      const stream = (await client.chat({ model, messages, stream: true })) as AsyncIterable<unknown>
      return kit.outcome(
        (async () => {
          for await (const _ of stream) client.abort()
        })(),
      )
    },
    spans: [{ name: span.name, finish: null }],
  },
]

/** Rows of every SDK that this one cannot run, with the reason. */
const without: Readonly<Record<string, string>> = {
  'abort during': 'the SDK takes no signal',
  'abort during a stream': 'the SDK takes no signal',
  'stream never consumed': 'the client keeps a stream until it is read to its end',
}

const spec: IntegrationCase<Sdk, Client> = {
  id: 'ollama',
  package: 'ollama',
  home: 'test/sdks',
  installed: ['ollama-v05', 'ollama'],
  client: (sdk, base) => new sdk.Ollama({ host: base }),
  patched: ({ Ollama }) => {
    const holder = Object.getPrototypeOf(Ollama.prototype) as object
    return ['chat', 'generate', 'embed', 'embeddings'].map((method) => [holder, method] as const)
  },
  rows: [
    ...plainRows<Client>({
      span: span.name,
      usage: span.usage,
      streamUsage: span.usage,
      finish: span.finish,
      attributes: { 'gen_ai.provider.name': 'ollama', 'gen_ai.response.model': model },
      plain: (client) => client.chat({ model, messages }),
      stream: (client) => client.chat({ model, messages, stream: true }),
      errors: {
        bad: 'ResponseError',
        key: 'ResponseError',
        server: 'ResponseError',
        reset: /TypeError|ECONN/,
        abort: 'AbortError',
      },
    }).map((row) => {
      const reason = without[row.name]
      return reason === undefined ? row : { ...row, skip: () => reason }
    }),
    ...rows,
  ],
}
export default spec
