/** Decisions in OpenAI's shape (https://developers.openai.com/api/reference/resources/decisions/methods/create). */
import type { ProtocolId } from './protocol-ids.js'

/** A part of an input or of a question's instructions. */
export type DecisionPart =
  | { type: 'input_text'; text: string; prompt_cache_breakpoint?: { mode: 'explicit' } | null }
  | {
      type: 'input_image'
      /** An `https:` address or a `data:` URL with base64 content. */
      image_url: string
      detail?: 'low' | 'high' | 'auto' | 'original' | null
      prompt_cache_breakpoint?: { mode: 'explicit' } | null
    }
  | { type: 'input_json'; data: Record<string, unknown> | Record<string, unknown>[] }

/** A message of a conversation that questions are asked about. */
export interface DecisionMessage {
  type?: 'message'
  role: 'user' | 'developer' | 'system' | 'assistant'
  content: string | (DecisionPart | { type: 'output_text'; text: string } | { type: 'refusal'; refusal: string })[]
  phase?: 'commentary' | 'final_answer' | null
}

/** A tool's call or its output, in a conversation that questions are asked about. */
export interface DecisionToolItem {
  type: 'function_call' | 'function_call_output' | 'custom_tool_call' | 'custom_tool_call_output'
  call_id: string
  [field: string]: unknown
}

interface Question {
  /** The answer carries it. Names of one request differ. */
  name?: string
  instructions: string | DecisionPart[]
}

/** How probable a statement is. */
export interface PredicateQuestion extends Question {
  type: 'predicate'
}

/** Which of several values fits. */
export interface ChoiceQuestion extends Question {
  type: 'choice'
  choices: { value: string | boolean; description?: string }[]
}

/** A place on a scale, whose levels are in their order from the lowest. */
export interface ScoreQuestion extends Question {
  type: 'score'
  levels: { label: string; description?: string }[]
}

export type DecisionQuestion = PredicateQuestion | ChoiceQuestion | ScoreQuestion

export interface DecisionRequest {
  model: string
  /** A text or a conversation. */
  input: string | (DecisionMessage | DecisionToolItem)[]
  /** OpenAI takes up to 400. */
  questions: DecisionQuestion[]
  prompt_cache_key?: string | null
  prompt_cache_options?: { mode?: 'implicit' | 'explicit' | null; ttl?: '30m' } | null
  safety_identifier?: string | null
  /** Fields merged into the wire body as they are. */
  extra_body?: Record<string, unknown>
  /** What only one wire format can say, kept for the codec that read it; the others leave it out. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}

/** Probabilities are between 0 and 1. */
export type DecisionAnswer =
  | { type: 'predicate'; name: string | null; probability: number }
  | {
      type: 'choice'
      name: string | null
      choice: string | boolean
      /** How sure the model is of `choice`. Absent when the provider does not say. */
      confidence?: number
      /** Empty when the provider gives none. */
      probabilities: { value: string | boolean; probability: number }[]
    }
  | {
      type: 'score'
      name: string | null
      /** The expected level, counted from 0, with fractions. */
      score: number
      /** Absent when the provider does not say. */
      confidence?: number
      /** Empty when the provider gives none. `value` is the number of the level. */
      probabilities: { label: string; value: number; probability: number }[]
    }
  /** The model declined to answer this question. */
  | { type: 'refusal'; name: string | null }

export interface DecisionResponse {
  /** Absent when the provider gives none. */
  id?: string
  /** Empty when the provider does not say. */
  model: string
  /** In the order of the questions. */
  answers: DecisionAnswer[]
  /** Absent when the provider reports none. */
  usage?: {
    input_tokens: number
    output_tokens: number
    total_tokens: number
    input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number }
    output_tokens_details?: { reasoning_tokens?: number }
    /** USD, from gateways that say what a call cost. */
    cost?: number
  }
  /** Fields of one wire format, for the codec that read them. */
  raw?: { protocol: ProtocolId; value: Record<string, unknown> }
}
