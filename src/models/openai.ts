/** OpenAI's models, at OpenAI, Azure, Bedrock and gateways. */
import type { Family, PartialTraits, RefusedFields, TraitLine } from './traits.js'

const REASONING = 'https://platform.openai.com/docs/guides/reasoning'
const LATEST = 'https://platform.openai.com/docs/guides/latest-model'
const AZURE = 'https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning'
const MODELS = 'https://platform.openai.com/docs/models'
const CREATE = 'https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create'

/** Open models whose makers named them after it. */
const NOT_O1 = /(?:marco|skywork|llava|llama|qwen\d*|gemma|mistral|deepseek|ernie|open|mimo|macro|virtuoso)-?o1/

export const families: readonly Family[] = [
  { id: 'gpt-oss', name: /gpt-?oss/ },
  { id: 'codex', name: /(?<![a-z0-9])codex-mini/ },
  {
    id: 'gpt',
    name: /(?<![a-z0-9])(?:chat)?gpt-?(?<major>\d)(?:(?:\.(?<minor>\d{1,2})|-?(?<short>\d))(?![\dk]))?/,
    not: /distil/,
  },
  {
    id: 'o-series',
    name: /(?<![a-z0-9])o(?<major>[134])(?=-(?:mini|preview|pro|deep-research|high|medium|low)|(?![a-z0-9]|\.\d))/,
    not: NOT_O1,
  },
]

/** Named after a reasoning model and none: `gpt-5-chat-latest`. */
const CHAT = /gpt[^/]*-chat(?![a-z])/
/** They take no effort of `none`. */
const ALWAYS_REASON = /gpt[^/]*-chat(?![a-z])|codex|-pro(?![a-z])|-search-/

const PENALTIES: RefusedFields = { fields: ['presence_penalty', 'frequency_penalty', 'logit_bias'] }
const SAMPLERS: RefusedFields['fields'] = ['temperature', 'top_p', 'logprobs', 'top_logprobs']
const STOP: RefusedFields = { fields: ['stop'] }

/** What every reasoning model there is refuses (https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning). */
const REASONS: PartialTraits = {
  limitField: 'max_completion_tokens',
  defaultEffort: 'medium',
  refuses: [PENALTIES, { fields: SAMPLERS }],
}

/** Windows and limits of output, each on the page of the model. */
const SIZES: readonly TraitLine[] = [
  { of: 'gpt-oss', has: { contextWindow: 131_072, maxOutput: 131_072 }, page: MODELS },
  { of: 'codex', has: { contextWindow: 200_000, maxOutput: 100_000 }, page: MODELS },
  { of: 'o-series', has: { contextWindow: 200_000, maxOutput: 100_000 }, page: MODELS },
  { of: 'o-series', only: /o1-mini/, has: { contextWindow: 128_000, maxOutput: 65_536 }, page: MODELS },
  { of: 'o-series', only: /o1-preview/, has: { contextWindow: 128_000, maxOutput: 32_768 }, page: MODELS },
  { of: 'gpt', from: 305, below: 400, has: { contextWindow: 16_385, maxOutput: 4096 }, page: MODELS },
  { of: 'gpt', from: 400, below: 500, has: { contextWindow: 128_000 }, page: MODELS },
  {
    of: 'gpt',
    from: 400,
    below: 401,
    only: /gpt-?4(?:-0314|-0613)?(?![a-z0-9-])/,
    has: { contextWindow: 8192, maxOutput: 8192 },
    page: MODELS,
  },
  { of: 'gpt', from: 400, below: 401, only: /gpt-?4-32k/, has: { contextWindow: 32_768 }, page: MODELS },
  {
    of: 'gpt',
    from: 400,
    below: 401,
    only: /gpt-?4-(?:turbo|vision|1106|0125)/,
    has: { contextWindow: 128_000, maxOutput: 4096 },
    page: MODELS,
  },
  { of: 'gpt', from: 400, below: 401, only: /gpt-?4o/, not: /2024-05-13/, has: { maxOutput: 16_384 }, page: MODELS },
  { of: 'gpt', from: 401, below: 402, has: { contextWindow: 1_047_576, maxOutput: 32_768 }, page: MODELS },
  { of: 'gpt', from: 405, below: 500, has: { maxOutput: 16_384 }, page: MODELS },
  { of: 'gpt', from: 500, has: { contextWindow: 400_000, maxOutput: 128_000 }, page: MODELS },
  { of: 'gpt', only: /gpt-5-pro/, has: { maxOutput: 272_000 }, page: MODELS },
  { of: 'gpt', from: 504, not: /mini|nano/, has: { contextWindow: 1_050_000 }, page: MODELS },
  { of: 'gpt', from: 500, only: CHAT, has: { contextWindow: 128_000, maxOutput: 16_384 }, page: MODELS },
]

