/** The `openai` SDK: every way to a text or embedding goes through one of the `create` methods. */
import {
  asString,
  isObject,
  path,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'

/** An Azure client may name the model once, as its deployment, and then needs none in the request. */
function withDeployment([body]: readonly unknown[], self: unknown): unknown {
  const deployment = asString(path(self, '_client', 'deploymentName'))
  return isObject(body) && body['model'] === undefined && deployment !== undefined
    ? { ...body, model: deployment }
    : body
}

const shared = {
  provider: (self: unknown) => (path(self, '_client', 'apiVersion') === undefined ? 'openai' : 'azure.ai.openai'),
  baseURL: (self: unknown) => asString(path(self, '_client', 'baseURL')),
  request: withDeployment,
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

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const OpenAI = module['OpenAI'] ?? module['default']
  // `parse`, `stream` and `runTools` call `create` on the same client.
  patcher.call(path(OpenAI, 'Chat', 'Completions', 'prototype'), 'create', chat)
  patcher.call(path(OpenAI, 'Responses', 'prototype'), 'create', responses)
  patcher.call(path(OpenAI, 'Beta', 'Responses', 'prototype'), 'create', responses)
  patcher.call(path(OpenAI, 'Embeddings', 'prototype'), 'create', { ...shared, protocol: 'openai-embeddings' })
  patcher.call(path(OpenAI, 'Completions', 'prototype'), 'create', { ...shared, protocol: 'openai-completions' })
}

export const openai: Integration = {
  id: 'openai',
  targets: [
    { package: 'openai', tested: '4 - 7', instrument },
    // What `openai/azure` and `openai/bedrock` load, without the main entry.
    { package: 'openai', entry: './client', tested: '5 - 7', instrument },
  ],
}
