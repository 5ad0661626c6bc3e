/** Formats with few demands: Responses, Cohere, Ollama, and prompts. */
import { isObject } from '../../../src/kernel/json.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { answered, each, matches, objects, text, type Rule } from './read.js'

const ITEM_IDS: Readonly<Record<string, RegExp>> = {
  function_call: /^fc/,
  custom_tool_call: /^ctc/,
  message: /^msg/,
  reasoning: /^rs/,
}
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_image', 'input_file', 'input_audio'],
  system: ['input_text'],
  developer: ['input_text'],
  assistant: ['output_text', 'refusal'],
}

/** https://platform.openai.com/docs/api-reference/responses/create */
export const responsesRules: Rule = (body) => {
  const items = objects(body.input)
  const calls = items.flatMap(({ type, call_id: id }) =>
    type === 'function_call' || type === 'custom_tool_call' ? [id] : [],
  )
  const outputs = items.flatMap(({ type, call_id: id }) => (text(type).endsWith('_call_output') ? [id] : []))
  return [
    ...(items.length === 0 && body.instructions === undefined ? ['there is no input'] : []),
    ...each(items, 'input', (item) => [
      ...(item.call_id === undefined ? [] : matches(/^[^]{1,64}$/, item.call_id, 'call_id')),
      ...(item.name === undefined ? [] : matches(/^[a-zA-Z0-9_-]{1,128}$/, item.name, 'name')),
      ...(item.id === undefined ? [] : matches(ITEM_IDS[text(item.type)] ?? /^/, item.id, 'the id of the item')),
      ...(item.type === 'message'
        ? objects(item.content).flatMap(({ type }) =>
            (INPUTS[text(item.role)] ?? []).includes(text(type)) ? [] : [`a part ${text(type)} of ${text(item.role)}`],
          )
        : []),
    ]),
    ...answered([...new Set(calls)], [...new Set(outputs)]),
  ]
}

function blankIn(content: unknown): boolean {
  if (typeof content === 'string') return content.trim() === ''
  return (
    objects(content).length === 0 || objects(content).some((part) => 'text' in part && text(part.text).trim() === '')
  )
}

/** https://docs.cohere.com/reference/chat */
export const cohereRules: Rule = (body) => {
  const messages = objects(body.messages)
  return [
    ...(messages.some(({ role }) => role !== 'system') ? [] : ['there is nothing but instructions']),
    ...each(messages, 'messages', (message, at) => {
      const calls = objects(message.tool_calls).map(({ id }) => id)
      const results: unknown[] = []
      for (let next = at + 1; messages[next]?.role === 'tool'; next++) results.push(messages[next]?.tool_call_id)
      const isSilent = message.role === 'assistant' && calls.length > 0 && message.content === undefined
      return [
        ...(isSilent || !blankIn(message.content) ? [] : ['it says nothing']),
        ...(message.role === 'assistant' ? answered(calls, results) : []),
        ...(message.role === 'tool'
          ? objects(message.content).flatMap(({ type }) => (type === 'image_url' ? ['an image in a result'] : []))
          : []),
      ]
    }),
    ...each(body.tools, 'tools', (tool) =>
      matches(/^[a-zA-Z0-9_-]{1,64}$/, (tool.function as JsonObject).name, 'the name'),
    ),
  ]
}

/** https://docs.ollama.com/api/chat */
export const ollamaRules: Rule = (body) =>
  each(body.messages, 'messages', (message) => [
    ...(['system', 'user', 'assistant', 'tool'].includes(text(message.role)) ? [] : [`role ${text(message.role)}`]),
    ...(message.content === undefined || typeof message.content === 'string' ? [] : ['its content is no text']),
    ...each(message.tool_calls, 'tool_calls', ({ function: made }) =>
      isObject(made) && isObject(made.arguments) ? [] : ['arguments are no object'],
    ),
  ])
