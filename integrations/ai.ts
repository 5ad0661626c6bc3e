/**
 * Vercel's AI SDK: what `ai` 7 tells on its diagnostics channel, what 5 and 6 tell in spans where the program asks for them,
 * and the models below, which all of them call.
 */
import { path, type Integration } from '../src/autolog/contract.js'
import { inAgent } from './ai/agents.js'
import { beginRun, CHANNEL } from './ai/channel.js'
import { modelTargets } from './ai/models.js'
import { translateSpans } from './ai/native-spans.js'
import { listenForTools } from './ai/tool-events.js'

/** Before 7 `ai` has no hook for these that works without the program. */
const BY_FLAG =
  'agents, workflows and, before 6, tools show where a call sets experimental_telemetry: { isEnabled: true }; models show always'

export const ai: Integration = {
  id: 'ai',
  always(patcher) {
    patcher.channel(CHANNEL, beginRun)
    translateSpans(patcher)
    listenForTools(patcher)
  },
  targets: [
    {
      package: 'ai',
      tested: '5 - 7',
      instrument(module, patcher) {
        const agent = path(module, 'ToolLoopAgent', 'prototype') ?? path(module, 'Experimental_Agent', 'prototype')
        for (const method of ['generate', 'stream']) patcher.wrap(agent, method, inAgent)
        if (module['AI_SDK_TELEMETRY_TRACING_CHANNEL'] === undefined) patcher.note(BY_FLAG)
      },
    },
    ...modelTargets,
  ],
}
