/** Texts of watsonx.ai that continue a prompt (https://cloud.ibm.com/apidocs/watsonx-ai#text-generation). */
import { asArray, asString, isObject, path, type Format, type hub } from '../../src/autolog/contract.js'
import { textAnswer, textRequest } from '../shared/text-answer.js'

const FINISH: Readonly<Record<string, hub.FinishReason>> = {
  eos_token: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  token_limit: 'length',
  time_limit: 'length',
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** Joins the pieces of an answer. Counts grow from piece to piece, and that of the prompt may be on any of them. */
class Generated {
  private text = ''
  private input = 0
  private output = 0
  private finish: hub.FinishReason | undefined
  private model = ''

  add(wire: unknown): void {
    this.model = asString(path(wire, 'model_id')) ?? this.model
    for (const result of asArray(path(wire, 'results'))) {
      this.text += asString(path(result, 'generated_text')) ?? ''
      this.input = Math.max(this.input, number(path(result, 'input_token_count')))
      this.output = Math.max(this.output, number(path(result, 'generated_token_count')))
      this.finish = FINISH[asString(path(result, 'stop_reason')) ?? ''] ?? this.finish
    }
  }

  get isFinished(): boolean {
    return this.finish !== undefined
  }

  completion(): hub.ChatCompletion {
    const { text, finish, input, output, model } = this
    const tokens = input > 0 ? { input, output } : undefined
    return { ...textAnswer({ text, finish, tokens }), model }
  }
}

export const generated: Format = {
  operation: 'text_completion',
  request(wire, { content }) {
    const settings = wire['parameters']
    return {
      chat: textRequest(content === false ? undefined : asString(wire['input']), {
        max_completion_tokens: path(settings, 'max_new_tokens'),
        temperature: path(settings, 'temperature'),
        top_p: path(settings, 'top_p'),
        top_k: path(settings, 'top_k'),
        seed: path(settings, 'random_seed'),
      }),
    }
  },
  answer(wire) {
    if (!isObject(wire) || !Array.isArray(wire['results'])) throw new TypeError('the answer has no results')
    const answer = new Generated()
    answer.add(wire)
    return { chat: answer.completion() }
  },
  stream() {
    const answer = new Generated()
    return {
      push: (wire) => answer.add(wire),
      get done() {
        return answer.isFinished
      },
      result: () => ({ chat: answer.completion() }),
    }
  },
}
