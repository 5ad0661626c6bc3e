/** `tracestitch/ai-sdk`: the client's models in the AI SDK. */
export { aiSdk } from './ai-sdk/provider.js'
export { ModelCallError } from './ai-sdk/errors.js'
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
} from './ai-sdk/asked.js'
