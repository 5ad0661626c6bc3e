/**
 * What the models behind Converse take in `additionalModelRequestFields`, which the API passes on unread
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html). Read off the model id,
 * because the fields are the model's own and one that does not know them refuses the request.
 */
import type { JsonObject } from '../../kernel/protocol.js'

export interface ModelFamily {
  /** Where a `top_k` goes; absent when the family is not known to take one. */
  readonly topK?: (value: number) => JsonObject
  /** How an effort of reasoning is asked for; `claude`: as Anthropic's own format does. */
  readonly reasoning?: 'claude' | ((effort: string) => JsonObject)
  /** Takes `outputConfig.textFormat` with a JSON schema. */
  readonly jsonSchema: boolean
  /** Takes turns of one side that follow each other. Of others the API demands that they alternate. */
  readonly turnsInRow?: boolean
  /** Settings that the model refuses, always or beside an effort of reasoning. */
  readonly refuses?: (effort: string | undefined) => readonly Refused[]
}

export type Refused = 'max_tokens' | 'temperature' | 'top_p' | 'stop'

const plainTopK = (value: number): JsonObject => ({ top_k: value })

/** https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function novaReasoning(effort: string): JsonObject {
  if (effort === 'none') return { reasoningConfig: { type: 'disabled' } }
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort: novaLevel(effort) } }
}

function novaLevel(effort: string): string {
  return effort === 'low' || effort === 'medium' ? effort : effort === 'minimal' ? 'low' : 'high'
}

/** At its highest effort the model decides these by itself. */
function novaRefuses(effort: string | undefined): readonly Refused[] {
  const isHigh = effort !== undefined && effort !== 'none' && novaLevel(effort) === 'high'
  return isHigh ? ['max_tokens', 'temperature', 'top_p'] : []
}

const FAMILIES: readonly (readonly [pattern: RegExp, family: ModelFamily])[] = [
  [/claude/, { topK: plainTopK, reasoning: 'claude', jsonSchema: true }],
  [
    /amazon\.nova-2/,
    {
      topK: (topK) => ({ inferenceConfig: { topK } }),
      reasoning: novaReasoning,
      jsonSchema: false,
      refuses: novaRefuses,
    },
  ],
  [/amazon\.nova/, { topK: (topK) => ({ inferenceConfig: { topK } }), jsonSchema: false }],
  [/openai\.gpt-oss/, { reasoning: (effort) => ({ reasoning_effort: effort }), jsonSchema: true }],
  [
    /openai\.gpt/,
    {
      reasoning: (effort) => ({ reasoning: { effort } }),
      jsonSchema: true,
      refuses: () => ['temperature', 'top_p', 'stop'],
    },
  ],
  [/(?:qwen|deepseek)\./, { topK: plainTopK, reasoning: (effort) => ({ reasoning_config: effort }), jsonSchema: true }],
  [/mistral\./, { topK: plainTopK, jsonSchema: true }],
  [/cohere\./, { topK: (k) => ({ k }), jsonSchema: false }],
  [/amazon\.titan/, { jsonSchema: false, turnsInRow: true }],
  [/(?:meta\.|ai21\.|writer\.)/, { jsonSchema: false }],
]

/** A model this version does not know, or an ARN that does not name it. */
const UNKNOWN: ModelFamily = { topK: plainTopK, jsonSchema: true }

/** @param model - A model id, an inference profile (`us.…`), or the ARN of either. */
export function familyOf(model: string): ModelFamily {
  const id = model.toLowerCase()
  return FAMILIES.find(([pattern]) => pattern.test(id))?.[1] ?? UNKNOWN
}
