/** Vercel's AI SDK: what `ai` 7 tells on its diagnostics channel. */
import { path, type Integration } from '../src/autolog/contract.js'
import { inAgent } from './ai/agents.js'
import { beginRun, CHANNEL } from './ai/channel.js'
import { modelTargets } from './ai/models.js'

export const ai: Integration = {
  id: 'ai',
  always: (patcher) => patcher.channel(CHANNEL, beginRun),
  targets: [
    {
      package: 'ai',
      tested: '5 - 7',
      instrument(module, patcher) {
        const agent = path(module, 'ToolLoopAgent', 'prototype') ?? path(module, 'Experimental_Agent', 'prototype')
        for (const method of ['generate', 'stream']) patcher.wrap(agent, method, inAgent)
      },
    },
    ...modelTargets,
  ],
}
