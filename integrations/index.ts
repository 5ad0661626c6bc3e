/** The registry: one line for each integration, which loads when a program has one of its packages. */
import type { IntegrationEntry } from '../src/autolog/contract.js'
import { ai } from './ai.js'
import { hookAi } from './ai/hooks.js'
import { MODEL_PACKAGES } from './ai/packages.js'
import { anthropic } from './anthropic.js'
import { assemblyai } from './assemblyai.js'
import { azureAiInference } from './azure-ai-inference.js'
import { azureAiProjects } from './azure-ai-projects.js'
import { bedrock } from './bedrock.js'
import { cerebras } from './cerebras.js'
import { chromadb } from './chroma.js'
import { cohere } from './cohere.js'
import { deepgram } from './deepgram.js'
import { elevenlabs } from './elevenlabs.js'
import { fal } from './fal.js'
import { googleGenai } from './google-genai.js'
import { googleGenerativeAi } from './google-generative-ai.js'
import { groq } from './groq.js'
import { huggingface } from './huggingface.js'
import { lancedb } from './lancedb.js'
import { langchain } from './langchain.js'
import { lettaClient } from './letta.js'
import { mcp } from './mcp.js'
import { mem0ai } from './mem0.js'
import { milvusClient } from './milvus.js'
import { mistral } from './mistral.js'
import { nodeLlamaCpp } from './node-llama-cpp.js'
import { ollama } from './ollama.js'
import { openaiAgents } from './openai-agents.js'
import { openai } from './openai.js'
import { openrouter } from './openrouter.js'
import { perplexity } from './perplexity.js'
import { pineconeDatabase } from './pinecone.js'
import { portkey } from './portkey.js'
import { replicate } from './replicate.js'
import { qdrantClient } from './qdrant.js'
import { together } from './together.js'
import { upstashVector } from './upstash-vector.js'
import { typesafe } from './typesafe.js'
import { vertexai } from './vertexai.js'
import { voyageai } from './voyageai.js'
import { watsonxAi } from './watsonx.js'
import { weaviateClient } from './weaviate.js'
import { zepCloud } from './zep.js'

const MCP = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client', '@modelcontextprotocol/server']

export const integrations: readonly IntegrationEntry[] = [
  { id: 'ai', packages: ['ai', ...MODEL_PACKAGES], always: hookAi, load: () => ai },
  { id: 'anthropic', packages: ['@anthropic-ai/sdk'], providers: ['anthropic'], load: () => anthropic },
  { id: 'assemblyai', packages: ['assemblyai'], providers: ['assemblyai'], load: () => assemblyai },
  {
    id: 'azure-ai-inference',
    packages: ['@azure-rest/ai-inference'],
    providers: ['azure.ai.inference', 'azure.ai.openai'],
    load: () => azureAiInference,
  },
  { id: 'azure-ai-projects', packages: ['@azure/ai-projects'], providers: [], load: () => azureAiProjects },
  {
    id: 'bedrock',
    packages: ['@aws-sdk/client-bedrock-runtime', '@aws-sdk/client-bedrock-agent-runtime'],
    providers: ['aws.bedrock'],
    load: () => bedrock,
  },
  { id: 'cerebras', packages: ['@cerebras/cerebras_cloud_sdk'], providers: ['cerebras'], load: () => cerebras },
  { id: 'chroma', packages: ['chromadb'], providers: [], load: () => chromadb },
  { id: 'cohere', packages: ['cohere-ai'], providers: ['cohere'], load: () => cohere },
  { id: 'deepgram', packages: ['@deepgram/sdk'], providers: ['deepgram'], load: () => deepgram },
  { id: 'elevenlabs', packages: ['@elevenlabs/elevenlabs-js'], providers: ['elevenlabs'], load: () => elevenlabs },
  { id: 'fal', packages: ['@fal-ai/client'], providers: ['fal_ai'], load: () => fal },
  {
    id: 'google-genai',
    packages: ['@google/genai'],
    providers: ['gcp.gemini', 'gcp.vertex_ai'],
    load: () => googleGenai,
  },
  {
    id: 'google-generative-ai',
    packages: ['@google/generative-ai'],
    providers: ['gcp.gemini'],
    load: () => googleGenerativeAi,
  },
  { id: 'groq', packages: ['groq-sdk'], providers: ['groq'], load: () => groq },
  { id: 'huggingface', packages: ['@huggingface/inference'], providers: ['hugging_face'], load: () => huggingface },
  { id: 'lancedb', packages: ['@lancedb/lancedb'], providers: [], load: () => lancedb },
  { id: 'langchain', packages: ['@langchain/core'], load: () => langchain },
  { id: 'letta', packages: ['@letta-ai/letta-client'], providers: ['letta'], load: () => lettaClient },
  { id: 'mcp', packages: MCP, providers: [], load: () => mcp },
  { id: 'mem0', packages: ['mem0ai'], providers: [], load: () => mem0ai },
  { id: 'milvus', packages: ['@zilliz/milvus2-sdk-node'], providers: [], load: () => milvusClient },
  { id: 'mistral', packages: ['@mistralai/mistralai'], providers: ['mistral_ai'], load: () => mistral },
  { id: 'node-llama-cpp', packages: ['node-llama-cpp'], providers: [], load: () => nodeLlamaCpp },
  { id: 'ollama', packages: ['ollama'], providers: ['ollama'], load: () => ollama },
  { id: 'openai', packages: ['openai'], providers: ['openai', 'azure.ai.openai'], load: () => openai },
  { id: 'openai-agents', packages: ['@openai/agents-core'], load: () => openaiAgents },
  { id: 'openrouter', packages: ['@openrouter/sdk'], providers: ['openrouter'], load: () => openrouter },
  { id: 'perplexity', packages: ['@perplexity-ai/perplexity_ai'], providers: ['perplexity'], load: () => perplexity },
  {
    id: 'pinecone',
    packages: ['@pinecone-database/pinecone'],
    providers: ['pinecone'],
    load: () => pineconeDatabase,
  },
  { id: 'portkey', packages: ['portkey-ai'], providers: ['portkey'], load: () => portkey },
  { id: 'replicate', packages: ['replicate'], providers: ['replicate'], load: () => replicate },
  { id: 'qdrant', packages: ['@qdrant/js-client-rest'], providers: [], load: () => qdrantClient },
  { id: 'together', packages: ['together-ai'], providers: ['together'], load: () => together },
  { id: 'upstash-vector', packages: ['@upstash/vector'], providers: [], load: () => upstashVector },
  { id: 'typesafe', packages: ['@typesafe-ai/sdk'], providers: ['typesafe'], load: () => typesafe },
  { id: 'vertexai', packages: ['@google-cloud/vertexai'], providers: ['gcp.vertex_ai'], load: () => vertexai },
  { id: 'voyageai', packages: ['voyageai'], providers: ['voyageai'], load: () => voyageai },
  { id: 'watsonx', packages: ['@ibm-cloud/watsonx-ai'], providers: ['ibm.watsonx.ai'], load: () => watsonxAi },
  { id: 'weaviate', packages: ['weaviate-client'], providers: [], load: () => weaviateClient },
  { id: 'zep', packages: ['@getzep/zep-cloud'], providers: [], load: () => zepCloud },
]
