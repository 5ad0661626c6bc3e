/** `tracestitch/ai-sdk`: the client's models in the AI SDK. */
export { aiSdk } from './ai-sdk/ai-provider.js'
export { ModelCallError } from './ai-sdk/model-call-error.js'
export type * from './ai-sdk/provider-types.js'
export type * from './ai-sdk/given.js'
export type {
  AskedCall,
  AskedEmbedding,
  AskedImages,
  AskedRanking,
  AskedSpeech,
  AskedText,
  AskedTranscript,
} from './ai-sdk/ai-asked.js'
