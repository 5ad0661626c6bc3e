/** Tasks of Hugging Face's own API (https://huggingface.co/docs/inference-providers/tasks/index): what they take and give. */
import { asString, isObject, path, type Format, type hub } from '../../src/autolog/contract.js'
import { filesIn } from '../shared/media.js'
import { textAnswer, textRequest } from '../shared/text-answer.js'

/** Names of the text that a task gives. */
const TEXTS = ['generated_text', 'summary_text', 'translation_text', 'text', 'answer'] as const

/** https://huggingface.co/docs/text-generation-inference/reference/api_reference */
const FINISH: Readonly<Record<string, hub.FinishReason>> = {
  eos_token: 'stop',
  stop_sequence: 'stop',
  length: 'length',
}

/** Words that only those have who continue a text. */
const OF_GENERATION = ['max_new_tokens', 'return_full_text', 'details', 'do_sample'] as const

const textIn = (answer: unknown): string | undefined =>
  TEXTS.map((name) => asString(path(answer, name))).find((text) => text !== undefined)

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

function answerOf(text: string, details: unknown): hub.ChatCompletion {
  const output = number(path(details, 'generated_tokens'))
  const input = number(path(details, 'input_length') ?? path(details, 'prefill', 'length'))
  // Without `decoder_input_details` the list of the prompt's tokens is empty.
  const tokens = output !== undefined && input !== undefined && input > 0 ? { input, output } : undefined
  return textAnswer({ text, finish: FINISH[asString(path(details, 'finish_reason')) ?? ''], tokens })
}

/** Any task: a text, or several fields that are asked for together. */
export const task: Format = {
  operation: 'generate_content',
  request(wire, { content }) {
    const asked = wire['inputs'] ?? wire['prompt']
    const settings = path(wire, 'parameters')
    const said = typeof asked === 'string' || asked === undefined ? asked : JSON.stringify(asked)
    return {
      chat: textRequest(content === false ? undefined : said, {
        max_completion_tokens: path(settings, 'max_new_tokens'),
        temperature: path(settings, 'temperature'),
        top_p: path(settings, 'top_p'),
        top_k: path(settings, 'top_k'),
        seed: path(settings, 'seed'),
      }),
    }
  },
  answer(wire) {
    // A file.
    if (wire === undefined) return undefined
    const first: unknown = Array.isArray(wire) ? wire[0] : wire
    const text = textIn(first)
    if (text !== undefined) return { chat: answerOf(text, path(first, 'details')) }
    const { usage } = filesIn(first)
    const id = asString(path(first, 'request_id') ?? path(first, 'id')) ?? ''
    return { other: { id, model: '', ...(usage && { usage }) } }
  },
}

export const generation: Format = { ...task, operation: 'text_completion' }

/** A piece has one token; the last also has all of the text, and the counts. */
export const generationStream: Format = {
  ...generation,
  request(wire, options) {
    const request = generation.request(wire, options)
    return 'chat' in request ? { chat: { ...request.chat, stream: true } } : request
  },
  stream() {
    let text = ''
    let last: unknown
    return {
      push(piece) {
        if (path(piece, 'token', 'special') !== true) text += asString(path(piece, 'token', 'text')) ?? ''
        if (isObject(path(piece, 'details')) || typeof path(piece, 'generated_text') === 'string') last = piece
      },
      get done() {
        return last !== undefined
      },
      result: () => ({ chat: answerOf(text, path(last, 'details')) }),
    }
  },
}

/** Whether a request has a text continued. */
export function isGeneration(body: unknown): boolean {
  const settings = path(body, 'parameters')
  return isObject(settings) && OF_GENERATION.some((name) => name in settings)
}
