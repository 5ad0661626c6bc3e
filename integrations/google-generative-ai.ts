/** `@google/generative-ai`, which `@google/genai` replaced. */
import { asString, path, type Integration, type ModuleTarget } from '../src/autolog/contract.js'
import { patchGenerativeModels } from './shared/generative-model.js'

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const { GenerativeModel, ChatSession } = module
  patchGenerativeModels(
    patcher,
    {
      provider: 'gcp.gemini',
      model: (_args, self) => asString(path(self, 'model'))?.replace(/^.*?models\//, ''),
      baseURL: (self) =>
        asString(path(self, '_requestOptions', 'baseUrl')) ?? 'https://generativelanguage.googleapis.com',
    },
    { models: [GenerativeModel], chats: [ChatSession] },
  )
}

export const googleGenerativeAi: Integration = {
  id: 'google-generative-ai',
  targets: [{ package: '@google/generative-ai', tested: '0', instrument }],
}
