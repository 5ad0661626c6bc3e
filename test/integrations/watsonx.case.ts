import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows } from '../contracts/plain-rows.js'
import { watsonxOptions } from './watsonx-options.js'

type Method = (params: object) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Client = Readonly<
  Record<
    | 'textChat'
    | 'textChatStream'
    | 'deploymentsTextChat'
    | 'generateText'
    | 'generateTextStream'
    | 'deploymentGenerateText'
    | 'embedText'
    | 'textRerank'
    | 'tokenizeText'
    | 'createTextExtraction'
    | 'timeSeriesForecast'
    | 'transcribeAudio',
    Method
  >
>

interface Sdk {
  readonly WatsonXAI: { new (options: object): Client; readonly prototype: object }
}

const modelId = 'ibm/granite-4'
const messages = [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }]
const attributes = { 'gen_ai.provider.name': 'ibm.watsonx.ai' }
const answered = { ...attributes, 'gen_ai.response.model': `${modelId}-2026` }
const chat: ExpectedSpan = { name: `chat ${modelId}`, usage: [11, 7], finish: ['stop'], attributes: answered }
const streamed = { 'gen_ai.request.stream': true, 'gen_ai.output.messages': { contains: 'friend.' } }
const text: ExpectedSpan = { name: `text_completion ${modelId}`, usage: [11, 7], attributes: answered }
const parameters = { max_new_tokens: 9, temperature: 0.5 }

const row = (name: string, run: (client: Client) => Promise<unknown>, span: ExpectedSpan): Row<Client> => ({
  name,
  run,
  spans: [span],
})

const stream = (name: string, open: (client: Client) => Promise<unknown>, span: ExpectedSpan): Row<Client> => ({
  name,
  run: async (client, kit) => kit.collect((await open(client)) as AsyncIterable<unknown>),
  spans: [span],
})

const rows: Row<Client>[] = [
  row(
    'chat with a tool and settings',
    (client) =>
      client.textChat({
        modelId,
        messages,
        maxTokens: 50,
        temperature: 0.5,
        tools: [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }],
      }),
    {
      ...chat,
      finish: ['tool_calls'],
      attributes: {
        ...answered,
        'gen_ai.request.max_tokens': 50,
        'gen_ai.request.temperature': 0.5,
        'gen_ai.input.messages': { contains: 'Say hello.' },
        'gen_ai.output.messages': { contains: '"name":"add"' },
      },
    },
  ),
  stream('a stream of lines', (client) => client.textChatStream({ modelId, messages }), {
    ...chat,
    attributes: { ...answered, ...streamed },
  }),
  row('a deployment', (client) => client.deploymentsTextChat({ idOrName: 'own', messages }), {
    ...chat,
    name: 'chat deployment/own',
    attributes,
  }),
  row('a text', (client) => client.generateText({ modelId, input: 'Say', parameters }), {
    ...text,
    finish: ['length'],
    attributes: {
      ...answered,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.input.messages': { contains: 'Say' },
    },
  }),
  row('a text of a deployment', (client) => client.deploymentGenerateText({ idOrName: 'own', input: 'Say' }), {
    ...text,
    name: 'text_completion deployment/own',
    attributes,
  }),
  stream('a text as a stream', (client) => client.generateTextStream({ modelId, input: 'Say', returnObject: true }), {
    ...text,
    finish: ['stop'],
    attributes: { ...answered, ...streamed },
  }),
  row('embeddings', (client) => client.embedText({ modelId, inputs: ['Hello'] }), {
    name: `embeddings ${modelId}`,
    usage: [5, undefined],
    attributes: answered,
  }),
  row('rerank', (client) => client.textRerank({ modelId, query: 'a', inputs: [{ text: 'a' }] }), {
    name: `rerank ${modelId}`,
    attributes: { ...answered, 'gen_ai.usage.input_tokens': 5 },
  }),
  row('a count of tokens', (client) => client.tokenizeText({ modelId, input: 'Hello' }), {
    name: `count_tokens ${modelId}`,
    usage: null,
    attributes: { ...attributes, 'tracestitch.counted.input_tokens': 42 },
  }),
  row('a forecast', (client) => client.timeSeriesForecast({ modelId, data: {}, schema: {} }), {
    name: `generate_content ${modelId}`,
    usage: null,
    attributes: answered,
  }),
  row('a document', (client) => client.createTextExtraction({ documentReference: {}, resultsReference: {} }), {
    name: 'generate_content',
    attributes: { ...attributes, 'gen_ai.response.id': 'ext-1', 'gen_ai.response.status': 'submitted' },
  }),
  row('a transcript', (client) => client.transcribeAudio({ model: 'openai/whisper', file: Buffer.from('hi') }), {
    name: 'generate_content openai/whisper',
    attributes: { ...attributes, 'gen_ai.output.type': 'text' },
  }),
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'watsonx',
  package: '@ibm-cloud/watsonx-ai',
  home: 'test/sdks',
  installed: ['@ibm-cloud/watsonx-ai'],
  client: (sdk, serviceUrl) => new sdk.WatsonXAI(watsonxOptions(serviceUrl)),
  patched: ({ WatsonXAI }) => [
    [WatsonXAI.prototype, 'textChat'],
    [WatsonXAI.prototype, 'generateTextStream'],
  ],
  rows: [
    ...plainRows<Client>({
      span: chat.name,
      usage: [11, 7],
      streamUsage: [11, 7],
      finish: ['stop'],
      attributes: { ...answered, 'gen_ai.response.id': 'chat-1' },
      plain: (client, { signal } = {}) => client.textChat({ modelId, messages, ...(signal && { signal }) }),
      stream: (client, { signal } = {}) =>
        client.textChatStream({ modelId, messages, returnObject: true, ...(signal && { signal }) }),
      errors: { bad: /./, key: /./, server: /./, reset: /./, abort: /./ },
    }),
    ...rows,
  ],
}
export default spec
