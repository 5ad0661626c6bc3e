/** Other models of Amazon Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html), by their ids there. */
import type { Family, TraitLine } from './traits.js'

const PARAMETERS = 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html'
const NOVA = 'https://docs.aws.amazon.com/nova/latest/userguide/what-is-nova.html'
const NOVA_2 = 'https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html'

export const families: readonly Family[] = [
  { id: 'titan-embed-image', name: /titan-embed-image/ },
  { id: 'titan', name: /amazon\.titan/ },
  { id: 'nova', name: /amazon\.nova(?:-(?<major>\d)(?!\d))?/ },
  { id: 'bedrock-qwen', name: /qwen\./ },
  { id: 'bedrock-deepseek', name: /deepseek\./ },
  { id: 'bedrock-mistral', name: /mistral\./ },
  { id: 'bedrock-cohere', name: /cohere\./ },
  { id: 'bedrock-plain', name: /(?:meta\.|ai21\.|writer\.)/ },
]

export const traitLines: readonly TraitLine[] = [
  {
    of: 'nova',
    has: { converse: { topK: 'inferenceConfig.topK', jsonSchema: false, cachePoints: 'not-tools' } },
    page: PARAMETERS,
  },
  ...(
    [
      [/micro/, 128_000],
      [/lite|pro/, 300_000],
      [/premier|nova-2/, 1_000_000],
    ] as const
  ).map(([only, contextWindow]): TraitLine => ({
    of: 'nova',
    only,
    not: /embed|canvas|reel/,
    has: { contextWindow },
    page: NOVA,
  })),
  {
    of: 'nova',
    from: 200,
    numbered: true,
    has: {
      converse: { reasoning: 'reasoningConfig' },
      // At its highest effort the model decides these by itself.
      refuses: [{ fields: ['max_tokens', 'temperature', 'top_p'], onlyAt: ['high', 'xhigh', 'max'] }],
    },
    page: NOVA_2,
  },
  ...['bedrock-qwen', 'bedrock-deepseek'].map((of): TraitLine => ({
    of,
    has: { converse: { topK: 'top_k', reasoning: 'reasoning_config', jsonSchema: true } },
    page: PARAMETERS,
  })),
  { of: 'bedrock-mistral', has: { converse: { topK: 'top_k', jsonSchema: true } }, page: PARAMETERS },
  { of: 'bedrock-cohere', has: { converse: { topK: 'k', jsonSchema: false } }, page: PARAMETERS },
  { of: 'titan', has: { converse: { jsonSchema: false, turnsInRow: true } }, page: PARAMETERS },
  { of: 'bedrock-plain', has: { converse: { jsonSchema: false } }, page: PARAMETERS },
  {
    of: 'titan-embed-image',
    has: { embeddings: { sizeIn: 'embeddingConfig' } },
    page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html',
  },
  // "Supported models": Claude and Nova; Nova caches messages and instructions.
  ...['bedrock-qwen', 'bedrock-deepseek', 'bedrock-mistral', 'bedrock-cohere', 'titan', 'bedrock-plain'].map(
    (of): TraitLine => ({
      of,
      has: { converse: { cachePoints: 'none' } },
      page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html',
    }),
  ),
]
