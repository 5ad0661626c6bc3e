/** OpenAI's chat completions, with what they refuse (https://platform.openai.com/docs/api-reference/chat/create). */
import { USAGE, type Json, type Reply } from './scene.js'
import { capitalType, first, halves, list, longUser, newId, textOf, unknownName, type Wire } from './wire.js'

const FIELDS = [
  'model messages tools tool_choice parallel_tool_calls stream stream_options temperature top_p max_tokens',
  'max_completion_tokens n stop seed user safety_identifier prompt_cache_key prompt_cache_retention store metadata',
  'reasoning_effort verbosity response_format frequency_penalty presence_penalty logprobs top_logprobs logit_bias',
  'service_tier modalities audio prediction functions function_call web_search_options',
].flatMap((line) => line.split(' '))

function messageFault(message: Json, index: number, all: readonly Json[]): string | undefined {
  const where = `messages[${index}]`
  const role = message['role']
  if (!['system', 'developer', 'user', 'assistant', 'tool'].includes(String(role)))
    return `${where}.role: ${String(role)}`
  if (role === 'tool') {
    const calls = all.slice(0, index).flatMap((before) => list(before['tool_calls']))
    if (!calls.some((call) => call['id'] === message['tool_call_id'])) return `${where}: no such tool_call_id`
  }
  return unknownName(message, ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal', 'audio'], where)
}

const answerOf = (reply: Reply): Json =>
  reply.kind === 'text'
    ? { role: 'assistant', content: reply.text }
    : {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: newId('call_'),
            type: 'function',
            function: { name: reply.name, arguments: JSON.stringify(reply.args) },
          },
        ],
      }

const finish = (reply: Reply): string => (reply.kind === 'text' ? 'stop' : 'tool_calls')
const usage = {
  prompt_tokens: USAGE.input,
  completion_tokens: USAGE.output,
  total_tokens: USAGE.input + USAGE.output,
}

export const openaiChat: Wire = {
  path: /\/chat\/completions$/,
  fault: (body) =>
    first([
      unknownName(body, FIELDS, 'body'),
      longUser(body),
      ...list(body['messages']).map(messageFault),
      ...list(body['tools']).map((tool, i) => unknownName(tool, ['type', 'function'], `tools[${i}]`)),
      ...list(body['tools']).map((tool, i) =>
        unknownName(tool['function'], ['name', 'description', 'parameters', 'strict'], `tools[${i}].function`),
      ),
      capitalType(body['tools']),
      capitalType(body['response_format']),
    ]),
  asked(body) {
    const messages = list(body['messages'])
    const format = body['response_format'] as { readonly json_schema?: { readonly schema: Json } } | undefined
    return {
      tools: list(body['tools']).map(({ function: it }) => ({
        name: String((it as Json)['name']),
        schema: (it as Json)['parameters'] as Json,
      })),
      prompts: messages.filter(({ role }) => role === 'user').map(({ content }) => textOf(content)),
      results: messages.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
      schema: format?.json_schema?.schema,
    }
  },
  streams: (body) => body['stream'] === true,
  whole: (reply, { model }) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message: answerOf(reply), finish_reason: finish(reply), logprobs: null }],
    usage,
  }),
  events(reply, { model, stream_options }) {
    const chunk = (delta: Json | undefined, finish_reason: string | null = null, rest: Json = {}) => ({
      data: {
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model,
        choices: delta ? [{ index: 0, delta, finish_reason, logprobs: null }] : [],
        ...rest,
      },
    })
    const message = answerOf(reply)
    const [call] = list(message['tool_calls'])
    const [head, tail] = halves(
      call ? JSON.stringify((reply as { readonly args: Json }).args) : String(message['content']),
    )
    const piece = (text: string) =>
      call ? { tool_calls: [{ index: 0, function: { arguments: text } }] } : { content: text }
    const opening = call
      ? { tool_calls: [{ index: 0, ...call, function: { ...(call['function'] as Json), arguments: '' } }] }
      : { content: '' }
    return [
      chunk({ role: 'assistant', ...opening }),
      chunk(piece(head)),
      chunk(piece(tail)),
      chunk({}, finish(reply)),
      ...((stream_options as Json | undefined)?.['include_usage'] === true ? [chunk(undefined, null, { usage })] : []),
      { data: '[DONE]' },
    ]
  },
  error: (_status, message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
}
