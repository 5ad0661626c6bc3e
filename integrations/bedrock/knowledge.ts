/** Searches of knowledge bases, and memories of agents: what is no call of a model. */
import {
  asArray,
  asString,
  isObject,
  path,
  semconv,
  type RetrievedDocument,
  type StepDeclaration,
} from '../../src/autolog/contract.js'
import { memoryStep, type Memory, type MemoryMethod, type MemoryRequest } from '../shared/memory.js'
import { guardrailOf, type Input } from './command.js'

export type StepOf = (input: Input, self: unknown) => StepDeclaration

const PROVIDER = 'aws.bedrock'

function contentOf(content: unknown): unknown {
  const text = path(content, 'text')
  return asString(text) ?? path(content, 'row') ?? undefined
}

function foundIn(result: unknown): RetrievedDocument[] {
  return asArray(path(result, 'retrievalResults'))
    .filter(isObject)
    .map(({ documentId, score, content, metadata, location }) => ({
      id: documentId,
      score,
      content: contentOf(content),
      metadata: { ...(isObject(metadata) && metadata), ...(location !== undefined && { location }) },
    }))
}

const retrieve: StepOf = (input) => {
  const search = path(input, 'retrievalConfiguration', 'vectorSearchConfiguration')
  const top = path(search, 'numberOfResults')
  return {
    kind: 'retriever',
    name: asString(input['knowledgeBaseId']) ?? '_OTHER',
    requests: true,
    attributes: () => ({
      [semconv.PROVIDER_NAME]: PROVIDER,
      ...(typeof top === 'number' && { [semconv.RETRIEVAL_TOP_K]: top }),
      ...guardrailOf(input),
    }),
    query: () => path(input, 'retrievalQuery', 'text'),
    parameters: () => ({ [semconv.DB_FILTER]: path(search, 'filter') }),
    documents: foundIn,
  }
}

const memory: Memory = { provider: PROVIDER, baseURL: () => undefined }

const memories =
  (method: MemoryMethod): StepOf =>
  (input, self) =>
    memoryStep(memory, method, [input], self)

const ofAgent = ([input]: readonly unknown[]): MemoryRequest => ({ store: path(input, 'memoryId') })

const summaries = (result: unknown): RetrievedDocument[] =>
  asArray(path(result, 'memoryContents'))
    .map((one: unknown) => path(one, 'sessionSummary'))
    .map((summary) => ({ id: path(summary, 'sessionId'), content: path(summary, 'summaryText') }))

const ofSession = ([input]: readonly unknown[]): MemoryRequest => ({
  store: path(input, 'sessionIdentifier'),
  record: path(input, 'invocationStepId'),
})

const blocksIn = (step: unknown): RetrievedDocument[] =>
  asArray(path(step, 'payload', 'contentBlocks')).map((block: unknown) => ({ content: path(block, 'text') ?? block }))

/** Sessions keep what was said, as a memory does (https://docs.aws.amazon.com/bedrock/latest/userguide/sessions.html). */
export const steps: Readonly<Record<string, StepOf>> = {
  Retrieve: retrieve,
  GetAgentMemory: memories({ operation: 'get_memory', request: ofAgent, found: summaries }),
  DeleteAgentMemory: memories({ operation: 'delete_memory', request: ofAgent }),
  CreateSession: memories({ operation: 'create_memory_store', request: () => ({}) }),
  DeleteSession: memories({ operation: 'delete_memory_store', request: ofSession }),
  PutInvocationStep: memories({
    operation: 'create_memory',
    request: ([input]) => ({ ...ofSession([input]), written: blocksIn(input) }),
  }),
  GetInvocationStep: memories({
    operation: 'get_memory',
    request: ofSession,
    found: (result) => blocksIn(path(result, 'invocationStep')),
  }),
}
