/** Packages that call models and that no integration serves yet: what an application declares of them is said. */
import type { IntegrationEntry, ModuleTarget } from '../../src/autolog/contract.js'

/** Of which the calls of models themselves are missed. */
const SDKS = ['@firebase/ai', '@huggingface/transformers', '@lmstudio/sdk']

/** Which call models through SDKs, or in a process of their own. */
const FRAMEWORKS = [
  '@anthropic-ai/claude-agent-sdk',
  '@ax-llm/ax',
  '@boundaryml/baml',
  '@cursor/sdk',
  '@github/copilot-sdk',
  '@google/adk',
  '@inngest/agent-kit',
  '@livekit/agents',
  '@mastra/core',
  '@openai/codex-sdk',
  '@strands-agents/sdk',
  '@tanstack/ai',
  '@voltagent/core',
  'beeai-framework',
  'genkit',
  'llamaindex',
]

const SDK =
  'there is no integration for it: its calls are traced only as they pass on the wire, at hosts and paths that are known (add ' +
  'yours by autolog({ endpoints })); for the rest use createClient(), or an SDK that is traced with the base URL of the provider, ' +
  'or put trace() around the calls'
const FRAMEWORK =
  'there is no integration for it, so its agents and tools have no spans: model calls that it makes in this process do, by a ' +
  'traced SDK or on the wire; put trace() around a run to hold them together'

const target =
  (what: string) =>
  (name: string): ModuleTarget => ({
    package: name,
    tested: 'none',
    unsupported: what,
    instrument: () => undefined,
  })

const targets = (): ModuleTarget[] => [...SDKS.map(target(SDK)), ...FRAMEWORKS.map(target(FRAMEWORK))]

export const unsupported: IntegrationEntry = {
  id: 'none',
  packages: [...SDKS, ...FRAMEWORKS],
  providers: [],
  onlyDeclared: true,
  load: () => ({ id: 'none', targets: targets() }),
}
