import type OpenAI from 'openai'
import type * as Sdk from 'openai'
import { z } from 'zod'
import type { IntegrationCase, Row } from '../contracts/integration.js'
import { stainlessRows } from '../contracts/stainless-rows.js'
import { operationRows } from './openai-operations.js'

type Client = OpenAI

const model = 'gpt-5-mini'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const answer = z.object({ answer: z.string() })
const responseFormat = {
  type: 'json_schema' as const,
  json_schema: { name: 'answer', strict: true, schema: z.toJSONSchema(answer) as Record<string, unknown> },
}
const addTool = {
  type: 'function' as const,
  function: {
    name: 'add',
    description: 'Adds',
    parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
    parse: (text: string) => JSON.parse(text) as { a: number; b: number },
    function: ({ a, b }: { a: number; b: number }) => String(a + b),
  },
}
const chatSpan = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
/** openai 4 keeps the helpers under `beta`. */
const helpers = (client: Client): Client['chat']['completions'] =>
  ((client as unknown as { beta: { chat?: { completions?: unknown } } }).beta.chat?.completions as
    | Client['chat']['completions']
    | undefined) ?? client.chat.completions

interface BetaResponses {
  create(body: object): Promise<unknown>
}
const betaResponses = (client: Client): BetaResponses | undefined =>
  (client.beta as unknown as { responses?: BetaResponses }).responses

