/** Wire formats of the fake provider beside those of OpenAI and Anthropic, told by the path. */
import { assemblyai } from './assemblyai.js'
import { bedrockAgents } from './bedrock-agents.js'
import { bedrock } from './bedrock.js'
import { chroma } from './chroma.js'
import { cohere } from './cohere.js'
import { deepgram } from './deepgram.js'
import { elevenlabs } from './elevenlabs.js'
import { fal } from './fal.js'
import { foundry } from './foundry.js'
import { gemini } from './gemini.js'
import { groq } from './groq.js'
import { huggingface } from './huggingface.js'
import { interactions } from './interactions.js'
import { letta } from './letta.js'
import { mem0 } from './mem0.js'
import { mistral } from './mistral.js'
import { ollama } from './ollama.js'
import { openaiMedia } from './openai-media.js'
import { openrouter } from './openrouter.js'
import { qdrant } from './qdrant.js'
import type { FakeFormat } from './shape.js'
import { replicate } from './replicate.js'
import { pinecone } from './pinecone.js'
import { upstash } from './upstash.js'
import { typesafe } from './typesafe.js'
import { voyage } from './voyage.js'
import { watsonx } from './watsonx.js'
import { weaviateRest } from './weaviate.js'
import { zep } from './zep.js'

const FORMATS: readonly FakeFormat[] = [
  // Before others whose paths end alike.
  typesafe,
  openrouter,
  replicate,
  huggingface,
  letta,
  watsonx,
  assemblyai,
  bedrockAgents,
  bedrock,
  chroma,
  deepgram,
  elevenlabs,
  fal,
  foundry,
  gemini,
  interactions,
  cohere,
  groq,
  mem0,
  mistral,
  ollama,
  openaiMedia,
  pinecone,
  qdrant,
  upstash,
  voyage,
  weaviateRest,
  zep,
]

export function formatAt(path: string): FakeFormat | undefined {
  return FORMATS.find((format) => format.path.test(path))
}
