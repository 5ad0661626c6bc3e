/** `cohere-ai`: both versions of its API, whose methods are the same on every client. */
import {
  asString,
  isObject,
  path,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type Patcher,
} from '../src/autolog/contract.js'
import { chatAnswer, chatEvent, chatRequest, generateAnswer } from './cohere/first-version.js'

/** Clients take an address, or a function that gives one. */
function baseURL(self: unknown): string | undefined {
  const options = path(self, '_options')
  const given = path(options, 'baseUrl') ?? path(options, 'environment')
  return given === undefined ? 'https://api.cohere.com' : asString(given)
}

/** What the methods below resolve to: the answer and its response. */
const dataOf = (result: unknown): unknown => path(result, 'data')

const shared = {
  provider: 'cohere',
  spelling: 'camel',
  baseURL,
  answer: dataOf,
  headers: (result) => path(result, 'rawResponse', 'headers'),
} satisfies Partial<CallDeclaration>

const chat: CallDeclaration = { ...shared, protocol: 'cohere-chat' }
const embed: CallDeclaration = { ...shared, protocol: 'cohere-embeddings' }
const rerank: CallDeclaration = { ...shared, protocol: 'cohere-rerank' }

const streamed = (declaration: CallDeclaration): CallDeclaration => ({
  ...declaration,
  streaming: true,
  stream: dataOf,
})

/** The first version's chat, in the terms of the second. */
const oldChat: CallDeclaration = {
  ...chat,
  request: chatRequest,
  answer: (result) => chatAnswer(dataOf(result)),
  event: chatEvent,
}

const generate: CallDeclaration = {
  ...shared,
  protocol: 'json',
  operation: 'text_completion',
  answer: (result) => generateAnswer(dataOf(result)),
  event: (piece) => ({ data: generateAnswer(path(piece, 'response')) }),
}

/**
 * A client binds its methods when it is made, so what is patched is what they call by name. Where that is not there, the
 * methods themselves: they are asynchronous functions then, whose answers come without their responses.
 */
function patch(patcher: Patcher, holder: unknown, methods: Readonly<Record<string, CallDeclaration>>): void {
  for (const [method, declaration] of Object.entries(methods)) {
    if (isObject(holder) && `__${method}` in holder) patcher.call(holder, `__${method}`, declaration)
  }
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'CohereClient', 'prototype')
  if (!isObject(proto)) return
  // The exported class is one over that of which other clients are made.
  const base: unknown = Object.getPrototypeOf(proto)
  patch(patcher, isObject(base) && '__chat' in base ? base : proto, {
    chat: oldChat,
    chatStream: streamed(oldChat),
    embed,
    rerank,
    generate,
    generateStream: streamed(generate),
  })
  const second = patcher.exemplar(() => path(Object.create(proto), 'v2'))
  patch(patcher, second && Object.getPrototypeOf(second), { chat, chatStream: streamed(chat), embed, rerank })
}

export const cohere: Integration = {
  id: 'cohere',
  targets: [
    {
      package: 'cohere-ai',
      tested: '7 - 8',
      shapes: { CohereClient: ['prototype.v2', 'prototype.chatStream'] },
      instrument,
    },
  ],
}
