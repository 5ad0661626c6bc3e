/**
 * Bedrock's client of agents of the AWS SDK for JavaScript 3: agents, flows, knowledge bases, rerank and memories
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Agents_for_Amazon_Bedrock_Runtime.html). What an agent's
 * models used is in the trace of its answer, if the program asks for one (`enableTrace`).
 */
import {
  asArray,
  asString,
  path,
  semconv,
  type CallDeclaration,
  type Format,
  type ModuleTarget,
} from '../../src/autolog/contract.js'
import { agent, agenticRetrieval, flow, generated, generatedQuery, optimizedPrompt } from './agent-formats.js'
import { commandsOf, guardrailOf, shared, type Input, type Operation } from './command.js'
import { steps } from './knowledge.js'

interface Asked {
  readonly operation: NonNullable<CallDeclaration['operation']>
  readonly protocol: Format
  /** The model, or its ARN. */
  readonly model?: (input: Input) => unknown
  readonly attributes?: (input: Input) => Readonly<Record<string, unknown>>
  /** The member of the result with the stream. */
  readonly stream?: string
}

/** `arn:aws:bedrock:<region>::foundation-model/<model>`: what is priced is the model. */
const modelName = (model: unknown): string | undefined => asString(model)?.replace(/^arn:.*\//, '')

const texts = (attributes: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

const asking =
  ({ operation, protocol, model, attributes, stream }: Asked): Operation =>
  (input) => ({
    ...shared(input),
    operation,
    protocol,
    model: () => modelName(model?.(input)),
    attributes: { ...guardrailOf(input), ...texts(attributes?.(input) ?? {}) },
    ...(stream !== undefined && { streaming: true, stream: (result: unknown) => path(result, stream) }),
  })

const ragModel = (input: Input): unknown =>
  path(input, 'retrieveAndGenerateConfiguration', 'knowledgeBaseConfiguration', 'modelArn') ??
  path(input, 'retrieveAndGenerateConfiguration', 'externalSourcesConfiguration', 'modelArn')

const rag = {
  operation: 'chat',
  protocol: generated,
  model: ragModel,
  attributes: (input) => ({
    [semconv.DATA_SOURCE_ID]: path(
      input,
      'retrieveAndGenerateConfiguration',
      'knowledgeBaseConfiguration',
      'knowledgeBaseId',
    ),
    [semconv.CONVERSATION_ID]: input['sessionId'],
  }),
} satisfies Asked

const rerank: Operation = (input) => ({
  ...shared(input),
  protocol: 'cohere-rerank',
  model: () =>
    modelName(path(input, 'rerankingConfiguration', 'bedrockRerankingConfiguration', 'modelConfiguration', 'modelArn')),
  answer: (result) => ({
    results: asArray(path(result, 'results')).map((one: unknown) => ({
      index: path(one, 'index'),
      relevance_score: path(one, 'relevanceScore'),
    })),
  }),
})

const calls: Readonly<Record<string, Operation>> = {
  InvokeAgent: asking({
    operation: 'invoke_agent',
    protocol: agent,
    attributes: (input) => ({ [semconv.AGENT_ID]: input['agentId'], [semconv.CONVERSATION_ID]: input['sessionId'] }),
    stream: 'completion',
  }),
  InvokeInlineAgent: asking({
    operation: 'invoke_agent',
    protocol: agent,
    model: (input) => input['foundationModel'],
    attributes: (input) => ({
      [semconv.AGENT_NAME]: input['agentName'],
      [semconv.CONVERSATION_ID]: input['sessionId'],
    }),
    stream: 'completion',
  }),
  InvokeFlow: asking({
    operation: 'invoke_agent',
    protocol: flow,
    attributes: (input) => ({ [semconv.AGENT_ID]: input['flowIdentifier'] }),
    stream: 'responseStream',
  }),
  RetrieveAndGenerate: asking(rag),
  RetrieveAndGenerateStream: asking({ ...rag, stream: 'stream' }),
  AgenticRetrieveStream: asking({ operation: 'retrieval', protocol: agenticRetrieval, stream: 'stream' }),
  OptimizePrompt: asking({
    operation: 'generate_content',
    protocol: optimizedPrompt,
    model: (input) => input['targetModelId'],
    stream: 'optimizedPrompt',
  }),
  GenerateQuery: asking({ operation: 'generate_content', protocol: generatedQuery }),
  Rerank: rerank,
}

/** The methods of `BedrockAgentRuntime`, which extends the client, call `send`. */
const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const holder = path(module, 'BedrockAgentRuntimeClient', 'prototype')
  patcher.call(holder, 'send', commandsOf(module, calls), commandsOf(module, steps))
}

export const agents: ModuleTarget = {
  package: '@aws-sdk/client-bedrock-agent-runtime',
  tested: '3',
  shapes: { BedrockAgentRuntimeClient: ['prototype.send', 'prototype.destroy'] },
  instrument,
}
