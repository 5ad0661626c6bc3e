import type * as Sdk from '@aws-sdk/client-bedrock-runtime'
import type { BedrockRuntime, ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import type { IntegrationCase, Kit, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'

/** Its commands come with the client, so that rows can `send` them. */
type Client = BedrockRuntime & { readonly sdk: typeof Sdk; readonly base: string }

const modelId = 'us.anthropic.claude-sonnet-4-6'
const span = { name: `chat ${modelId}`, usage: [11, 7] as const, finish: ['stop'] }
const input: ConverseCommandInput = {
  modelId,
  messages: [{ role: 'user', content: [{ text: 'Say hello.' }] }],
  inferenceConfig: { maxTokens: 64 },
}
const withTool: ConverseCommandInput = {
  ...input,
  toolConfig: { tools: [{ toolSpec: { name: 'add', inputSchema: { json: { type: 'object', properties: {} } } } }] },
}
const claude = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }] }
const llama = { prompt: 'Say hello.', max_gen_len: 64 }

const optionsOf = (options?: CallOptions) => ({ ...(options?.signal && { abortSignal: options.signal }) })

const without = (method: 'applyGuardrail' | 'countTokens') => (_version: string, client: Client) =>
  typeof client[method] === 'function' ? undefined : `this version has no ${method}`

function clientOf(sdk: typeof Sdk, base: string, maxAttempts = 1): Client {
  const client = new sdk.BedrockRuntime({
    endpoint: base,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts,
  })
  return Object.defineProperties(client, { sdk: { value: sdk }, base: { value: base } }) as Client
}

/** `[error, result]` of a callback, and what the method returned. */
const called = (kit: Kit, run: (done: (error: unknown, result?: unknown) => void) => unknown) =>
  new Promise<unknown>((resolve) => {
    const returned = run((error, result) => resolve(kit.outcome(error ? Promise.reject(error) : result)))
    if (returned !== undefined)
      void Promise.resolve(returned).then((value) => value !== undefined && resolve('a result'))
  })

async function chunksOf(client: Client, model: string, body: object): Promise<string[]> {
  const result = await client.invokeModelWithResponseStream({ modelId: model, body: JSON.stringify(body) })
  const texts: string[] = []
  for await (const { chunk } of result.body ?? []) texts.push(Buffer.from(chunk?.bytes ?? []).toString())
  return texts
}

async function invoked(client: Client, model: string, body: object): Promise<string> {
  const result = await client.invokeModel({ modelId: model, body: JSON.stringify(body) })
  return result.body.transformToString()
}

const rows: Row<Client>[] = [
  {
    name: 'send',
    run: async (client, kit) => {
      const sent = client.send(new client.sdk.ConverseCommand(input))
      return [kit.shapeOf(sent), await sent]
    },
    spans: [span],
  },
  {
    name: 'one command sent twice',
    run: async (client) => {
      const command = new client.sdk.ConverseCommand(input)
      return [await client.send(command), await client.send(command)]
    },
    spans: [span, span],
  },
  {
    name: 'send with a callback',
    run: (client, kit) => called(kit, (done) => client.send(new client.sdk.ConverseCommand(input), done)),
    spans: [span],
  },
  {
    name: 'send with options and a callback',
    run: (client, kit) => called(kit, (done) => client.send(new client.sdk.ConverseCommand(input), {}, done)),
    spans: [span],
  },
  {
    name: 'method with a callback',
    run: (client, kit) => called(kit, (done) => client.converse(input, done)),
    spans: [span],
  },
  {
    name: 'callback of an error',
    behaviour: 'error-400',
    run: (client, kit) => called(kit, (done) => client.converse(input, done)),
    spans: [{ name: span.name, error: 'ValidationException' }],
  },
  {
    name: 'tool use',
    run: (client) => client.converse(withTool),
    spans: [{ ...span, finish: ['tool_calls'], attributes: { 'gen_ai.output.messages': { contains: 'firstNumber' } } }],
  },
  {
    name: 'tool use streamed',
    run: async (client, kit) => kit.collect((await client.converseStream(withTool)).stream as AsyncIterable<unknown>),
    spans: [{ ...span, finish: ['tool_calls'] }],
  },
  {
    name: 'the SDK tries again after 429',
    behaviour: 'error-429-once',
    run: async (client) => {
      const { output, $metadata } = await clientOf(client.sdk, client.base, 2).converse(input)
      return [output, $metadata.attempts]
    },
    spans: [span],
  },
  {
    name: 'Claude by InvokeModel',
    run: (client) => invoked(client, modelId, claude),
    spans: [{ ...span, attributes: { 'gen_ai.response.id': 'msg_1' } }],
  },
  { name: 'Claude by InvokeModel, streamed', run: (client) => chunksOf(client, modelId, claude), spans: [span] },
  {
    name: 'Llama by InvokeModel',
    run: (client) => invoked(client, 'meta.llama3', llama),
    spans: [{ ...span, name: 'text_completion meta.llama3' }],
  },
  {
    name: 'Llama by InvokeModel, streamed',
    run: (client) => chunksOf(client, 'meta.llama3', llama),
    spans: [{ ...span, name: 'text_completion meta.llama3' }],
  },
  {
    name: 'embeddings by InvokeModel',
    run: (client) => invoked(client, 'amazon.titan-embed-text-v2:0', { inputText: 'Hi' }),
    spans: [{ name: 'embeddings amazon.titan-embed-text-v2:0', usage: [5, undefined] }],
  },
  {
    name: 'a model that no format reads',
    run: (client) => invoked(client, 'unknown', { inputPrompt: 'Hi' }),
    spans: [{ name: 'generate_content unknown', usage: null, attributes: { 'tracestitch.unread': 'answer' } }],
  },
  {
    name: 'guardrail',
    run: (client) =>
      client.applyGuardrail({
        guardrailIdentifier: 'gr-1',
        guardrailVersion: '1',
        source: 'INPUT',
        content: [{ text: { text: 'Hi' } }],
      }),
    skip: without('applyGuardrail'),
    spans: [{ name: 'moderation', usage: null, attributes: { 'aws.bedrock.guardrail.id': 'gr-1' } }],
  },
  {
    name: 'count of tokens',
    run: (client) => client.countTokens({ modelId, input: { converse: { messages: input.messages } } }),
    skip: without('countTokens'),
    spans: [
      {
        name: `count_tokens ${modelId}`,
        usage: null,
        attributes: { 'tracestitch.counted.input_tokens': 42 },
      },
    ],
  },
]

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'bedrock',
  package: '@aws-sdk/client-bedrock-runtime',
  installed: ['bedrock-v3-old', '@aws-sdk/client-bedrock-runtime'],
  formatOf: () => 'cjs',
  changingHeaders: ['authorization', 'amz-sdk-invocation-id', 'x-amz-date'],
  client: (sdk, base) => clientOf(sdk, base),
  patched: ({ BedrockRuntimeClient: { prototype } }) => [[prototype, 'send']],
  rows: [
    ...plainRows<Client>({
      span: span.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: {
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.request.max_tokens': 64,
        'gen_ai.usage.cache_read.input_tokens': 4,
        'server.address': '127.0.0.1',
      },
      plain: (client, options) => client.converse(input, optionsOf(options)),
      stream: async (client, options) => (await client.converseStream(input, optionsOf(options))).stream,
      errors: {
        bad: 'ValidationException',
        key: 'UnrecognizedClientException',
        server: 'InternalServerException',
        reset: /./,
        abort: 'AbortError',
      },
    }),
    ...rows,
  ],
}
export default spec
