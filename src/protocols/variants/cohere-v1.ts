/** The first version of Cohere's chat (https://docs.cohere.com/v1/reference/chat), as the second, and of its completions. */
import { asArray, asString, isObject, path } from '../../kernel/json.js'
import type { FieldTable, JsonObject } from '../../kernel/protocol.js'
import { FIELDS, META } from '../cohere-chat/fields.js'
import type { Variant } from './variant.js'

const RESULT: FieldTable = { call: true, outputs: true }
const TOOL_CALLS: FieldTable = { name: true, parameters: true }
const ANSWER: FieldTable = { ...META, generation_id: true, finish_reason: true, tool_calls: TOOL_CALLS }

export const cohereChatV1: Variant = {
  as: 'cohere-chat',
  // Events are lines of JSON, unless the request asks for server-sent events.
  framing: 'ndjson',
  fields: {
    ...FIELDS,
    ...ANSWER,
    chat_history: { tool_calls: TOOL_CALLS, tool_results: RESULT },
    tools: { parameter_definitions: true },
    tool_results: RESULT,
    event_type: true,
    is_finished: true,
    response: ANSWER,
  },
  request: chatRequest,
  answer: chatAnswer,
  event: chatEvent,
}

/** Only its usage is read. */
export const cohereGenerate: Variant = {
  as: 'json',
  operation: 'text_completion',
  framing: 'ndjson',
  errorsAs: 'cohere-chat',
  fields: { ...META, event_type: true, is_finished: true, response: META },
  answer: counted,
  event: (piece) => (isObject(piece['response']) ? counted(piece['response']) : undefined),
}

function chatRequest(body: JsonObject): JsonObject {
  const { message, chat_history: history, preamble, tools, tool_results: results, ...rest } = body
  return {
    ...rest,
    ...(Array.isArray(tools) && { tools: tools.map(toolOf) }),
    messages: [
      ...(typeof preamble === 'string' ? [{ role: 'system', content: preamble }] : []),
      ...asArray(history).flatMap(messagesOf),
      // With results of tools, it may be empty.
      ...(message === undefined || message === '' ? [] : [{ role: 'user', content: message }]),
      ...resultsOf(results),
    ],
  }
}

/** Roles are in capitals, and the model has another role name. */
function messagesOf(message: unknown): object[] {
  const role = asString(path(message, 'role'))?.toLowerCase()
  if (role === 'tool') return resultsOf(path(message, 'tool_results'))
  const calls = callsOf(path(message, 'tool_calls'))
  const content = asString(path(message, 'message')) ?? ''
  return [{ role: role === 'chatbot' ? 'assistant' : (role ?? 'user'), content, ...(calls && { tool_calls: calls }) }]
}

/** Tool calls have no ids, and their arguments are an object. */
function callsOf(calls: unknown): object[] | undefined {
  if (!Array.isArray(calls) || calls.length === 0) return undefined
  return calls.map((call: unknown, place) => {
    const made = { name: path(call, 'name'), arguments: JSON.stringify(path(call, 'parameters') ?? {}) }
    return { id: `call_${place}`, type: 'function', function: made }
  })
}

const resultsOf = (results: unknown): object[] =>
  asArray(results).map((result, place) => ({
    role: 'tool',
    tool_call_id: `call_${place}`,
    content: JSON.stringify(path(result, 'outputs') ?? []),
  }))

/** Types are named as in Python. */
const TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
}

function toolOf(tool: unknown): object {
  const definitions = path(tool, 'parameter_definitions')
  const parameters = Object.entries(isObject(definitions) ? definitions : {})
  const properties = parameters.map(([name, definition]) => {
    const type = asString(path(definition, 'type')) ?? 'str'
    const description = asString(path(definition, 'description'))
    return [name, { type: TYPES[type.toLowerCase()] ?? type, ...(description !== undefined && { description }) }]
  })
  const required = parameters.filter(([, definition]) => path(definition, 'required') === true).map(([name]) => name)
  return {
    type: 'function',
    function: {
      name: path(tool, 'name'),
      description: path(tool, 'description'),
      parameters: { type: 'object', properties: Object.fromEntries(properties) as JsonObject, required },
    },
  }
}

function chatAnswer(answer: JsonObject): JsonObject {
  if (typeof answer['text'] !== 'string') return answer
  const calls = callsOf(answer['tool_calls'])
  return {
    id: answer['generation_id'],
    finish_reason: calls ? 'TOOL_CALL' : answer['finish_reason'],
    message: {
      role: 'assistant',
      content: [{ type: 'text', text: answer['text'] }],
      ...(calls && { tool_calls: calls }),
    },
    usage: answer['meta'],
  }
}

/** Reads pieces with text or tool calls, and the last one, which includes what the others have. */
function chatEvent(piece: JsonObject): unknown {
  switch (piece['event_type']) {
    case 'stream-start':
      return { type: 'message-start', id: piece['generation_id'] }
    case 'text-generation':
      return { type: 'content-delta', index: 0, delta: { message: { content: { text: piece['text'] } } } }
    case 'tool-calls-generation':
      return callsOf(piece['tool_calls'])?.map((call, index) => ({
        type: 'tool-call-start',
        index,
        delta: { message: { tool_calls: call } },
      }))
    case 'stream-end': {
      const isCall = callsOf(path(piece, 'response', 'tool_calls')) !== undefined
      const reason = isCall ? 'TOOL_CALL' : piece['finish_reason']
      return { type: 'message-end', delta: { finish_reason: reason, usage: path(piece, 'response', 'meta') } }
    }
    case undefined:
      // An error, which has no type.
      return piece
    default:
      return undefined
  }
}

/** The usage in the fields of OpenAI's operations. */
function counted(answer: JsonObject): JsonObject {
  const billed = path(answer, 'meta', 'billed_units')
  return {
    id: answer['id'],
    ...(isObject(billed) && {
      usage: { input_tokens: billed['input_tokens'], output_tokens: billed['output_tokens'] },
    }),
  }
}
