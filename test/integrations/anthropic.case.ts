import type Anthropic from '@anthropic-ai/sdk'
import type * as Sdk from '@anthropic-ai/sdk'
import type { IntegrationCase, Row } from '../contracts/integration.js'
import { stainlessRows } from '../contracts/stainless-rows.js'

type Client = Anthropic

const model = 'claude-sonnet-4-6'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const body = { model, max_tokens: 64, messages }
const span = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const tools = [{ name: 'add', input_schema: { type: 'object' as const, properties: {} } }]

const rows: Row<Client>[] = [
  {
    name: '.stream() helper and its events',
    run: async (client) => {
      const stream = client.messages.stream(body)
      const events: string[] = []
      for (const event of ['connect', 'text', 'contentBlock', 'message', 'finalMessage', 'end'] as const)
        stream.on(event, () => events.push(event))
      return [await stream.finalText(), events]
    },
    spans: [span],
  },
  {
    name: '.stream() helper iterated',
    run: async (client, kit) => kit.collect(client.messages.stream(body)),
    spans: [span],
  },
  {
    name: '.stream() helper aborted',
    behaviour: 'drip',
    run: async (client, kit) => {
      const stream = client.messages.stream(body)
      stream.once('text', () => stream.abort())
      return kit.outcome(stream.done())
    },
    spans: [{ name: span.name, finish: null }],
  },
  {
    name: 'tool use',
    run: (client) => client.messages.create({ ...body, tools }),
    spans: [{ ...span, finish: ['tool_calls'] }],
  },
  {
    name: 'tool use streamed',
    run: async (client, kit) => kit.collect(await client.messages.create({ ...body, tools, stream: true })),
    spans: [{ ...span, finish: ['tool_calls'] }],
  },
  { name: 'beta create', run: (client) => client.beta.messages.create(body), spans: [span] },
  {
    name: 'beta stream',
    run: async (client, kit) => kit.collect(await client.beta.messages.create({ ...body, stream: true })),
    spans: [span],
  },
  {
    name: 'parse',
    run: async (client) =>
      client.messages.parse({
        ...body,
        output_config: {
          format: {
            type: 'json_schema',
            schema: {
              type: 'object',
              properties: { answer: { type: 'string' } },
              required: ['answer'],
              additionalProperties: false,
            },
          },
        },
      }),
    skip: (_version, client) =>
      typeof client.messages.parse === 'function' ? undefined : 'this version has no messages.parse',
    spans: [span],
  },
  {
    name: 'countTokens',
    run: (client) => client.messages.countTokens({ model, messages }),
    skip: (_version, client) =>
      typeof client.messages.countTokens === 'function' ? undefined : 'this version has no messages.countTokens',
    spans: [
      { name: `count_tokens ${model}`, usage: null, attributes: { 'anthropic.message.count_tokens.input_tokens': 42 } },
    ],
  },
  {
    name: 'beta .stream() helper',
    run: async (client) => client.beta.messages.stream(body).finalText(),
    skip: (_version, client) =>
      typeof client.beta.messages.stream === 'function' ? undefined : 'this version has no beta.messages.stream',
    spans: [span],
  },
  {
    name: 'raw post',
    run: (client) => client.post('/v1/messages', { body }),
    spans: [span],
  },
  {
    name: 'raw post of a stream',
    run: async (client, kit) =>
      kit.collect(
        (await client.post('/v1/messages?beta=true', {
          body: { ...body, stream: true },
          stream: true,
        })) as AsyncIterable<unknown>,
      ),
    spans: [span],
  },
  {
    name: 'raw post to count tokens',
    run: (client) => client.post('/v1/messages/count_tokens', { body: { model, messages } }),
    spans: [{ name: `count_tokens ${model}`, usage: null, attributes: { 'tracestitch.counted.input_tokens': 42 } }],
  },
  { name: 'raw request that is no model call', run: (client) => client.get('/v1/models'), spans: [] },
  {
    name: 'tool runner streamed',
    run: async (client, kit) => {
      const add = {
        type: 'custom' as const,
        name: 'add',
        input_schema: { type: 'object' as const, properties: {} },
        description: 'Adds',
        run: () => '4',
        parse: (input: unknown) => input,
      }
      const texts = []
      for await (const round of client.beta.messages.toolRunner({ ...body, tools: [add] as never, stream: true }))
        texts.push((await kit.collect(round)).length)
      return texts
    },
    skip: (_version, client) =>
      typeof client.beta.messages.toolRunner === 'function' ? undefined : 'this version has no toolRunner',
    spans: [{ ...span, finish: ['tool_calls'] }, span],
  },
  {
    name: 'tool runner loop',
    run: async (client) => {
      const add = {
        type: 'custom' as const,
        name: 'add',
        input_schema: { type: 'object' as const, properties: {} },
        description: 'Adds',
        run: () => '4',
        parse: (input: unknown) => input,
      }
      return (await client.beta.messages.toolRunner({ ...body, tools: [add] as never })).content
    },
    skip: (_version, client) =>
      typeof client.beta.messages.toolRunner === 'function' ? undefined : 'this version has no toolRunner',
    spans: [{ ...span, finish: ['tool_calls'] }, span],
  },
]

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'anthropic',
  package: '@anthropic-ai/sdk',
  installed: ['anthropic-v0-old', 'anthropic-v0', '@anthropic-ai/sdk'],
  client: (sdk, base) => new sdk.Anthropic({ apiKey: 'test-key', baseURL: base, maxRetries: 0 }),
  patched: ({ Anthropic: Client }) => [
    [Client.Messages.prototype, 'create'],
    [Client.Beta.Messages.prototype, 'create'],
    [Client.prototype, 'post'],
    [Client.prototype, 'request'],
  ],
  rows: [
    ...stainlessRows<Client>({
      span: span.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: {
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.response.model': `${model}-2026`,
        'gen_ai.response.id': 'msg_1',
        'gen_ai.usage.cache_read.input_tokens': 4,
      },
      plain: (client, options) => client.messages.create(body, options),
      stream: (client, options) => client.messages.create({ ...body, stream: true }, options),
      errors: {
        bad: 'invalid_request_error',
        key: 'authentication_error',
        server: 'server_error',
        rateLimit: 'rate_limit_error',
      },
    }),
    ...rows,
  ],
}
export default spec