const rows: Row<Client>[] = [
  {
    name: 'stream with include_usage',
    run: async (client, kit) =>
      kit.collect(
        await client.chat.completions.create({
          model,
          messages,
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
    spans: [
      {
        ...chatSpan,
        attributes: { 'gen_ai.usage.cache_read.input_tokens': 4, 'gen_ai.usage.reasoning.output_tokens': 2 },
      },
    ],
  },
  {
    name: 'parse with a schema',
    run: (client) => helpers(client).parse({ model, messages, response_format: responseFormat }),
    spans: [{ ...chatSpan, attributes: { 'gen_ai.output.type': 'json' } }],
  },
  {
    name: '.stream() helper and its events',
    run: async (client) => {
      const stream = helpers(client).stream({ model, messages })
      const events: string[] = []
      for (const event of ['connect', 'content', 'chunk', 'message', 'finalContent', 'end'] as const)
        stream.on(event, () => events.push(event))
      return [await stream.finalContent(), events]
    },
    spans: [{ name: chatSpan.name, usage: null, finish: ['stop'] }],
  },
  {
    name: '.stream() helper aborted',
    behaviour: 'drip',
    run: async (client, kit) => {
      const stream = helpers(client).stream({ model, messages })
      stream.once('content', () => stream.abort())
      return kit.outcome(stream.done())
    },
    spans: [{ name: chatSpan.name, finish: null }],
  },
  {
    name: 'runTools',
    run: async (client) =>
      helpers(client)
        .runTools({ model, messages, tools: [addTool] })
        .finalContent(),
    spans: [{ ...chatSpan, finish: ['tool_calls'] }, chatSpan],
  },
  {
    name: 'runTools streamed',
    run: async (client) =>
      helpers(client)
        .runTools({ model, messages, tools: [addTool], stream: true })
        .finalContent(),
    spans: [
      { name: chatSpan.name, finish: ['tool_calls'] },
      { name: chatSpan.name, finish: ['stop'] },
    ],
  },
  {
    name: 'responses',
    run: (client) => client.responses.create({ model, input: 'Say hello.' }),
    spans: [{ ...chatSpan, attributes: { 'openai.api.type': 'responses', 'gen_ai.response.id': 'resp_1' } }],
  },
  {
    name: 'responses stream',
    run: async (client, kit) =>
      kit.collect(await client.responses.create({ model, input: 'Say hello.', stream: true })),
    spans: [chatSpan],
  },
  {
    name: 'responses .stream() helper',
    run: async (client) => (await client.responses.stream({ model, input: 'Say hello.' }).finalResponse()).output_text,
    spans: [chatSpan],
  },
  {
    name: 'responses parse',
    run: (client) =>
      client.responses.parse({
        model,
        input: 'Say hello.',
        text: { format: { ...responseFormat.json_schema, type: 'json_schema' } },
      }),
    spans: [chatSpan],
  },
  {
    name: 'embeddings float',
    run: (client) => client.embeddings.create({ model, input: 'hello', encoding_format: 'float' }),
    spans: [
      {
        name: `embeddings ${model}`,
        usage: [5, undefined],
        attributes: { 'gen_ai.request.encoding_formats': ['float'] },
      },
    ],
  },
  {
    name: 'embeddings base64',
    run: (client) => client.embeddings.create({ model, input: 'hello', encoding_format: 'base64' }),
    spans: [{ name: `embeddings ${model}`, usage: [5, undefined] }],
  },
  {
    name: 'embeddings default',
    run: (client) => client.embeddings.create({ model, input: ['hello', 'you'] }),
    spans: [{ name: `embeddings ${model}`, usage: [5, undefined] }],
  },
  {
    name: 'completions',
    run: (client) => client.completions.create({ model, prompt: 'Say' }),
    spans: [{ ...chatSpan, name: `text_completion ${model}` }],
  },
  {
    name: 'completions stream',
    run: async (client, kit) => kit.collect(await client.completions.create({ model, prompt: 'Say', stream: true })),
    spans: [{ name: `text_completion ${model}`, usage: null, finish: ['stop'] }],
  },
  {
    name: 'withOptions()',
    run: (client) => client.withOptions({ maxRetries: 0 }).chat.completions.create({ model, messages }),
    skip: (_version, client) =>
      typeof client.withOptions === 'function' ? undefined : 'this version has no withOptions',
    spans: [chatSpan],
  },
  {
    name: 'client of a subclass',
    run: (client) => {
      class Mine extends (client.constructor as typeof OpenAI) {
        readonly mine = true
      }
      const mine: Client = new Mine({ apiKey: 'test-key', baseURL: client.baseURL, maxRetries: 0 })
      return mine.chat.completions.create({ model, messages })
    },
    spans: [chatSpan],
  },
  {
    name: 'beta responses',
    run: async (client) => betaResponses(client)?.create({ model, input: 'Say hello.' }),
    skip: (_version, client) => (betaResponses(client) ? undefined : 'this version has no beta.responses'),
    spans: [{ ...chatSpan, attributes: { 'openai.api.type': 'responses' } }],
  },
  {
    name: 'beta responses stream',
    run: async (client, kit) =>
      kit.collect(
        (await betaResponses(client)?.create({ model, input: 'Say hello.', stream: true })) as AsyncIterable<unknown>,
      ),
    skip: (_version, client) => (betaResponses(client) ? undefined : 'this version has no beta.responses'),
    spans: [chatSpan],
  },
  {
    name: 'list methods that hide a second promise',
    run: async (client, kit) => {
      const list = client.models.list()
      return [kit.shapeOf(list), await kit.collect(list)]
    },
    spans: [],
  },
]

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'openai',
  package: 'openai',
  installed: ['openai-v4', 'openai-v5', 'openai-v6', 'openai'],
  client: (sdk, base) => new sdk.OpenAI({ apiKey: 'test-key', baseURL: `${base}/v1`, maxRetries: 0 }),
  patched: ({ OpenAI: Client }) => [
    [Client.Chat.Completions.prototype, 'create'],
    [Client.Responses.prototype, 'create'],
    [Client.Embeddings.prototype, 'create'],
    [Client.Completions.prototype, 'create'],
    [Client.Responses.prototype, 'retrieve'],
    [Client.Images.prototype, 'generate'],
    [Client.Images.prototype, 'edit'],
    [Client.Images.prototype, 'createVariation'],
    [Client.Audio.Speech.prototype, 'create'],
    [Client.Audio.Transcriptions.prototype, 'create'],
    [Client.Audio.Translations.prototype, 'create'],
    [Client.Moderations.prototype, 'create'],
    [Client.prototype, 'get'],
    [Client.prototype, 'post'],
    [Client.prototype, 'put'],
    [Client.prototype, 'request'],
  ],
  rows: [
    ...stainlessRows<Client>({
      span: chatSpan.name,
      usage: [11, 7],
      streamUsage: null,
      finish: ['stop'],
      attributes: {
        'gen_ai.provider.name': 'openai',
        'gen_ai.response.model': `${model}-2026`,
        'gen_ai.response.id': 'chatcmpl_1',
        'openai.api.type': 'chat_completions',
      },
      plain: (client, options) => client.chat.completions.create({ model, messages }, options),
      stream: (client, options) => client.chat.completions.create({ model, messages, stream: true }, options),
      errors: { bad: 'bad_input', key: 'invalid_api_key', server: 'server_error', rateLimit: 'rate_limit_exceeded' },
    }),
    ...rows,
    ...operationRows,
  ],
}
export default spec
