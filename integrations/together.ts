/** `together-ai`: the operations of OpenAI, and rerank. */
import type { Integration } from '../src/autolog/contract.js'
import { at, openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

const { instrument, shapes } = stainless({
  client: 'Together',
  provider: 'together',
  // https://docs.together.ai/reference/rerank
  operations: [...openaiOperations, at('/rerank', 'create', 'Rerank', { protocol: 'jina-rerank' })],
})

export const together: Integration = {
  id: 'together',
  targets: [{ package: 'together-ai', tested: '0', shapes, instrument }],
}
