/** Estimates the cost of a request before it is sent. */
import { estimateTokens, EXPECTED_OUTPUT, type CountTokens } from '../kernel/estimate-tokens.js'
import { asNumber } from '../kernel/json.js'
import { listedNames } from './listed-names.js'
import { costOf, type Cost, type PriceOptions } from './price.js'
import { tokenCounter, type Tokenizer } from './tokenizer.js'

/** A chat request, one for embeddings, or a Responses request. */
export interface CostRequest {
  /** `provider/model`, or only the model if `provider` is set. */
  readonly model: string
  /** Id of the provider. Default: the part of `model` before the first slash. */
  readonly provider?: string | undefined
  /** Messages of chat, as in the call. */
  readonly messages?: readonly unknown[] | undefined
  /** Tools of chat: their schemas are input too. */
  readonly tools?: readonly unknown[] | undefined
  /** Input of embeddings or of a response. */
  readonly input?: unknown
  /** Instructions of a response. */
  readonly instructions?: unknown
  /** Limit of the output tokens; the greatest of the three fields counts. */
  readonly max_tokens?: number | null | undefined
  /** As `max_tokens`. */
  readonly max_completion_tokens?: number | null | undefined
  /** As `max_tokens`. */
  readonly max_output_tokens?: number | null | undefined
  /** Number of choices. Default 1. */
  readonly n?: number | null | undefined
  /** Requested service tier, such as `flex` or `batch`. Default: the standard one. */
  readonly service_tier?: string | null | undefined
}

/** Options of `estimateCost()`. */
export interface EstimateOptions extends PriceOptions {
  /**
   * Counts the tokens of a text. Default: `gpt-tokenizer` or `js-tiktoken` if one is installed, else by characters, four to
   * a token. Loading a tokenizer takes up to a second, once.
   */
  tokenizer?: Tokenizer | undefined
}

/** What a request may cost, before it is sent. */
export interface EstimatedCost extends Cost {
  /** USD of the input alone, with a little less than was counted. */
  readonly low: number | null
  /** USD of a little more input than was counted, and of the most output that the request allows. */
  readonly high: number | null
  /** The estimated tokens. */
  readonly tokens: { readonly input: number; readonly output: number }
}

/** The error of an estimate by characters in most languages; the tokenizer of another maker's model has about the same. */
const MARGIN = 0.2
/** Tokens that formats add to a message (https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken). */
const TOKENS_PER_MESSAGE = 4

/**
 * Estimates the cost of a request. `usd` is for the counted input and the output up to its limit, or for 1,000 tokens if
 * there is none, which `missing` then says. Savings by a cache are not counted.
 */
export function estimateCost(request: CostRequest, { tokenizer, ...prices }: EstimateOptions = {}): EstimatedCost {
  const { provider, model } = splitModel(request)
  const count = tokenCounter(tokenizer ?? 'installed')
  const input = inputTokens(request, count)
  const embeds = request.messages === undefined && request.max_output_tokens == null && request.instructions == null
  const limit =
    asNumber(request.max_completion_tokens) ?? asNumber(request.max_tokens) ?? asNumber(request.max_output_tokens)
  const output = (limit ?? (embeds ? 0 : EXPECTED_OUTPUT)) * (request.n ?? 1)
  const at = Date.now()
  const price = (prompt: number, completion: number): Cost =>
    costOf(
      {
        provider,
        model,
        usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
        serviceTier: request.service_tier,
        at,
      },
      prices,
    )
  const middle = price(input, output)
  const missing = limit === undefined && output > 0 ? [`output: no limit is set, ${output} tokens are assumed`] : []
  return {
    ...middle,
    missing: [...missing, ...middle.missing],
    low: price(Math.floor(input * (1 - MARGIN)), 0).usd,
    high: price(Math.ceil(input * (1 + MARGIN)), output).usd,
    tokens: { input, output },
  }
}

function splitModel({ provider, model }: CostRequest): { provider: string; model: string } {
  if (provider !== undefined) return { provider, model }
  const at = /[/:]/.exec(model)?.index ?? -1
  if (at > 0) return { provider: model.slice(0, at), model: model.slice(at + 1) }
  return { provider: listedNames('', model).maker ?? '', model }
}

function inputTokens({ messages, tools, input, instructions }: CostRequest, count: CountTokens | undefined): number {
  const spoken = (messages?.length ?? 0) * TOKENS_PER_MESSAGE
  return spoken + estimateTokens([messages, tools, input, instructions], count)
}
