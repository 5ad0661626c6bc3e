/** Claude, at Anthropic, Bedrock, Vertex AI and gateways. */
import type { Family, TraitLine } from './traits.js'

const OVERVIEW = 'https://platform.claude.com/docs/en/about-claude/models/overview'
const MIGRATION = 'https://platform.claude.com/docs/en/about-claude/models/migration-guide'
const OPUS_5_5 = 'https://platform.claude.com/docs/en/models/opus-5-5/migration-guide'
const SONNET_5_5 = 'https://platform.claude.com/docs/en/models/sonnet-5-5/migration-guide'
const FABLE_5_1 = 'https://platform.claude.com/docs/en/models/fable-5-1/migration-guide'
const WINDOWS = 'https://platform.claude.com/docs/en/build-with-claude/context-windows'
const PRICES = 'https://platform.claude.com/docs/en/about-claude/pricing'

export const families: readonly Family[] = [
  {
    id: 'claude',
    name: /(?<![a-z])claude(?:-(?:[a-z]+(?:-|$))?(?:v?(?<major>\d{1,2})(?!\d)(?:[-.](?<minor>\d{1,2})(?!\d))?)?)?/,
    // Open models that learned from its answers.
    not: /distil/,
  },
]

export const traitLines: readonly TraitLine[] = [
  {
    of: 'claude',
    has: {
      maxOutput: 4096,
      contextWindow: 200_000,
      claude: {
        adaptiveThinking: false,
        thinkingBudget: true,
        leastThinking: 'disabled',
        xhighEffort: false,
        forcedTools: true,
        systemInMessages: false,
        jsonSchema: false,
        sampling: true,
        bothSamplers: true,
      },
      converse: { topK: 'top_k', reasoning: 'thinking', jsonSchema: true },
    },
    page: OVERVIEW,
  },
  { of: 'claude', from: 305, has: { maxOutput: 8192 }, page: OVERVIEW },
  { of: 'claude', from: 307, has: { maxOutput: 64_000 }, page: OVERVIEW },
  { of: 'claude', from: 307, below: 405, has: { strictWindow: 200_000 }, page: WINDOWS },
  { of: 'claude', from: 400, below: 405, only: /opus/, has: { maxOutput: 32_000 }, page: OVERVIEW },
  { of: 'claude', from: 406, has: { maxOutput: 128_000, contextWindow: 1_000_000 }, page: OVERVIEW },
  // https://platform.claude.com/docs/en/build-with-claude/structured-outputs
  {
    of: 'claude',
    from: 401,
    only: /opus/,
    has: { claude: { jsonSchema: true, bothSamplers: false } },
    page: MIGRATION,
  },
  { of: 'claude', from: 405, has: { claude: { jsonSchema: true, bothSamplers: false } }, page: MIGRATION },
  { of: 'claude', from: 406, has: { prefill: false, claude: { adaptiveThinking: true } }, page: MIGRATION },
  {
    of: 'claude',
    from: 407,
    has: { claude: { thinkingBudget: false, sampling: false, xhighEffort: true } },
    page: MIGRATION,
  },
  { of: 'claude', from: 408, only: /opus/, has: { claude: { systemInMessages: true } }, page: MIGRATION },
  { of: 'claude', from: 505, has: { claude: { systemInMessages: true } }, page: SONNET_5_5 },
  {
    of: 'claude',
    from: 500,
    only: /fable|mythos/,
    has: { claude: { leastThinking: undefined, systemInMessages: true } },
    page: OVERVIEW,
  },
  { of: 'claude', from: 501, only: /fable|mythos/, has: { claude: { forcedTools: false } }, page: FABLE_5_1 },
  {
    of: 'claude',
    from: 505,
    only: /opus/,
    has: { claude: { leastThinking: undefined, forcedTools: false } },
    page: OPUS_5_5,
  },
  {
    of: 'claude',
    from: 505,
    only: /sonnet/,
    has: { claude: { leastThinking: 'between_tools', forcedTools: false } },
    page: SONNET_5_5,
  },
  // "Regional endpoint pricing" and "Data residency pricing".
  { of: 'claude', from: 405, has: { regionalFactor: 1.1 }, page: PRICES },
  { of: 'claude', from: 406, has: { residencyFactors: { us: 1.1 } }, page: PRICES },
]
