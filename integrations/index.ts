/** The registry: one line an integration, which loads when a program has one of its packages. */
import type { IntegrationEntry } from '../src/autolog/contract.js'
import { ai } from './ai.js'
import { MODEL_PACKAGES } from './ai/packages.js'
import { anthropic } from './anthropic.js'
import { bedrock } from './bedrock.js'
import { cohere } from './cohere.js'
import { googleGenai } from './google-genai.js'
import { langchain } from './langchain.js'
import { mcp } from './mcp.js'
import { mistral } from './mistral.js'
import { openaiAgents } from './openai-agents.js'
import { openai } from './openai.js'

const MCP = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client', '@modelcontextprotocol/server']

export const integrations: readonly IntegrationEntry[] = [
  { id: 'ai', packages: ['ai', ...MODEL_PACKAGES], always: true, load: () => ai },
  { id: 'anthropic', packages: ['@anthropic-ai/sdk'], load: () => anthropic },
  { id: 'bedrock', packages: ['@aws-sdk/client-bedrock-runtime'], load: () => bedrock },
  { id: 'cohere', packages: ['cohere-ai'], load: () => cohere },
  { id: 'google-genai', packages: ['@google/genai'], load: () => googleGenai },
  { id: 'langchain', packages: ['@langchain/core'], load: () => langchain },
  { id: 'mcp', packages: MCP, load: () => mcp },
  { id: 'mistral', packages: ['@mistralai/mistralai'], load: () => mistral },
  { id: 'openai', packages: ['openai'], load: () => openai },
  { id: 'openai-agents', packages: ['@openai/agents-core'], load: () => openaiAgents },
]
