/** Every wire format this version speaks, one line each. The name is that of its id. */
export { anthropicMessages } from './anthropic-messages/index.js'
export { bedrockCohereEmbeddings } from './bedrock-cohere-embeddings.js'
export { bedrockConverse } from './bedrock-converse/index.js'
export { bedrockNovaEmbeddings } from './bedrock-nova-embeddings.js'
export { bedrockTitanEmbeddings } from './bedrock-titan-embeddings.js'
export { cohereChat } from './cohere-chat/index.js'
export { cohereEmbeddings } from './cohere-embeddings.js'
export { geminiEmbeddings } from './gemini-embeddings.js'
export { geminiGenerate } from './gemini-generate/index.js'
export { ollamaChat } from './ollama-chat/index.js'
export { ollamaEmbeddings } from './ollama-embeddings.js'
export { openaiChat } from './openai-chat/index.js'
export { openaiCompletions } from './openai-completions.js'
export { openaiDecisions } from './decisions/openai.js'
export { openaiEmbeddings } from './openai-embeddings.js'
export {
  openaiImageEdits,
  openaiImageVariations,
  openaiImages,
  openaiModerations,
  openaiSpeech,
  openaiTranscriptions,
  openaiTranslations,
} from './openai-passthrough.js'
export { openaiResponses } from './openai-responses/index.js'
export { replicatePredictions } from './replicate-predictions/index.js'
export { cohereRerank, jinaRerank, voyageRerank } from './rerank/index.js'
export { systemone } from './decisions/systemone.js'
export { vertexEmbeddings } from './vertex-embeddings.js'
export { voyageEmbeddings } from './voyage-embeddings.js'
export { watsonxChat } from './watsonx-chat.js'
