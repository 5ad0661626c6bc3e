/** Converts formats of conversations that are close to OpenAI's chat. */
import { asArray, asString, isObject, path } from '../../kernel/json.js'
import { usageAtEnd } from './bedrock-tokens.js'

type Wire = Record<string, unknown>

/** OpenAI's chat, except for Mistral's finish reasons and Bedrock's usage at the end of a stream. */
export function withChatUsage(wire: Wire): Wire {
  const usage = usageAtEnd(wire)
  const isNamed = asArray(wire['choices']).some((choice) => isObject(choice) && choice['finish_reason'] === undefined)
  if (!usage && !isNamed) return wire
  return {
    ...wire,
    choices: asArray(wire['choices']).map((choice) =>
      isObject(choice)
        ? { ...choice, finish_reason: choice['finish_reason'] ?? asString(choice['stop_reason']) }
        : choice,
    ),
    ...(usage && wire['usage'] == null && { usage }),
  }
}

/** Cohere's Command R, in the first version of its chat, where the last message is separate. */
export function commandRequest(body: Wire): Wire {
  const { message, chat_history: history, preamble, p, k, message: _message, ...rest } = body
  const before = asArray(history).map((turn) => ({
    role: path(turn, 'role') === 'CHATBOT' ? 'assistant' : String(path(turn, 'role')).toLowerCase(),
    content: path(turn, 'message'),
  }))
  return {
    max_tokens: rest['max_tokens'],
    temperature: rest['temperature'],
    top_p: p,
    top_k: k,
    seed: rest['seed'],
    ...(rest['stop_sequences'] !== undefined && { stop: rest['stop_sequences'] }),
    messages: [
      ...(typeof preamble === 'string' ? [{ role: 'system', content: preamble }] : []),
      ...before,
      { role: 'user', content: message },
    ],
  }
}

/** For a whole answer or a piece of a stream. */
export function commandAnswer(wire: Wire): Wire {
  const usage = usageAtEnd(wire)
  const end = wire['event_type'] === 'stream-end' && isObject(wire['response']) ? wire['response'] : undefined
  const { text, finish_reason: reason, response_id: id, tool_calls: calls } = end ?? wire
  const isPiece = wire['event_type'] !== undefined
  if (text === undefined && !isPiece && !usage) throw new TypeError('the answer has no text')
  const said = {
    role: 'assistant',
    // The last piece has the whole text again.
    content: end ? '' : (text ?? ''),
    ...(Array.isArray(calls) && { tool_calls: calls.map(toolCall) }),
  }
  return {
    id,
    choices: [{ index: 0, finish_reason: reason ?? null, [isPiece ? 'delta' : 'message']: said }],
    ...(usage && { usage }),
  }
}

/** Tool calls of this version have no id. */
function toolCall(call: unknown, index: number): Wire {
  return {
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: path(call, 'name'), arguments: JSON.stringify(path(call, 'parameters') ?? {}) },
  }
}
