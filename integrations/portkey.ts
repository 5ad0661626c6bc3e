/** `portkey-ai`: the requests that it sends itself. Some of its methods use an `openai` client, whose calls are traced there. */
import type { Integration } from '../src/autolog/contract.js'
import { openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

/** A prompt that is stored at Portkey with its model: https://portkey.ai/docs/api-reference/inference-api/prompts/prompt-completion */
const PROMPT = /\/prompts\/[^/]+\/(?:completions|generate)$/

const { instrument, shapes } = stainless({
  client: 'Portkey',
  provider: 'portkey',
  operations: openaiOperations,
  // Resources bind the methods of their client when they are made, so those cannot be patched later.
  through: 'methodRequest',
  raw: ({ method, pathname }) => (method === 'post' && PROMPT.test(pathname) ? { protocol: 'openai-chat' } : undefined),
})

export const portkey: Integration = {
  id: 'portkey',
  targets: [{ package: 'portkey-ai', tested: '2 - 3', shapes, instrument }],
}
