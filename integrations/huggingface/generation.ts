/** Texts of Hugging Face's own API (https://huggingface.co/docs/inference-providers/tasks/index) as text completions. */
import { asString, isObject, path, type Args } from '../../src/autolog/contract.js'

type Wire = Record<string, unknown>

/** Names of the text that a task gives. */
const TEXTS = ['generated_text', 'summary_text', 'translation_text', 'text', 'answer'] as const

export function generationRequest([body]: Args): unknown {
  const inputs = path(body, 'inputs')
  const parameters = path(body, 'parameters')
  const settings = isObject(parameters) ? parameters : {}
  return {
    prompt: asString(inputs) ?? '',
    max_tokens: settings['max_new_tokens'],
    temperature: settings['temperature'],
    top_p: settings['top_p'],
    top_k: settings['top_k'],
    seed: settings['seed'],
    ...(path(body, 'stream') === true && { stream: true }),
  }
}

/** `undefined` for what is no text, such as labels and their scores. */
export function generationAnswer(answer: unknown): Wire | undefined {
  const said: unknown = Array.isArray(answer) ? answer[0] : answer
  const name = TEXTS.find((known) => typeof path(said, known) === 'string')
  if (name === undefined) return undefined
  return completion(path(said, name), path(said, 'details'))
}

/** A piece has one token; the last also has all of the text, and the counts. */
export function generationEvent(piece: unknown): { readonly data: unknown } {
  const isToken = isObject(piece) && isObject(piece['token'])
  if (!isToken) return { data: piece }
  const special = path(piece, 'token', 'special') === true
  return { data: completion(special ? '' : path(piece, 'token', 'text'), path(piece, 'details')) }
}

/** Only what was written is counted. */
function completion(text: unknown, details: unknown): Wire {
  const reason = path(details, 'finish_reason')
  const [tokens, prompt] = [path(details, 'generated_tokens'), path(details, 'prefill', 'length')]
  const isCounted = typeof tokens === 'number' && typeof prompt === 'number' && prompt > 0
  return {
    choices: [{ index: 0, text, finish_reason: asString(reason) ?? null }],
    ...(isCounted && { usage: { prompt_tokens: prompt, completion_tokens: tokens, total_tokens: prompt + tokens } }),
  }
}
