/**
 * Vercel's AI SDK: what `ai` 7 tells on its diagnostics channel, what 5 and 6 tell in spans of their own, and the models
 * below, which all of them call.
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
        const tells = module['AI_SDK_TELEMETRY_TRACING_CHANNEL'] !== undefined
        patchAgents(module, patcher, tells)
        patchFunctions(module, patcher, tells)
      },
    },
    ...modelTargets,
  ],
}
