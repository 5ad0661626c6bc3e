/** `cohere-ai`: both versions of its API, whose methods are the same on every client. */
import { isObject, path, type CallDeclaration, type Integration, type ModuleTarget } from '../src/autolog/contract.js'
import { baseURLOf, dataOf, fern, patchFern } from './shared/fern.js'
import { clientOf } from './shared/holder.js'

const shared = {
  provider: 'cohere',
  spelling: 'camel',
  baseURL: (self) => baseURLOf(self, 'https://api.cohere.com'),
  ...fern,
} satisfies Partial<CallDeclaration>

const chat: CallDeclaration = { ...shared, protocol: 'cohere-chat' }
const embed: CallDeclaration = { ...shared, protocol: 'cohere-embeddings' }
const rerank: CallDeclaration = { ...shared, protocol: 'cohere-rerank' }

const streamed = (declaration: CallDeclaration): CallDeclaration => ({
  ...declaration,
  streaming: true,
  stream: dataOf,
})

const oldChat: CallDeclaration = { ...shared, protocol: 'cohere-chat-v1' }
const generate: CallDeclaration = { ...shared, protocol: 'cohere-generate' }

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'CohereClient', 'prototype')
  if (!isObject(proto)) return
  patchFern(patcher, proto, {
    chat: oldChat,
    chatStream: streamed(oldChat),
    embed,
    rerank,
    generate,
    generateStream: streamed(generate),
  })
  const second = patcher.exemplar(() => path(clientOf(patcher, proto), 'v2'))
  patchFern(patcher, second, { chat, chatStream: streamed(chat), embed, rerank })
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
