/**
 * Models that continue a prompt, each with names of its own (Llama, Mistral, Titan, Cohere's Command, Jurassic, Claude before
 * its messages, DeepSeek), as OpenAI's text completions have them.
 */
import { asString, isObject, path } from '../../kernel/json.js'
import { count, usageAtEnd, usageOf, type Counted } from './bedrock-tokens.js'

type Wire = Record<string, unknown>

/** The value of the first of `names` that `wire` has. */
function first(wire: unknown, ...names: readonly string[]): unknown {
  if (!isObject(wire)) return undefined
  const name = names.find((known) => wire[known] != null)
  return name === undefined ? undefined : wire[name]
}

export function completionRequest(body: Wire): Wire {
  const settings = isObject(body['textGenerationConfig']) ? body['textGenerationConfig'] : body
  const stop = first(settings, 'stop', 'stop_sequences', 'stopSequences')
  return {
    prompt: first(body, 'prompt', 'inputText'),
    max_tokens: first(settings, 'max_tokens', 'max_gen_len', 'max_tokens_to_sample', 'maxTokenCount', 'maxTokens'),
    temperature: settings['temperature'],
    top_p: first(settings, 'top_p', 'topP', 'p'),
    top_k: first(settings, 'top_k', 'topK', 'k'),
    ...(stop !== undefined && { stop }),
  }
}

/** For a whole answer or a piece of a stream, which have the same fields. */
export function completionOf(wire: Wire): Wire {
  const usage = usageAtEnd(wire) ?? usageIn(wire)
  const list = first(wire, 'outputs', 'generations', 'completions', 'results', 'choices')
  const entries: readonly unknown[] = Array.isArray(list) ? list : [wire]
  const choices = entries.map((entry, index) => ({
    index,
    text: textOf(entry),
    finish_reason: reasonOf(entry) ?? null,
  }))
  const said = choices.filter(({ text, finish_reason: reason }) => text !== undefined || reason !== null)
  if (said.length === 0 && !usage) throw new TypeError('the answer has no text')
  return { choices: said, ...(usage && { usage }) }
}

function textOf(entry: unknown): string | undefined {
  return (
    asString(first(entry, 'text', 'generation', 'outputText', 'completion')) ?? asString(path(entry, 'data', 'text'))
  )
}

function reasonOf(entry: unknown): string | undefined {
  const reason = first(entry, 'stop_reason', 'finish_reason', 'completionReason', 'finishReason')
  return asString(reason) ?? asString(path(reason, 'reason'))
}

/** Usage of Llama and Titan in the body. In a stream, only the first piece has the count of the prompt. */
function usageIn(wire: Wire): Counted | undefined {
  const results: readonly unknown[] = Array.isArray(wire['results']) ? wire['results'] : []
  const counts = results.map((result) => count(path(result, 'tokenCount')) ?? 0)
  const output = results.length > 0 ? counts.reduce((sum, next) => sum + next, 0) : undefined
  const usage = {
    input: count(first(wire, 'prompt_token_count', 'inputTextTokenCount')),
    output: output ?? count(first(wire, 'generation_token_count', 'totalOutputTextTokenCount')),
  }
  return usage.input === undefined || usage.output === undefined ? undefined : usageOf(usage)
}
