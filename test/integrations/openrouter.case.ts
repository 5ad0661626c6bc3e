import { z } from 'zod'
import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'

type Method = (given: object, options?: object) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly chat: { readonly send: Method }
  readonly responses: { readonly send: Method }
  readonly beta: { readonly responses: { readonly send: Method } }
  readonly embeddings: { readonly generate: Method }
  readonly rerank: { readonly rerank: Method }
  readonly alpha: { readonly decisions: { readonly create: Method } }
  readonly systemOne: { readonly create: Method }
  readonly images: { readonly generate: Method }
  readonly tts: { readonly createSpeech: Method }
  readonly stt: { readonly createTranscription: Method }
  readonly videoGeneration: { readonly generate: Method; readonly getGeneration: Method }
  callModel(request: object): Run
}

interface Run {
  getText(): Promise<string>
  getTextStream(): AsyncIterable<string>
}

interface Sdk {
  readonly OpenRouter: { new (options: object): Client; readonly prototype: Client }
}

const model = 'openai/gpt-5.6'
const messages = [{ role: 'user', content: 'Say hello.' }]
const chat = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const attributes = { 'gen_ai.provider.name': 'openrouter' }
const questions = { fits: { type: 'noul', instructions: 'Does it fit?' } }

const optionsOf = ({ signal }: CallOptions = {}): object => ({
  retries: { strategy: 'none' },
  ...(signal && { fetchOptions: { signal } }),
})

/** One whose tool the model calls first. */
const withTool = (client: Client): Run =>
  client.callModel({
    model,
    input: 'Add 2 and 2.',
    tools: [
      {
        type: 'function',
        function: {
          name: 'add',
          inputSchema: z.object({ a: z.number(), b: z.number() }),
          execute: ({ a, b }: { a: number; b: number }) => ({ sum: a + b }),
        },
      },
    ],
  })

/** Functions of the package that take a client, for programs that want no more of it. */
const apart = async (name: string): Promise<(client: Client, given: object) => Promise<unknown>> => {
  const at = `@openrouter/sdk/funcs/${name}.js`
  return ((await import(at)) as Record<string, (client: Client, given: object) => Promise<unknown>>)[name] ?? never()
}

function never(): never {
  throw new Error('the function is not there')
}

const value = (result: unknown): unknown => (result as { readonly value: unknown }).value