const LEAST = 'https://platform.openai.com/docs/api-reference/responses/create#responses-create-max_output_tokens'

export const traitLines: readonly TraitLine[] = [
  ...SIZES,
  ...['gpt', 'o-series', 'codex'].map((of): TraitLine => ({ of, has: { minOutputOnResponses: 16 }, page: LEAST })),
  { of: 'o-series', has: REASONS, page: AZURE },
  // "Not supported with latest reasoning models o3 and o4-mini."
  {
    of: 'o-series',
    from: 300,
    not: /o3-mini/,
    has: { refuses: [PENALTIES, { fields: SAMPLERS }, STOP] },
    page: CREATE,
  },
  { of: 'o-series', only: /-pro(?![a-z])|deep-research/, has: { needsResponses: 'always' }, page: REASONING },
  { of: 'codex', has: { ...REASONS, needsResponses: 'always' }, page: REASONING },
  { of: 'gpt', from: 500, has: { limitField: 'max_completion_tokens' }, page: LATEST },
  {
    of: 'gpt',
    from: 500,
    not: CHAT,
    has: { ...REASONS, refuses: [PENALTIES, { fields: SAMPLERS }, STOP] },
    page: LATEST,
  },
  // From 5.1 on an effort of `none` is taken, and samplers with it.
  {
    of: 'gpt',
    from: 501,
    not: ALWAYS_REASON,
    has: { defaultEffort: 'none', refuses: [PENALTIES, { fields: SAMPLERS, exceptAt: ['none'] }, STOP] },
    page: LATEST,
  },
  { of: 'gpt', from: 505, not: ALWAYS_REASON, has: { defaultEffort: 'medium' }, page: LATEST },
  {
    of: 'gpt',
    from: 504,
    not: CHAT,
    has: { needsResponses: 'functions-with-effort' },
    page: 'https://github.com/openai/openai-openapi/issues/541',
  },
  // It reasons by default, and so refuses functions where no effort is said.
  {
    of: 'gpt',
    from: 506,
    not: CHAT,
    has: { needsResponses: 'functions-unless-none' },
    page: 'https://github.com/danny-avila/LibreChat/issues/14355',
  },
  { of: 'gpt', from: 500, only: /codex|-pro(?![a-z])/, has: { needsResponses: 'always' }, page: REASONING },
  // https://platform.openai.com/docs/guides/tools-web-search: models that search on chat completions.
  {
    of: 'gpt',
    only: /gpt-[^/]*-search-(?:api|preview)/,
    has: { refuses: [PENALTIES, { fields: [...SAMPLERS, 'n', 'seed', 'stop', 'parallel_tool_calls'] }] },
    page: 'https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat',
  },
  {
    of: 'gpt',
    from: 504,
    has: { residencyFactors: { eu: 1.1, us: 1.1 } },
    page: 'https://platform.openai.com/docs/pricing',
  },
  // On Bedrock: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html
  {
    of: 'gpt',
    only: /openai\.gpt/,
    has: {
      refuses: [PENALTIES, { fields: [...SAMPLERS, 'stop'] }],
      converse: { reasoning: 'reasoning.effort', jsonSchema: true },
    },
    page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html',
  },
  {
    of: 'gpt-oss',
    has: { effortByName: true, converse: { reasoning: 'reasoning_effort', jsonSchema: true } },
    page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html',
  },
]
