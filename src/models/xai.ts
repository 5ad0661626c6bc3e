/** Grok, at xAI, Azure, Vertex AI, Oracle and gateways. */
import type { Family, RefusedFields, TraitLine } from './traits.js'

const MODELS = 'https://docs.x.ai/docs/models'
const REASONING = 'https://docs.x.ai/docs/guides/reasoning'

export const families: readonly Family[] = [
  { id: 'grok', name: /(?<![a-z])grok(?:-?(?<major>\d)(?:[.-](?<minor>\d{1,2})(?!\d))?)?/, not: /distil/ },
]

const REASONS: RefusedFields = { fields: ['presence_penalty', 'frequency_penalty', 'stop'] }
const EFFORT: RefusedFields = { fields: ['reasoning_effort'] }

export const traitLines: readonly TraitLine[] = [
  ...(
    [
      [200, 400, 131_072],
      [400, 403, 256_000],
      [403, 405, 1_000_000],
      [405, 420, 500_000],
      [420, 421, 2_000_000],
    ] as const
  ).map(([from, below, contextWindow]): TraitLine => ({
    of: 'grok',
    from,
    below,
    has: { contextWindow },
    page: MODELS,
  })),
  { of: 'grok', only: /grok-?4(?:[.-]1)?-fast/, has: { contextWindow: 2_000_000 }, page: MODELS },
  { of: 'grok', only: /grok-code/, has: { contextWindow: 256_000 }, page: MODELS },
  { of: 'grok', only: /grok-3-mini/, has: { refuses: [REASONS] }, page: REASONING },
  { of: 'grok', from: 200, below: 400, not: /grok-3-mini/, has: { refuses: [EFFORT] }, page: REASONING },
  // Versions are counted 4, 4.1, 4.20, 4.3, 4.5.
  { of: 'grok', from: 400, has: { refuses: [REASONS] }, page: REASONING },
  {
    of: 'grok',
    only: /grok-?4(?![.-][3-9]|[.-]1\d)(?!.*multi-agent)|grok-code/,
    has: { refuses: [REASONS, EFFORT] },
    page: REASONING,
  },
  { of: 'grok', from: 400, only: /non-reasoning/, has: { refuses: [EFFORT] }, page: REASONING },
]