const rows: Row<Client>[] = [
  {
    name: 'chat with settings and a tool',
    run: (client) =>
      client.chat.send({
        chatRequest: {
          model,
          maxTokens: 50,
          topP: 0.5,
          responseFormat: { type: 'json_object' },
          tools: [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }],
          messages: [
            { role: 'user', content: 'Add.' },
            {
              role: 'assistant',
              content: '',
              toolCalls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"firstName":"x"}' } }],
            },
            { role: 'user', content: 'Go on.' },
          ],
        },
      }),
    spans: [
      {
        ...chat,
        finish: ['tool_calls'],
        attributes: {
          ...attributes,
          'gen_ai.request.max_tokens': 50,
          'gen_ai.request.top_p': 0.5,
          'gen_ai.output.type': 'json',
          'gen_ai.input.messages': { contains: '"firstName":"x"' },
          'gen_ai.output.messages': { contains: '"name":"add"' },
        },
      },
    ],
  },
  {
    name: 'responses',
    run: (client) => client.responses.send({ responsesRequest: { model, input: 'Say hello.', maxOutputTokens: 9 } }),
    spans: [{ ...chat, attributes: { ...attributes, 'gen_ai.request.max_tokens': 9 } }],
  },
  {
    name: 'responses streamed',
    run: async (client, kit) =>
      kit.collect(
        (await client.beta.responses.send({
          responsesRequest: { model, input: 'Hi', stream: true },
        })) as AsyncIterable<unknown>,
      ),
    spans: [{ ...chat, attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'embeddings',
    run: (client) => client.embeddings.generate({ requestBody: { model, input: ['a'], encodingFormat: 'float' } }),
    spans: [{ name: `embeddings ${model}`, usage: [5, undefined], attributes }],
  },
  {
    name: 'rerank',
    run: (client) => client.rerank.rerank({ requestBody: { model, query: 'hello', documents: ['a', 'b'], topN: 1 } }),
    spans: [{ name: `rerank ${model}`, attributes: { ...attributes, 'gen_ai.usage.cost': 0.001 } }],
  },
  {
    name: 'decisions',
    run: (client) =>
      client.alpha.decisions.create(
        { decisionsRequest: { model, state: 'a state', questions } },
        { serverURL: baseOf.get(client) },
      ),
    spans: [{ name: `decide ${model}`, usage: [11, 0], attributes }],
  },
  {
    name: 'system one',
    run: (client) => client.systemOne.create({ decisionsRequest: { model, state: 'a state', questions } }),
    spans: [{ name: `decide ${model}`, usage: [11, 0], attributes }],
  },
  {
    name: 'images',
    run: (client) => client.images.generate({ imageGenerationRequest: { model, prompt: 'a cat' } }),
    spans: [
      {
        name: `generate_content ${model}`,
        usage: [9, 40],
        attributes: { 'gen_ai.output.type': 'image', 'gen_ai.usage.cost': 0.04 },
      },
    ],
  },
  {
    name: 'images streamed',
    run: async (client, kit) =>
      kit.collect(
        (await client.images.generate({
          imageGenerationRequest: { model, prompt: 'a cat', stream: true },
        })) as AsyncIterable<unknown>,
      ),
    spans: [{ name: `generate_content ${model}`, usage: [9, 40], attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'speech',
    run: async (client, kit) => kit.text(await client.tts.createSpeech({ speechRequest: { model, input: 'Hello.' } })),
    spans: [
      {
        name: `generate_content ${model}`,
        attributes: { 'gen_ai.output.type': 'speech', 'tracestitch.usage.input_characters': 6 },
      },
    ],
  },
  {
    name: 'transcription',
    run: (client) =>
      client.stt.createTranscription({ sttRequest: { model, inputAudio: { data: 'aGk=', format: 'mp3' } } }),
    spans: [
      {
        name: `generate_content ${model}`,
        attributes: { 'gen_ai.output.type': 'text', 'tracestitch.usage.input_seconds': 12, 'gen_ai.usage.cost': 0.002 },
      },
    ],
  },
  {
    name: 'a video: what it cost is said once, by the call that learns it',
    run: async (client) => [
      await client.videoGeneration.generate({ videoGenerationRequest: { model, prompt: 'a cat' } }),
      await client.videoGeneration.getGeneration({ jobId: 'vid_1' }),
      await client.videoGeneration.getGeneration({ jobId: 'vid_1' }),
    ],
    spans: [
      { name: `generate_content ${model}`, attributes: { 'gen_ai.response.status': 'pending' } },
      { name: 'fetch_response', attributes: { 'gen_ai.response.status': 'completed', 'gen_ai.usage.cost': 0.5 } },
      { name: 'fetch_response', attributes: { 'gen_ai.response.status': 'completed' } },
    ],
  },
  {
    name: 'a function in the place of a method',
    run: async (client) => value(await (await apart('chatSend'))(client, { chatRequest: { model, messages } })),
    spans: [{ ...chat, attributes }],
  },
  {
    name: 'a function that returns its error',
    behaviour: 'error-400',
    run: async (client) =>
      (await (await apart('chatSend'))(client, { chatRequest: { model, messages } })) !== undefined,
    spans: [{ name: chat.name, error: '400' }],
  },
  {
    name: 'callModel without tools',
    run: (client) => client.callModel({ model, input: 'Say hello.' }).getText(),
    spans: [{ ...chat, attributes: { ...attributes, 'gen_ai.request.stream': true } }],
  },
  {
    name: 'callModel with a tool',
    run: (client) => withTool(client).getText(),
    spans: [{ ...chat, finish: ['tool_calls'] }, chat],
    tree: [`invoke_agent callModel`, `  chat ${model} [client]`, `  chat ${model} [client]`, '  execute_tool add'],
    attributesOf: {
      'execute_tool add': {
        'gen_ai.tool.call.arguments': '{"a":2,"b":2}',
        'gen_ai.tool.call.result': '{"sum":4}',
      },
    },
  },
  {
    name: 'callModel with a tool, streamed',
    run: async (client, kit) => kit.collect(withTool(client).getTextStream()),
    spans: [{ ...chat, finish: ['tool_calls'] }, chat],
    tree: [`invoke_agent callModel`, `  chat ${model} [client]`, `  chat ${model} [client]`, '  execute_tool add'],
  },
]

const baseOf = new WeakMap<Client, string>()

const spec: IntegrationCase<Sdk, Client> = {
  id: 'openrouter',
  package: '@openrouter/sdk',
  home: 'test/sdks',
  installed: ['@openrouter/sdk'],
  formatOf: () => 'esm',
  client(sdk, base) {
    const client = new sdk.OpenRouter({
      apiKey: 'test-key',
      serverURL: `${base}/openrouter`,
      retryConfig: { strategy: 'none' },
    })
    baseOf.set(client, `${base}/openrouter`)
    return client
  },
  patched: ({ OpenRouter: { prototype } }) => {
    const client = Object.create(prototype) as Client
    const holders: readonly (readonly [object, string])[] = [
      [client.chat, 'send'],
      [client.responses, 'send'],
      [client.embeddings, 'generate'],
      [client.rerank, 'rerank'],
      [client.systemOne, 'create'],
      [client.tts, 'createSpeech'],
    ]
    return [
      ...holders.map(([resource, method]) => [Object.getPrototypeOf(resource) as object, method] as const),
      [Object.getPrototypeOf(prototype) as object, '_do'],
    ]
  },
  rows: [
    ...plainRows<Client>({
      span: chat.name,
      usage: chat.usage,
      streamUsage: chat.usage,
      finish: chat.finish,
      attributes: { ...attributes, 'gen_ai.response.model': `${model}-2026`, 'gen_ai.response.id': 'mistral_1' },
      plain: (client, options) => client.chat.send({ chatRequest: { model, messages } }, optionsOf(options)),
      stream: (client, options) =>
        client.chat.send({ chatRequest: { model, messages, stream: true } }, optionsOf(options)),
      errors: { bad: /./, key: /./, server: /./, reset: /./, abort: /Abort/, abortedStream: /Abort/ },
    }),
    ...rows,
  ],
}
export default spec
