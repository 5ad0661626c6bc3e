import type { IntegrationCase, Row } from '../contracts/integration.js'
import { plainRows, type CallOptions } from '../contracts/plain-rows.js'
import { stepRows } from '../contracts/store-step-rows.js'

type Result = Readonly<Record<string, unknown>>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
type Client = Readonly<Record<string, (input: object, options?: object) => Promise<Result>>> & {
  send(command: object): Promise<Result>
  readonly sdk: Sdk
}

interface Sdk {
  readonly BedrockAgentRuntime: new (options: object) => Client
  readonly BedrockAgentRuntimeClient: { readonly prototype: object }
  readonly InvokeAgentCommand: new (input: object) => object
}

const model = 'anthropic.claude-sonnet-4-6'
const modelArn = `arn:aws:bedrock:us-east-1::foundation-model/${model}`
const agent = { agentId: 'A1', agentAliasId: 'L1', sessionId: 's1', inputText: 'Say hello.', enableTrace: true }
const invoked = {
  name: 'invoke_agent',
  usage: [11, 7] as const,
  finish: null,
  attributes: {
    'gen_ai.agent.id': 'A1',
    'gen_ai.conversation.id': 's1',
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.response.model': model,
    'gen_ai.input.messages': { contains: 'Say hello.' },
    'gen_ai.output.messages': { contains: 'Hello there, friend.' },
    'server.address': '127.0.0.1',
  },
}

const call = (client: Client, method: string, input: object, options: CallOptions = {}): Promise<Result> =>
  (client[method] as (input: object, options: object) => Promise<Result>).call(client, input, {
    ...(options.signal && { abortSignal: options.signal }),
  })

const events = (result: Result, member: string): AsyncIterable<unknown> => result[member] as AsyncIterable<unknown>

const knowledge = {
  type: 'KNOWLEDGE_BASE',
  knowledgeBaseConfiguration: { knowledgeBaseId: 'KB1', modelArn },
}
const asked = { input: { text: 'Is tea hot?' }, retrieveAndGenerateConfiguration: knowledge, sessionId: 's1' }
const streamed = async (client: Client, options?: CallOptions): Promise<AsyncIterable<unknown>> =>
  events(await call(client, 'retrieveAndGenerateStream', asked, options), 'stream')

const generated = {
  name: `chat ${model}`,
  usage: null,
  finish: ['stop'],
  attributes: {
    'gen_ai.data_source.id': 'KB1',
    'gen_ai.conversation.id': 's1',
    'gen_ai.output.messages': { contains: 'Hello there, friend.' },
  },
}
const filter = { equals: { key: 'page', value: 2 } }
const search = {
  knowledgeBaseId: 'KB1',
  retrievalQuery: { text: 'Is tea hot?' },
  retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 2, filter } },
}
const step = { sessionIdentifier: 's1', invocationIdentifier: 'i1', invocationStepId: 'st1' }
const session = { 'gen_ai.provider.name': 'aws.bedrock', 'gen_ai.memory.store.id': 's1' }

const told = (method: string, input: object, operation: string, attributes: object): Row<Client> => ({
  name: method,
  run: (client) => call(client, method, input),
  spans: [{ name: operation, attributes: { 'gen_ai.operation.name': operation, ...attributes } }],
})

