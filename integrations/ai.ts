/**
 * Vercel's AI SDK: `ai` 7 by its diagnostics channel, 5 and 6 by the spans that they make themselves, and the models below, which
 * all of them call.
 */
import type { Integration } from '../src/autolog/contract.js'
import { patchAgents } from './ai/agents.js'
import { FUNCTIONS, patchFunctions } from './ai/functions.js'
import { modelTargets } from './ai/models.js'

export const ai: Integration = {
  id: 'ai',
  targets: [
    {
      package: 'ai',
      tested: '5 - 7',
      exports: FUNCTIONS,
      instrument(module, patcher) {
        const hasChannel = module['AI_SDK_TELEMETRY_TRACING_CHANNEL'] !== undefined
        patchAgents(module, patcher, hasChannel)
        patchFunctions(module, patcher, hasChannel)
      },
    },
    ...modelTargets,
  ],
}
