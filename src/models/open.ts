/** Open models whose chat templates check the conversation, whichever provider serves them. */
import type { HistoryRules } from '../kernel/history.js'
import type { Family, TraitLine } from './traits.js'

const DEEPSEEK_THINKING = 'https://api-docs.deepseek.com/guides/thinking_mode#tool-calls'
const KIMI_THINKING = 'https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model'
const VALIDATOR =
  'https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py'

/** Ids of nine letters or digits, an answer between the result of a tool and the user, no system message after an answer, no answer that is empty. */
export const MISTRAL_RULES: HistoryRules = {
  toolIds: { also: '', max: 9, exact: true },
  oldCalls: false,
  answerAfterTools: true,
  instructionsFirst: true,
  refusesTexts: 'empty-answers',
}

export const families: readonly Family[] = [
  {
    id: 'mistral',
    name: /(?<![a-z])(?:open-)?(?:mistral|mixtral|ministral|magistral|devstral|codestral|pixtral|voxtral)(?![a-z])/,
    not: /hermes|dolphin|zephyr/,
  },
  {
    id: 'deepseek',
    name: /(?<![a-z])deepseek(?:-(?:v|r)(?<major>\d{1,2})(?:[.-](?<minor>\d)(?!\d))?)?/,
    not: /distil/,
  },
  { id: 'kimi', name: /(?<![a-z])kimi(?:-k(?<major>\d)(?:[.-](?<minor>\d)(?!\d))?)?/ },
  // `qwen3.5-27b`, and `qwen3p8` at Fireworks. Names without a number are Alibaba's own services.
  { id: 'qwen', name: /(?<![a-z])qwen-?(?<major>\d)(?:[.p](?<minor>\d)(?!\d))?/, not: /distil/ },
  { id: 'mimo', name: /(?<![a-z])mimo-v(?<major>\d)/ },
]

export const traitLines: readonly TraitLine[] = [
  { of: 'mistral', has: { history: MISTRAL_RULES }, page: VALIDATOR },
  // Of the open weights; DeepSeek's own API takes 131 072 of it.
  {
    of: 'deepseek',
    from: 300,
    below: 400,
    has: { contextWindow: 163_840 },
    page: 'https://huggingface.co/deepseek-ai/DeepSeek-V3.1',
  },
  { of: 'kimi', from: 200, below: 300, has: { contextWindow: 262_144 }, page: KIMI_THINKING },
  { of: 'deepseek', only: /reasoner|v3[.-]2|v4/, has: { needsReasoning: true }, page: DEEPSEEK_THINKING },
  { of: 'deepseek', from: 400, has: { needsReasoning: true }, page: DEEPSEEK_THINKING },
  { of: 'kimi', only: /thinking/, has: { needsReasoning: true }, page: KIMI_THINKING },
  { of: 'kimi', from: 205, has: { needsReasoning: true }, page: KIMI_THINKING },
  // Its chat template: "System message must be at the beginning."
  {
    of: 'qwen',
    from: 305,
    has: { history: { oneInstruction: true } },
    page: 'https://github.com/QwenLM/Qwen3.8/issues/244',
  },
  // "The reasoning_content in the thinking mode must be passed back to the API."
  { of: 'mimo', has: { needsReasoning: true }, page: 'https://platform.xiaomimimo.com/#/docs' },
]
