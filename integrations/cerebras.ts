/** `@cerebras/cerebras_cloud_sdk`: chat and text completions. */
import type { Integration } from '../src/autolog/contract.js'
import { openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'

const { instrument, shapes } = stainless({ client: 'Cerebras', provider: 'cerebras', operations: openaiOperations })

export const cerebras: Integration = {
  id: 'cerebras',
  targets: [{ package: '@cerebras/cerebras_cloud_sdk', tested: '1', shapes, instrument }],
}
