/** The wire formats this version speaks, one line each. */
import { ConfigError } from '../kernel/errors.js'
import type { ChatProtocol, PassthroughFormat, PassthroughId, Protocol, ProtocolId } from '../kernel/protocol.js'
import { anthropicMessages } from './anthropic-messages/index.js'
import { bedrockCohereEmbeddings } from './bedrock-cohere-embeddings.js'
import { bedrockConverse } from './bedrock-converse/index.js'
import { bedrockTitanEmbeddings } from './bedrock-titan-embeddings.js'
import { cohereChat } from './cohere-chat/index.js'
import { cohereEmbeddings } from './cohere-embeddings.js'
import { geminiEmbeddings } from './gemini-embeddings.js'
import { geminiGenerate } from './gemini-generate/index.js'
import { ollamaChat } from './ollama-chat/index.js'
import { ollamaEmbeddings } from './ollama-embeddings.js'
import { openaiChat } from './openai-chat/index.js'
import { openaiCompletions } from './openai-completions.js'
import { openaiEmbeddings } from './openai-embeddings.js'
import { openaiImages, openaiModerations, openaiSpeech, openaiTranscriptions } from './openai-passthrough.js'
import { openaiResponses } from './openai-responses/index.js'
import { replicatePredictions } from './replicate-predictions/index.js'
import { cohereRerank, jinaRerank, voyageRerank } from './rerank/index.js'
import { vertexEmbeddings } from './vertex-embeddings.js'
import { voyageEmbeddings } from './voyage-embeddings.js'
import { watsonxChat } from './watsonx-chat.js'

export const protocols: Readonly<Record<ProtocolId, Protocol>> = {
  'anthropic-messages': anthropicMessages,
  'bedrock-cohere-embeddings': bedrockCohereEmbeddings,
  'bedrock-converse': bedrockConverse,
  'bedrock-titan-embeddings': bedrockTitanEmbeddings,
  'cohere-chat': cohereChat,
  'cohere-embeddings': cohereEmbeddings,
  'cohere-rerank': cohereRerank,
  'gemini-embeddings': geminiEmbeddings,
  'gemini-generate': geminiGenerate,
  'jina-rerank': jinaRerank,
  'ollama-chat': ollamaChat,
  'ollama-embeddings': ollamaEmbeddings,
  'openai-chat': openaiChat,
  'openai-completions': openaiCompletions,
  'openai-embeddings': openaiEmbeddings,
  'openai-responses': openaiResponses,
  'replicate-predictions': replicatePredictions,
  'vertex-embeddings': vertexEmbeddings,
  'voyage-embeddings': voyageEmbeddings,
  'voyage-rerank': voyageRerank,
  'watsonx-chat': watsonxChat,
}

/** The formats that are passed on as they are, one line each. */
export const passthroughs: Readonly<Record<PassthroughId, PassthroughFormat>> = {
  'openai-images': openaiImages,
  'openai-moderations': openaiModerations,
  'openai-speech': openaiSpeech,
  'openai-transcriptions': openaiTranscriptions,
}

/** @throws ConfigError when there is no such format. */
export function protocol(id: ProtocolId): Protocol {
  const found = Object.hasOwn(protocols, id) ? protocols[id] : undefined
  if (!found) {
    throw new ConfigError(
      'protocol',
      `there is no wire format \`${id}\`; use one of ${Object.keys(protocols).join(', ')}`,
    )
  }
  return found
}

/** @throws ConfigError when there is no such format, or it is not one for chat. */
export function chatProtocol(id: ProtocolId): ChatProtocol {
  const found = protocol(id)
  if (found.kind !== 'chat')
    throw new ConfigError('protocol', `the wire format \`${id}\` is for ${found.kind}, not for chat`)
  return found
}
