/** The registry: one line an integration. */
import type { Integration } from '../src/autolog/contract.js'
import { ai } from './ai.js'
import { anthropic } from './anthropic.js'
import { bedrock } from './bedrock.js'
import { cohere } from './cohere.js'
import { googleGenai } from './google-genai.js'
import { langchain } from './langchain.js'
import { mcp } from './mcp.js'
import { mistral } from './mistral.js'
import { openai } from './openai.js'

export const integrations: readonly Integration[] = [
  ai,
  anthropic,
  bedrock,
  cohere,
  googleGenai,
  langchain,
  mcp,
  mistral,
  openai,
]
