/** Converts steps of an interaction (https://ai.google.dev/gemini-api/docs/interactions) to a message of OpenAI's chat. */
import { asArray, asString, isObject, path } from '../../src/autolog/contract.js'

export const numberAt = (value: unknown, key: string): number => {
  const found = path(value, key)
  return typeof found === 'number' ? found : 0
}

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number }
  readonly completion_tokens_details: { readonly reasoning_tokens: number }
}

/** The output may or may not include thoughts. The total shows which. */
export function usageOf(wire: unknown): Usage | undefined {
  if (!isObject(wire) || wire['total_input_tokens'] === undefined) return undefined
  const prompt = numberAt(wire, 'total_input_tokens') + numberAt(wire, 'total_tool_use_tokens')
  const [output, thoughts] = [numberAt(wire, 'total_output_tokens'), numberAt(wire, 'total_thought_tokens')]
  const total = numberAt(wire, 'total_tokens') || prompt + output + thoughts
  const completion = total >= prompt + output + thoughts ? output + thoughts : output
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: numberAt(wire, 'total_cached_tokens') },
    completion_tokens_details: { reasoning_tokens: thoughts },
  }
}

/** Finish reasons by status. Other statuses mean that an interaction goes on or has failed. */
const FINISH: ReadonlyMap<unknown, string> = new Map([
  ['completed', 'stop'],
  ['requires_action', 'tool_calls'],
  ['incomplete', 'length'],
  ['budget_exceeded', 'length'],
])

export const finishOf = (interaction: unknown): string | undefined => FINISH.get(path(interaction, 'status'))

export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .map((part) => asString(path(part, 'text')) ?? '')
    .join('')
}

export function callOf(step: unknown, index: number): object {
  const given = path(step, 'arguments')
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {})
  return { index, id: path(step, 'id'), type: 'function', function: { name: path(step, 'name'), arguments: text } }
}

/** One message from the steps of the model: its texts, thoughts and calls. */
export function messageOf(steps: readonly unknown[]): object {
  const ofType = (type: string): unknown[] => steps.filter((step) => path(step, 'type') === type)
  const calls = ofType('function_call').map(callOf)
  const thoughts = ofType('thought').map((step) => textOf(path(step, 'summary')))
  const texts = ofType('model_output').map((step) => textOf(path(step, 'content')))
  return {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : null,
    ...(thoughts.some(Boolean) && { reasoning_content: thoughts.join('') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}
