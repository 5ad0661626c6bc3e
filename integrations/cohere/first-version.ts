/** Converts the first version of Cohere's chat (https://docs.cohere.com/v1/reference/chat) to the second. */
import { asArray, asString, isObject, path, type Args } from '../../src/autolog/contract.js'

/** Roles are in capitals, and the model has another role name. */
function messageOf(message: unknown): object {
  const role = asString(path(message, 'role'))?.toLowerCase()
  const toolCalls = callsOf(path(message, 'toolCalls'))
  const content = asString(path(message, 'message')) ?? ''
  return { role: role === 'chatbot' ? 'assistant' : (role ?? 'user'), content, ...(toolCalls && { toolCalls }) }
}

/** Tool calls have no ids, and their arguments are an object. */
function callsOf(calls: unknown): object[] | undefined {
  if (!Array.isArray(calls) || calls.length === 0) return undefined
  return asArray(calls).map((call, place) => {
    const made = { name: path(call, 'name'), arguments: JSON.stringify(path(call, 'parameters') ?? {}) }
    return { id: `call_${place}`, type: 'function', function: made }
  })
}

export function chatRequest([body]: Args): unknown {
  if (!isObject(body)) return undefined
  const { message, chatHistory, preamble, tools: _tools, toolResults: _results, ...rest } = body
  return {
    ...rest,
    messages: [
      ...(typeof preamble === 'string' ? [{ role: 'system', content: preamble }] : []),
      ...asArray(chatHistory).map(messageOf),
      { role: 'user', content: message },
    ],
  }
}

export function chatAnswer(answer: unknown): unknown {
  if (!isObject(answer) || typeof answer['text'] !== 'string') return answer
  const toolCalls = callsOf(answer['toolCalls'])
  return {
    id: answer['generationId'],
    finishReason: toolCalls ? 'TOOL_CALL' : answer['finishReason'],
    message: { role: 'assistant', content: [{ type: 'text', text: answer['text'] }], ...(toolCalls && { toolCalls }) },
    usage: answer['meta'],
  }
}

/** Reads pieces with text and the last one, which includes what the others have. */
export function chatEvent(piece: unknown): { data: unknown } | undefined {
  switch (path(piece, 'eventType')) {
    case 'stream-start':
      return { data: { type: 'message-start', id: path(piece, 'generationId') } }
    case 'text-generation':
      return {
        data: { type: 'content-delta', index: 0, delta: { message: { content: { text: path(piece, 'text') } } } },
      }
    case 'stream-end':
      return {
        data: {
          type: 'message-end',
          delta: { finishReason: path(piece, 'finishReason'), usage: path(piece, 'response', 'meta') },
        },
      }
    default:
      return undefined
  }
}

/** The usage of a completion, in the fields of OpenAI's operations. */
export function generateAnswer(answer: unknown): unknown {
  const billed = path(answer, 'meta', 'billedUnits')
  return {
    id: path(answer, 'id'),
    usage: isObject(billed)
      ? { input_tokens: billed['inputTokens'], output_tokens: billed['outputTokens'] }
      : undefined,
  }
}
