/** Every provider this version knows, one line each. */
import type { ProviderRow } from '../kernel/provider.js'
import { anthropic } from './anthropic.js'
import { cerebras } from './cerebras.js'
import { deepseek } from './deepseek.js'
import { fireworks } from './fireworks.js'
import { gemini } from './gemini.js'
import { groq } from './groq.js'
import { lmstudio } from './lmstudio.js'
import { mistral } from './mistral.js'
import { moonshot } from './moonshot.js'
import { ollama } from './ollama.js'
import { openai } from './openai.js'
import { openrouter } from './openrouter.js'
import { perplexity } from './perplexity.js'
import { together } from './together.js'
import { vllm } from './vllm.js'
import { xai } from './xai.js'

const rows: readonly ProviderRow[] = [
  openai,
  anthropic,
  groq,
  mistral,
  deepseek,
  xai,
  together,
  fireworks,
  cerebras,
  perplexity,
  openrouter,
  moonshot,
  gemini,
  ollama,
  vllm,
  lmstudio,
]

export const providers: ReadonlyMap<string, ProviderRow> = new Map(rows.map((row) => [row.id, row]))