const rows: Row<Client>[] = [
  {
    name: 'send',
    run: async (client, kit) => {
      const sent = client.send(new client.sdk.InvokeAgentCommand(agent))
      return [kit.shapeOf(sent), await kit.collect(events(await sent, 'completion'))]
    },
    spans: [invoked],
  },
  {
    name: 'an agent without its trace',
    run: async (client, kit) =>
      kit.collect(events(await call(client, 'invokeAgent', { ...agent, enableTrace: false }), 'completion')),
    spans: [{ ...invoked, usage: null, attributes: { 'gen_ai.agent.id': 'A1' } }],
  },
  {
    name: 'an agent that asks for a function',
    run: async (client, kit) =>
      kit.collect(events(await call(client, 'invokeAgent', { ...agent, inputText: 'add 2' }), 'completion')),
    spans: [
      { ...invoked, finish: ['tool_calls'], attributes: { 'gen_ai.output.messages': { contains: '"name":"add"' } } },
    ],
  },
  {
    name: 'an inline agent',
    run: async (client, kit) => {
      const input = { foundationModel: model, instruction: 'Be kind to everyone who asks.', agentName: 'helper' }
      const { sessionId, inputText, enableTrace } = agent
      const result = await call(client, 'invokeInlineAgent', { ...input, sessionId, inputText, enableTrace })
      return kit.collect(events(result, 'completion'))
    },
    spans: [
      {
        ...invoked,
        name: 'invoke_agent helper',
        attributes: { 'gen_ai.agent.name': 'helper', 'gen_ai.request.model': model },
      },
    ],
  },
  {
    name: 'a flow',
    run: async (client, kit) => {
      const inputs = [{ nodeName: 'in', nodeOutputName: 'document', content: { document: 'Say hello.' } }]
      const result = await call(client, 'invokeFlow', { flowIdentifier: 'F1', flowAliasIdentifier: 'L1', inputs })
      return kit.collect(events(result, 'responseStream'))
    },
    spans: [
      {
        ...invoked,
        usage: null,
        finish: ['stop'],
        attributes: { 'gen_ai.agent.id': 'F1', 'gen_ai.output.messages': { contains: 'Hello there, friend.' } },
      },
    ],
  },
  {
    name: 'an agent that is left',
    run: async (client, kit) => kit.collect(events(await call(client, 'invokeAgent', agent), 'completion'), 1),
    spans: [{ name: 'invoke_agent', finish: null }],
  },
  {
    name: 'an agent whose connection breaks',
    behaviour: 'cut',
    run: async (client, kit) =>
      kit.outcome(kit.collect(events(await call(client, 'invokeAgent', agent), 'completion'))),
    spans: [{ name: 'invoke_agent', error: /./ }],
  },
  {
    name: 'rerank',
    run: (client) => {
      const source = (text: string) => ({
        type: 'INLINE',
        inlineDocumentSource: { type: 'TEXT', textDocument: { text } },
      })
      return call(client, 'rerank', {
        queries: [{ type: 'TEXT', textQuery: { text: 'hot' } }],
        sources: [source('Ice'), source('Tea')],
        rerankingConfiguration: {
          type: 'BEDROCK_RERANKING_MODEL',
          bedrockRerankingConfiguration: {
            modelConfiguration: { modelArn: 'arn:aws:x::foundation-model/cohere.rerank-v3-5:0' },
          },
        },
      })
    },
    spans: [{ name: 'rerank cohere.rerank-v3-5:0', usage: null }],
  },
  {
    name: 'a query of a database',
    run: (client) =>
      call(client, 'generateQuery', {
        queryGenerationInput: { type: 'TEXT', text: 'How many?' },
        transformationConfiguration: {
          mode: 'TEXT_TO_SQL',
          textToSqlConfiguration: {
            type: 'KNOWLEDGE_BASE',
            knowledgeBaseConfiguration: { knowledgeBaseArn: 'arn:kb' },
          },
        },
      }),
    spans: [{ name: 'generate_content', attributes: { 'gen_ai.output.messages': { contains: 'SELECT 1' } } }],
  },
  told(
    'getAgentMemory',
    { agentId: 'A1', agentAliasId: 'L1', memoryId: 'u1', memoryType: 'SESSION_SUMMARY' },
    'get_memory',
    {
      'gen_ai.memory.store.id': 'u1',
      'gen_ai.memory.records': '[{"id":"s1","content":"likes tea"}]',
    },
  ),
  told('deleteAgentMemory', { agentId: 'A1', agentAliasId: 'L1', memoryId: 'u1' }, 'delete_memory', {
    'gen_ai.memory.store.id': 'u1',
  }),
  told('createSession', {}, 'create_memory_store', { 'gen_ai.provider.name': 'aws.bedrock' }),
  told('deleteSession', { sessionIdentifier: 's1' }, 'delete_memory_store', session),
  told('getInvocationStep', step, 'get_memory', {
    ...session,
    'gen_ai.memory.record.id': 'st1',
    'gen_ai.memory.records': '[{"content":"likes tea"}]',
  }),
  { name: 'what is neither', run: (client) => call(client, 'getSession', { sessionIdentifier: 's1' }), spans: [] },
]

function clientOf(sdk: Sdk, base: string): Client {
  const client = new sdk.BedrockAgentRuntime({
    endpoint: `${base}/bedrock-agents`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
  return Object.defineProperty(client, 'sdk', { value: sdk })
}

const errors = {
  bad: 'ValidationException',
  key: 'UnrecognizedClientException',
  server: 'InternalServerException',
  reset: /./,
  abort: 'AbortError',
}

const spec: IntegrationCase<Sdk, Client> = {
  id: 'bedrock-agents',
  package: '@aws-sdk/client-bedrock-agent-runtime',
  home: 'test/sdks',
  installed: ['@aws-sdk/client-bedrock-agent-runtime'],
  formatOf: () => 'cjs',
  changingHeaders: ['authorization', 'amz-sdk-invocation-id', 'x-amz-date'],
  client: clientOf,
  patched: ({ BedrockAgentRuntimeClient: { prototype } }) => [[prototype, 'send']],
  rows: [
    ...plainRows<Client>({
      span: generated.name,
      usage: null,
      streamUsage: null,
      finish: null,
      endless: 'no event says that it is the last',
      attributes: generated.attributes,
      plain: (client, options) => call(client, 'retrieveAndGenerate', asked, options),
      stream: streamed,
      errors,
    }),
    ...stepRows<Client>({
      search: (client) => call(client, 'retrieve', search),
      write: (client) =>
        call(client, 'putInvocationStep', {
          ...step,
          invocationStepTime: new Date(0),
          payload: { contentBlocks: [{ text: 'likes tea' }] },
        }),
      searched: {
        name: 'retrieval KB1',
        attributes: {
          'gen_ai.operation.name': 'retrieval',
          'gen_ai.provider.name': 'aws.bedrock',
          'gen_ai.data_source.id': 'KB1',
          'gen_ai.retrieval.top_k': 2,
          'gen_ai.retrieval.query.text': 'Is tea hot?',
          'gen_ai.retrieval.documents': { contains: '"id":"d1","score":0.75,"content":"Tea is hot."' },
          'db.query.parameter.filter': JSON.stringify(filter),
        },
      },
      written: {
        name: 'create_memory',
        attributes: {
          ...session,
          'gen_ai.memory.record.id': 'st1',
          'gen_ai.memory.records': '[{"content":"likes tea"}]',
        },
      },
      errors,
    }).map((row) => ({ ...row, name: `knowledge: ${row.name}` })),
    ...rows,
  ],
}
export default spec
