/** The `openai` SDK: every way to a text or embedding goes through one of the `create` methods. */
import { asString, path, type CallDeclaration, type Integration } from '../src/autolog/contract.js'

const shared = {
  provider: 'openai',
  baseURL: (self: unknown) => asString(path(self, '_client', 'baseURL')),
} satisfies Partial<CallDeclaration>

const chat: CallDeclaration = {
  ...shared,
  protocol: 'openai-chat',
  attributes: { 'openai.api.type': 'chat_completions' },
}

const responses: CallDeclaration = {
  ...shared,
  protocol: 'openai-responses',
  attributes: { 'openai.api.type': 'responses' },
}

export const openai: Integration = {
  id: 'openai',
  targets: [
    {
      package: 'openai',
      tested: '4 - 7',
      instrument(module, patcher) {
        const OpenAI = module['OpenAI'] ?? module['default']
        // `parse`, `stream` and `runTools` call `create` on the same client.
        patcher.call(path(OpenAI, 'Chat', 'Completions', 'prototype'), 'create', chat)
        patcher.call(path(OpenAI, 'Responses', 'prototype'), 'create', responses)
        patcher.call(path(OpenAI, 'Embeddings', 'prototype'), 'create', { ...shared, protocol: 'openai-embeddings' })
        patcher.call(path(OpenAI, 'Completions', 'prototype'), 'create', { ...shared, protocol: 'openai-completions' })
      },
    },
  ],
}
