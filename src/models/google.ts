/** Gemini and Gemma. */
import type { Family, TraitLine } from './traits.js'

const THINKING = 'https://ai.google.dev/gemini-api/docs/thinking'
const LEVELS = `${THINKING}#thinking-levels`

export const families: readonly Family[] = [
  { id: 'gemini-embedding', name: /gemini-embedding/ },
  { id: 'gemini', name: /gemini(?:-(?:[a-z]+-)*?(?<major>\d{1,2})(?:\.(?<minor>\d{1,2}))?(?!\d))?/, not: /distil/ },
  { id: 'gemma', name: /gemma-?(?<major>\d{1,2})/ },
]

export const lines: readonly TraitLine[] = [
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
