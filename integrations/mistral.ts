/** `@mistralai/mistralai`: chat, completions, agents, embeddings and other operations, in camelCase. */
import {
  asString,
  isObject,
  outputType,
  path,
  semconv,
  type CallDeclaration,
  type Declared,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { patchSpeakeasy, speakeasy, type FunctionCalls, type Methods } from './shared/speakeasy.js'
import { telemetry } from './mistral/telemetry.js'

const shared = {
  ...speakeasy,
  provider: 'mistral_ai',
  event: (piece: unknown) => ({ data: path(piece, 'data') }),
} satisfies Partial<CallDeclaration>

const chat: CallDeclaration = { ...shared, protocol: 'openai-chat' }

const fim: CallDeclaration = { ...shared, protocol: 'mistral-fim' }

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

const ocr: CallDeclaration = { ...shared, protocol: 'mistral-ocr' }

const moderation: CallDeclaration = { ...shared, protocol: 'openai-moderations' }

const conversations = 'beta.conversations'
const audio = made('text')

const METHODS: Methods = {
  'chat.complete': chat,
  'chat.parse': chat,
  'chat.stream': streaming(chat),
  'chat.parseStream': streaming(chat),
  'fim.complete': fim,
  'fim.stream': streaming(fim),
  'agents.complete': ofAgent(chat),
  'agents.stream': ofAgent(streaming(chat)),
  'embeddings.create': embeddings,
  'classifiers.moderate': moderation,
  'classifiers.moderateChat': moderation,
  'ocr.process': ocr,
  'audio.transcriptions.complete': audio,
  'audio.transcriptions.stream': streaming(audio),
  'audio.speech.complete': { ...made('speech'), answer: () => undefined },
  [`${conversations}.start`]: ofAgent(conversation),
  [`${conversations}.append`]: conversation,
  [`${conversations}.restart`]: conversation,
  [`${conversations}.startStream`]: ofAgent(streaming(conversation)),
  [`${conversations}.appendStream`]: streaming(conversation),
  [`${conversations}.restartStream`]: streaming(conversation),
}

/** The functions of which the wire says all. */
const FUNCTIONS: FunctionCalls = { '/chat/completions': chat, '/embeddings': embeddings, '/moderations': moderation }

const instrument: ModuleTarget['instrument'] = (module, patcher) =>
  patchSpeakeasy(patcher, module, 'Mistral', METHODS, FUNCTIONS)

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
