/** The registry: one line an integration, which loads when a program has one of its packages. */
import type { IntegrationEntry } from '../src/autolog/contract.js'
import { ai } from './ai.js'
import { MODEL_PACKAGES } from './ai/packages.js'
import { anthropic } from './anthropic.js'
import { bedrock } from './bedrock.js'
import { cerebras } from './cerebras.js'
import { cohere } from './cohere.js'
import { googleGenai } from './google-genai.js'
import { groq } from './groq.js'
import { langchain } from './langchain.js'
import { mcp } from './mcp.js'
import { mistral } from './mistral.js'
import { openaiAgents } from './openai-agents.js'
import { openai } from './openai.js'
import { perplexity } from './perplexity.js'
import { portkey } from './portkey.js'
import { together } from './together.js'

const MCP = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client', '@modelcontextprotocol/server']

export const integrations: readonly IntegrationEntry[] = [
  { id: 'ai', packages: ['ai', ...MODEL_PACKAGES], always: true, load: () => ai },
  { id: 'anthropic', packages: ['@anthropic-ai/sdk'], load: () => anthropic },
  { id: 'bedrock', packages: ['@aws-sdk/client-bedrock-runtime'], load: () => bedrock },
  { id: 'cerebras', packages: ['@cerebras/cerebras_cloud_sdk'], load: () => cerebras },
  { id: 'cohere', packages: ['cohere-ai'], load: () => cohere },
  { id: 'google-genai', packages: ['@google/genai'], load: () => googleGenai },
  { id: 'groq', packages: ['groq-sdk'], load: () => groq },
  { id: 'langchain', packages: ['@langchain/core'], load: () => langchain },
  { id: 'mcp', packages: MCP, load: () => mcp },
  { id: 'mistral', packages: ['@mistralai/mistralai'], load: () => mistral },
  { id: 'openai', packages: ['openai'], load: () => openai },
  { id: 'openai-agents', packages: ['@openai/agents-core'], load: () => openaiAgents },
  { id: 'perplexity', packages: ['@perplexity-ai/perplexity_ai'], load: () => perplexity },
  { id: 'portkey', packages: ['portkey-ai'], load: () => portkey },
  { id: 'together', packages: ['together-ai'], load: () => together },
]
