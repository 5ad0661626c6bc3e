/** `@letta-ai/letta-client`: agents that run at Letta, with what they are told and what they remember. */
import {
  asArray,
  asString,
  path,
  semconv,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type RawRequest,
  type RetrievedDocument,
} from '../src/autolog/contract.js'
import { agentMessages } from './letta/format.js'
import { patchMemory, type Memory, type MemoryMethod } from './shared/memory.js'
import { at, type Declaration } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

const PROVIDER = 'letta'

/** Whom a message goes to: an agent, or a conversation that has one. */
type Addressee = Pick<CallDeclaration, 'attributes'>
const agent = (id: unknown): Addressee => ({ attributes: { [semconv.AGENT_ID]: asString(id) } })
const conversation = (id: unknown): Addressee => ({ attributes: { [semconv.CONVERSATION_ID]: asString(id) } })

/** The answer of a run in the background is the run. */
const message: Omit<Declaration, 'request'> = {
  protocol: agentMessages,
  model: () => undefined,
  responseAttributes: (answer) => {
    const [id, status] = [asString(path(answer, 'id')), asString(path(answer, 'status'))]
    return {
      ...(id !== undefined && { [semconv.RESPONSE_ID]: id }),
      ...(status !== undefined && { [semconv.RESPONSE_STATUS]: status }),
    }
  },
}
/** Its answer is a summary, without usage. */
const compaction: Omit<Declaration, 'request'> = { protocol: 'json', operation: 'invoke_agent', model: () => undefined }

const ofMethod =
  (to: (id: unknown) => Addressee, declaration: Omit<Declaration, 'request'>, always?: 'streams') =>
  (id: unknown): Declaration => ({
    ...declaration,
    ...to(id),
    ...(always && { streaming: true }),
    request: ([, body]) => body ?? {},
  })

const ROUTE = /^\/v1\/(agents|conversations)\/([^/]+)\/(messages(?:\/async|\/stream)?|summarize|compact)$/

/** The same by path. */
function raw({ method, pathname, body }: RawRequest): Declaration | undefined {
  const [, kind, id = '', what = ''] = (method === 'post' && ROUTE.exec(pathname)) || []
  if (kind === undefined) return undefined
  const to = kind === 'agents' ? agent(decodeURIComponent(id)) : conversation(decodeURIComponent(id))
  const declaration = what.startsWith('messages') ? message : compaction
  return { ...declaration, ...to, request: () => body ?? {} }
}

const { instrument: instrumentMessages, shapes } = stainless({
  client: 'Letta',
  provider: PROVIDER,
  operations: [
    at('/messages', 'create', 'Agents.Messages', ofMethod(agent, message)),
    at('/messages/stream', 'stream', 'Agents.Messages', ofMethod(agent, message, 'streams')),
    at('/messages/async', 'createAsync', 'Agents.Messages', ofMethod(agent, message)),
    at('/summarize', 'compact', 'Agents.Messages', ofMethod(agent, compaction)),
    at('/messages', 'create', 'Conversations.Messages', ofMethod(conversation, message, 'streams')),
    at('/compact', 'compact', 'Conversations.Messages', ofMethod(conversation, compaction)),
  ],
  raw,
})

const letta: Memory = {
  provider: PROVIDER,
  baseURL: (self) => asString(path(self, '_client', 'baseURL')),
}

const passage = (record: unknown): RetrievedDocument => ({
  id: path(record, 'id'),
  content: path(record, 'content') ?? path(record, 'text'),
  metadata: path(record, 'metadata'),
})
const passages = (answer: unknown): RetrievedDocument[] => asArray(answer).map(passage)

/** The archive of an agent. */
const archive: Readonly<Record<string, MemoryMethod>> = {
  create: {
    operation: 'create_memory',
    request: ([store, body]) => ({ store, written: [{ content: path(body, 'text') }] }),
    found: passages,
  },
  list: {
    operation: 'get_memory',
    request: ([store, query]) => ({ store, query: path(query, 'search'), topK: path(query, 'limit') }),
    found: passages,
  },
  search: {
    operation: 'search_memory',
    request: ([store, query]) => ({ store, query: path(query, 'query'), topK: path(query, 'top_k') }),
    found: (answer) => passages(path(answer, 'results')),
  },
  delete: {
    operation: 'delete_memory',
    request: ([record, params]) => ({ record, store: path(params, 'agent_id') }),
  },
}

/** Over all archives. */
const search: MemoryMethod = {
  operation: 'search_memory',
  request: ([body]) => ({
    store: path(body, 'agent_id') ?? path(body, 'archive_id'),
    query: path(body, 'query'),
    topK: path(body, 'limit'),
  }),
  found: (answer) =>
    asArray(answer).map((found) => ({ ...passage(path(found, 'passage')), score: path(found, 'score') })),
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  instrumentMessages(module, patcher)
  patchMemory(patcher, path(module, 'Letta', 'Agents', 'Passages', 'prototype'), letta, archive)
  patchMemory(patcher, path(module, 'Letta', 'Passages', 'prototype'), letta, { search })
}

export const lettaClient: Integration = {
  id: 'letta',
  targets: [{ package: '@letta-ai/letta-client', tested: '1', shapes, instrument }],
}
