/** `groq-sdk`: chat, embeddings and audio, as in OpenAI's API. */
import type { Integration } from '../src/autolog/contract.js'
import { openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

const { instrument, shapes } = stainless({ client: 'Groq', provider: 'groq', operations: openaiOperations })

export const groq: Integration = {
  id: 'groq',
  targets: [{ package: 'groq-sdk', tested: '0 - 1', shapes, instrument }],
}
