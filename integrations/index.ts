/** The registry: one line an integration. */
import type { Integration } from '../src/autolog/contract.js'
import { ai } from './ai.js'
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

export const integrations: readonly Integration[] = [
  ai,
  anthropic,
  bedrock,
  cerebras,
  cohere,
  googleGenai,
  groq,
  langchain,
  mcp,
  mistral,
  openai,
  openaiAgents,
  perplexity,
  portkey,
  together,
]
