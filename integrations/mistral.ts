/** `@mistralai/mistralai`: chat, completions, agents, embeddings and other operations, in camelCase. */
import {
  asString,
  guard,
  isObject,
  outputType,
  path,
  semconv,
  type CallDeclaration,
  type Declared,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { telemetry } from './mistral/telemetry.js'

const shared = {
  provider: 'mistral_ai',
  spelling: 'camel',
  baseURL: (self: unknown) => asString(path(self, '_baseURL', 'href')),
  event: (piece: unknown) => ({ data: path(piece, 'data') }),
} satisfies Partial<CallDeclaration>

const chat: CallDeclaration = { ...shared, protocol: 'openai-chat' }

/** Its answers are those of chat. */
const fim: CallDeclaration = {
  ...chat,
  operation: 'text_completion',
  request: ([body]) => isObject(body) && { ...body, messages: [{ role: 'user', content: body['prompt'] }] },
}

const embeddings: CallDeclaration = {
  ...shared,
  protocol: 'openai-embeddings',
  request: ([body]) => isObject(body) && { ...body, input: body['inputs'], dimensions: body['outputDimension'] },
}

/** For methods with an agent instead of a model. */
function ofAgent(declaration: CallDeclaration): Declared {
  return ([body]) => {
    const agent = asString(path(body, 'agentId'))
    if (agent === undefined) return declaration
    return { ...declaration, operation: 'invoke_agent', attributes: { [semconv.AGENT_ID]: agent } }
  }
}

/** Its answers have entries of many kinds. Only the usage is read. */
const conversation: CallDeclaration = {
  ...shared,
  protocol: 'json',
  operation: 'chat',
  responseAttributes: (result) => {
    const id = asString(path(result, 'conversationId'))
    return id === undefined ? {} : { [semconv.CONVERSATION_ID]: id }
  },
}

const streaming = (declaration: CallDeclaration): CallDeclaration => ({ ...declaration, streaming: true })

const made = (type: 'speech' | 'text'): CallDeclaration => ({
  ...shared,
  protocol: 'json',
  operation: 'generate_content',
  attributes: outputType(type),
})

/** Billed by pages; it has no tokens. */
const ocr: CallDeclaration = {
  ...made('text'),
  responseAttributes: (result) => {
    const pages = path(result, 'usageInfo', 'pagesProcessed')
    return typeof pages === 'number' ? { 'mistral_ai.ocr.pages': pages } : {}
  },
}

const moderation: CallDeclaration = { ...shared, protocol: 'openai-moderations' }

const METHODS: readonly (readonly [holder: readonly string[], methods: Readonly<Record<string, Declared>>])[] = [
  [['chat'], { complete: chat, parse: chat, stream: streaming(chat), parseStream: streaming(chat) }],
  [['fim'], { complete: fim, stream: streaming(fim) }],
  [['agents'], { complete: ofAgent(chat), stream: ofAgent(streaming(chat)) }],
  [['embeddings'], { create: embeddings }],
  [['classifiers'], { moderate: moderation, moderateChat: moderation }],
  [['ocr'], { process: ocr }],
  [['audio', 'transcriptions'], { complete: made('text'), stream: streaming(made('text')) }],
  [['audio', 'speech'], { complete: { ...made('speech'), answer: () => undefined } }],
  [
    ['beta', 'conversations'],
    {
      start: ofAgent(conversation),
      append: conversation,
      restart: conversation,
      startStream: ofAgent(streaming(conversation)),
      appendStream: streaming(conversation),
      restartStream: streaming(conversation),
    },
  ],
]

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'Mistral', 'prototype')
  if (!isObject(proto)) return
  // The classes of the resources are not exported. The client's getters make them, and do nothing else.
  const client: unknown = Object.create(proto)
  for (const [holder, methods] of METHODS) {
    const resource = guard('mistral', () => path(client, ...holder))
    if (!isObject(resource)) continue
    for (const [method, declared] of Object.entries(methods))
      patcher.call(Object.getPrototypeOf(resource), method, declared)
  }
}

export const mistral: Integration = {
  id: 'mistral',
  targets: [
    {
      package: '@mistralai/mistralai',
      tested: '1 - 2',
      shapes: { Mistral: ['prototype.chat', 'prototype.fim'] },
      instrument,
    },
    ...telemetry,
  ],
}
