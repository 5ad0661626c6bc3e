/** What a model takes and what it refuses, whoever serves it. The facts are in the table of this room, one line each. */
import type { HistoryRules } from '../kernel/history.js'
import type { ChatRequest } from '../kernel/hub.js'

/** Fields of a chat request that a model answers with an error, unless their value asks for nothing. */
export interface RefusedFields {
  readonly fields: readonly (keyof ChatRequest)[]
  /** Efforts of reasoning with which it takes them after all. */
  readonly exceptAt?: readonly string[]
  /** Efforts of reasoning with which alone it refuses them. */
  readonly onlyAt?: readonly string[]
}

/** All of it is optional: what is not there is not known to differ from the ordinary. */
export interface ModelTraits {
  /** Which table the lines are from. */
  readonly family?: string
  /** The most tokens of output that a request may ask for. */
  readonly maxOutput?: number
  /** Tokens of input and output together, at the most: whoever serves it may give less. */
  readonly contextWindow?: number
  /** The fewest tokens of output that a request may ask for on OpenAI's Responses; chat completions takes fewer. */
  readonly minOutputOnResponses?: number
  /** Tokens of input and of the limit of output together, above which it refuses a request. Absent: it takes any, and stops at its window. */
  readonly strictWindow?: number
  /** The only field in which it takes a limit of output on chat completions. */
  readonly limitField?: 'max_completion_tokens'
  readonly refuses?: readonly RefusedFields[]
  /** The effort that it reasons with when a request says none. */
  readonly defaultEffort?: string
  /**
   * Which requests it serves at OpenAI's Responses alone, and not on chat completions: all of them, those with functions
   * and an effort other than `none`, or those with functions unless the effort is `none`.
   */
  readonly needsResponses?: 'always' | 'functions-with-effort' | 'functions-unless-none'
  /** Takes a conversation that ends with the beginning of its own answer. Default true. */
  readonly prefill?: boolean
  /** What it demands of a conversation, where that is more than its format does. */
  readonly history?: HistoryRules
  /** Refuses earlier calls of tools without reasoning, unless a request turns thinking off. */
  readonly needsReasoning?: boolean
  /** Takes an effort by its name where other models of a format only know on and off. */
  readonly effortByName?: boolean
  /** Factor on the price of calls that are kept in a region, by the region a request asks for. */
  readonly residencyFactors?: Readonly<Record<string, number>>
  /** Factor on the price of calls to an endpoint of one region. */
  readonly regionalFactor?: number
  readonly claude?: ClaudeTraits
  readonly gemini?: GeminiTraits
  readonly converse?: ConverseTraits
  readonly embeddings?: EmbeddingsTraits
}

/** What differs between models of Anthropic's Messages format, on Bedrock and Vertex too. */
export interface ClaudeTraits {
  /** Takes `thinking: adaptive` with `output_config.effort`. */
  readonly adaptiveThinking: boolean
  /** Takes a token budget for thinking. */
  readonly thinkingBudget: boolean
  /** The `type` of thinking that is least: `disabled`, another word, or `undefined` where it always thinks. */
  readonly leastThinking: 'disabled' | 'between_tools' | undefined
  /** Takes `effort: xhigh`. */
  readonly xhighEffort: boolean
  /** Takes a `tool_choice` that makes it call a tool. */
  readonly forcedTools: boolean
  /** Takes `system` messages after a user turn; others answer 400. */
  readonly systemInMessages: boolean
  /** Takes `output_config.format` with a JSON schema. */
  readonly jsonSchema: boolean
  /** Takes a `temperature` and a `top_p` other than the default. */
  readonly sampling: boolean
  /** Takes `temperature` beside `top_p`. */
  readonly bothSamplers: boolean
}

export type ThinkingLevel = 'minimal' | 'low' | 'medium' | 'high'

/** What differs between models of Gemini's format. */
export interface GeminiTraits {
  /** What it takes as `thinkingLevel`, least first; empty where a budget is the only way. */
  readonly thinkingLevels: readonly ThinkingLevel[]
  readonly thinks: boolean
  /** Can be told not to think. */
  readonly canStopThinking: boolean
  /** Calls functions and answers in JSON in one request. */
  readonly jsonBesideFunctions: boolean
  /** Can be held to the schemas of functions that it may call or not. */
  readonly validatesCalls: boolean
  /** Refuses a function call in history without its signature. */
  readonly needsSignatures: boolean
  /** The result of a function may hold images and files. */
  readonly mediaInResults: boolean
}

/**
 * What the models behind Bedrock's Converse take in `additionalModelRequestFields`, which the API passes on unread. The
 * fields are the model's own, and one that does not know them refuses the request.
 */
export interface ConverseTraits {
  /** Where a `top_k` goes; absent when the family is not known to take one. */
  readonly topK?: 'top_k' | 'k' | 'inferenceConfig.topK'
  /** How an effort of reasoning is asked for; `thinking`: as Anthropic's own format does. */
  readonly reasoning?: 'thinking' | 'reasoningConfig' | 'reasoning_effort' | 'reasoning.effort' | 'reasoning_config'
  /** Takes `outputConfig.textFormat` with a JSON schema. */
  readonly jsonSchema?: boolean
  /** Takes turns of one side that follow each other. Of others the API demands that they alternate. */
  readonly turnsInRow?: boolean
  /** Where cache points may stand: `all`, or not behind tools. */
  readonly cachePoints?: 'all' | 'not-tools' | 'none'
}

export interface EmbeddingsTraits {
  /** Texts that one request may hold. */
  readonly maxTexts?: number
  /** Where the length of the vectors is said, if not in the body itself. */
  readonly sizeIn?: 'embeddingConfig'
}

/** How the models of a family are named. The name is lower case, with `-` for `_` and spaces. */
export interface Family {
  readonly id: string
  /** Groups `major` and `minor` are the version, where the name has one. */
  readonly name: RegExp
  /** Names that only look like the family's. */
  readonly not?: RegExp
}

/** One fact: which models of a family have which traits. Of several lines that fit a model, the later ones win, field by field. */
export interface TraitLine {
  readonly of: string
  /** First version, as `major * 100 + minor`. A name without a number is the newest there is. */
  readonly from?: number
  /** First version that has it no more. */
  readonly below?: number
  /** Only models whose name fits. */
  readonly only?: RegExp
  /** Not those whose name fits. */
  readonly not?: RegExp
  /** Only models whose name says the version. */
  readonly numbered?: true
  readonly has: PartialTraits
  /** Where the fact is from. */
  readonly page: string
}

/** Groups of traits are laid over each other too. */
export type PartialTraits = Omit<ModelTraits, 'claude' | 'gemini' | 'converse' | 'embeddings'> & {
  readonly claude?: Partial<ClaudeTraits>
  readonly gemini?: Partial<GeminiTraits>
  readonly converse?: ConverseTraits
  readonly embeddings?: EmbeddingsTraits
}
