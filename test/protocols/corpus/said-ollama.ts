/** What a recorded answer of Ollama's chat says, read naively: whole answers and lines of a stream have one shape. */
import { asNumber, asString, isObject } from '../../../src/kernel/json.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { call, objects, squeeze, type Said } from './said-words.js'

export function saidByOllama(bodies: readonly JsonObject[]): Said {
  const messages = bodies.map(({ message }) => (isObject(message) ? message : {}))
  const last = bodies.at(-1) ?? {}
  const calls = messages
    .flatMap((message) => objects(message.tool_calls))
    .map(({ function: made }) => (isObject(made) ? call(made.name, made.arguments) : ''))
  return {
    id: undefined,
    model: asString(last.model),
    text: squeeze(messages.map(({ content }) => asString(content) ?? '').join('')),
    reasoning: squeeze(messages.map(({ thinking }) => asString(thinking) ?? '').join('')),
    calls,
    finish:
      last.done_reason === 'length'
        ? 'length'
        : last.done_reason === 'stop'
          ? calls.length > 0
            ? 'tool_calls'
            : 'stop'
          : undefined,
    prompt: asNumber(last.prompt_eval_count),
    completion: asNumber(last.eval_count),
  }
}
