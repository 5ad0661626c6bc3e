/** `ollama`: chat, generate, embeddings, and questions with probabilities. */
import { asString, path, type CallDeclaration, type Integration, type ModuleTarget } from '../src/autolog/contract.js'
import { holderOf } from './shared/holder.js'

const shared = {
  provider: 'ollama',
  baseURL: (self) => asString(path(self, 'config', 'host')),
  // `abort()` of the client aborts all of its streams.
  streamSignal: (stream) => {
    const signal = path(stream, 'abortController', 'signal')
    return signal instanceof AbortSignal ? signal : undefined
  },
} satisfies Partial<CallDeclaration>

const methods: Readonly<Record<string, CallDeclaration>> = {
  chat: { ...shared, protocol: 'ollama-chat' },
  generate: { ...shared, protocol: 'ollama-generate' },
  embed: { ...shared, protocol: 'ollama-embeddings' },
  // The first form, for one text, without usage.
  embeddings: { ...shared, protocol: 'ollama-embeddings' },
  systemone: { ...shared, protocol: 'systemone' },
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'Ollama', 'prototype')
  // The class for Node extends the one for browsers, which has the methods.
  const holder = holderOf(patcher, proto, 'chat')
  for (const [method, declaration] of Object.entries(methods)) patcher.call(holder, method, declaration)
}

const shapes = { Ollama: ['prototype.chat', 'prototype.generate', 'prototype.embed'] }

export const ollama: Integration = {
  id: 'ollama',
  targets: [
    { package: 'ollama', tested: '0', shapes, instrument },
    { package: 'ollama', entry: './browser', tested: '0', instrument },
  ],
}
