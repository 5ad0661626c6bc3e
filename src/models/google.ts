/** Gemini and Gemma. */
import type { Family, TraitLine } from './traits.js'

const MODELS = 'https://ai.google.dev/gemini-api/docs/models'
const THINKING = 'https://ai.google.dev/gemini-api/docs/thinking'
const LEVELS = `${THINKING}#thinking-levels`

export const families: readonly Family[] = [
  { id: 'gemini-embedding', name: /gemini-embedding/ },
  { id: 'gemini', name: /gemini(?:-(?:[a-z]+-)*?(?<major>\d{1,2})(?:\.(?<minor>\d{1,2}))?(?!\d))?/, not: /distil/ },
  { id: 'gemma', name: /gemma-?(?<major>\d{1,2})/ },
]

export const traitLines: readonly TraitLine[] = [
  {
    of: 'gemini-embedding',
    has: { embeddings: { maxTexts: 1 } },
    page: 'https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#api_limits',
  },
  {
    of: 'gemini',
    has: {
      gemini: {
        thinkingLevels: [],
        thinks: false,
        canStopThinking: true,
        jsonBesideFunctions: false,
        validatesCalls: false,
        needsSignatures: false,
        mediaInResults: false,
      },
    },
    page: THINKING,
  },
  // Limits of input and of output, added up.
  ...(
    [
      [105, 200, /flash/, 1_056_768, 8192],
      [105, 200, /\bpro\b/, 2_105_344, 8192],
      [200, 205, /./, 1_056_768, 8192],
      [205, Infinity, /./, 1_114_112, 65_536],
    ] as const
  ).map(([from, below, only, contextWindow, maxOutput]): TraitLine => ({
    of: 'gemini',
    from,
    ...(below !== Infinity && { below }),
    only,
    not: /image|tts|live|audio|computer-use|robotics/,
    has: { contextWindow, maxOutput },
    page: MODELS,
  })),
  {
    of: 'gemma',
    from: 300,
    below: 400,
    has: { contextWindow: 131_072 },
    page: 'https://ai.google.dev/gemma/docs/core',
  },
  // "Non-global endpoints": calls to one of a region, or of several, cost a tenth more than at the global one.
  {
    of: 'gemini',
    from: 300,
    has: { regionalFactor: 1.1 },
    page: 'https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing',
  },
  { of: 'gemini', only: /robotics/, has: { gemini: { thinks: true } }, page: THINKING },
  { of: 'gemini', only: /\bpro\b/, has: { gemini: { canStopThinking: false } }, page: THINKING },
  {
    of: 'gemini',
    from: 205,
    has: { gemini: { thinks: true, validatesCalls: true } },
    page: 'https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes',
  },
  {
    of: 'gemini',
    from: 300,
    has: {
      gemini: {
        thinkingLevels: ['minimal', 'low', 'medium', 'high'],
        canStopThinking: false,
        jsonBesideFunctions: true,
      },
    },
    page: 'https://ai.google.dev/gemini-api/docs/structured-output',
  },
  {
    of: 'gemini',
    from: 300,
    numbered: true,
    has: { gemini: { needsSignatures: true } },
    page: 'https://ai.google.dev/gemini-api/docs/thought-signatures',
  },
  {
    of: 'gemini',
    from: 300,
    only: /-latest/,
    has: { gemini: { needsSignatures: true } },
    page: 'https://ai.google.dev/gemini-api/docs/thought-signatures',
  },
  {
    of: 'gemini',
    from: 300,
    has: { gemini: { mediaInResults: true } },
    page: 'https://ai.google.dev/gemini-api/docs/function-calling#multimodal',
  },
  {
    of: 'gemini',
    from: 307,
    not: /\blite\b/,
    has: { gemini: { thinkingLevels: ['low', 'medium', 'high'] } },
    page: LEVELS,
  },
  {
    of: 'gemini',
    from: 300,
    only: /\bimage\b/,
    has: { gemini: { thinkingLevels: ['minimal', 'high'] } },
    page: LEVELS,
  },
  {
    of: 'gemini',
    from: 300,
    only: /\bpro\b/,
    has: { gemini: { thinkingLevels: ['low', 'medium', 'high'] } },
    page: LEVELS,
  },
  {
    of: 'gemini',
    from: 300,
    below: 301,
    only: /\bpro\b/,
    has: { gemini: { thinkingLevels: ['low', 'high'] } },
    page: LEVELS,
  },
  {
    of: 'gemma',
    has: {
      gemini: {
        thinkingLevels: [],
        thinks: false,
        canStopThinking: false,
        jsonBesideFunctions: false,
        validatesCalls: false,
        needsSignatures: false,
        mediaInResults: false,
      },
    },
    page: 'https://ai.google.dev/gemma/docs/core/gemma_on_gemini_api',
  },
  {
    of: 'gemma',
    from: 400,
    has: { gemini: { thinks: true, thinkingLevels: ['minimal', 'high'] } },
    page: 'https://ai.google.dev/gemma/docs/core/gemma_on_gemini_api',
  },
]
