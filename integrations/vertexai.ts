/** `@google-cloud/vertexai`: its generative models, which `@google/genai` replaced. */
import { asString, path, type Integration, type ModuleTarget } from '../src/autolog/contract.js'
import { GENERATIVE_SHAPES, patchGenerativeModels } from './shared/generative-model.js'

/** The host that the program has set, or that of the location. */
function baseURL(self: unknown): string | undefined {
  const host =
    asString(path(self, 'apiEndpoint')) ?? `${asString(path(self, 'location')) ?? ''}-aiplatform.googleapis.com`
  return /^https?:/.test(host) ? host : `https://${host}`
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const { GenerativeModel, GenerativeModelPreview, ChatSession, ChatSessionPreview } = module
  patchGenerativeModels(
    patcher,
    {
      provider: 'gcp.vertex_ai',
      model: (_args, self) => asString(path(self, 'resourcePath'))?.replace(/^.*models\//, ''),
      baseURL,
    },
    { models: [GenerativeModel, GenerativeModelPreview], chats: [ChatSession, ChatSessionPreview] },
  )
}

export const vertexai: Integration = {
  id: 'vertexai',
  targets: [{ package: '@google-cloud/vertexai', tested: '1', shapes: GENERATIVE_SHAPES, instrument }],
}
