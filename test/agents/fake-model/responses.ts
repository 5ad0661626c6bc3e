/** OpenAI's responses, with what they refuse (https://platform.openai.com/docs/api-reference/responses/create). */
import { USAGE, type Json, type Reply } from './scene.js'
import { capitalType, first, halves, list, longUser, newId, textOf, unknownName, type Wire } from './wire.js'

const FIELDS = [
  'model input instructions tools tool_choice parallel_tool_calls stream stream_options temperature top_p max_output_tokens',
  'max_tool_calls previous_response_id conversation store include metadata client_metadata reasoning text truncation user',
  'safety_identifier prompt_cache_key prompt_cache_retention service_tier background prompt top_logprobs context_management',
].flatMap((line) => line.split(' '))

function itemFault(item: Json, index: number, all: readonly Json[]): string | undefined {
  if (item['type'] !== 'function_call_output') return undefined
  const hasCall = all.some(({ type, call_id }) => type === 'function_call' && call_id === item['call_id'])
  return hasCall ? undefined : `input[${index}]: No tool call found for function call output`
}

function itemOf(reply: Reply, status: string): Json {
  if (reply.kind === 'call') {
    const args = status === 'completed' ? JSON.stringify(reply.args) : ''
    return { type: 'function_call', id: 'fc_1', call_id: newId('call_'), name: reply.name, arguments: args, status }
  }
  const part = { type: 'output_text', text: reply.text, annotations: [], logprobs: [] }
  return { type: 'message', id: 'msg_1', role: 'assistant', status, content: status === 'completed' ? [part] : [] }
}

const response = (model: unknown, output: readonly Json[], status: string): Json => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  model,
  output,
  parallel_tool_calls: true,
  tools: [],
  usage:
    status === 'completed'
      ? {
          input_tokens: USAGE.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: USAGE.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: USAGE.input + USAGE.output,
        }
      : null,
})

export const responses: Wire = {
  path: /\/responses$/,
  fault: (body) =>
    first([
      unknownName(body, FIELDS, 'body'),
      longUser(body),
      ...list(body['input']).map(itemFault),
      capitalType(body['tools']),
      capitalType(body['text']),
    ]),
  asked(body) {
    const input = list(body['input'])
    const text = body['text'] as { readonly format?: { readonly schema?: Json } } | undefined
    return {
      tools: list(body['tools'])
        .filter(({ type }) => type === 'function')
        .map((tool) => ({ name: String(tool['name']), schema: (tool['parameters'] ?? {}) as Json })),
      prompts: input.filter(({ role }) => role === 'user').map(({ content }) => textOf(content)),
      results: input.filter(({ type }) => type === 'function_call_output').map(({ output }) => textOf(output)),
      schema: text?.format?.schema,
    }
  },
  streams: (body) => body['stream'] === true,
  whole: (reply, { model }) => response(model, [itemOf(reply, 'completed')], 'completed'),
  events(reply, { model }) {
    const item = itemOf(reply, 'completed')
    const opening = { ...itemOf(reply, 'in_progress'), ...('call_id' in item && { call_id: item['call_id'] }) }
    const at = { output_index: 0, item_id: item['id'] }
    const isText = reply.kind === 'text'
    const [head, tail] = halves(isText ? reply.text : JSON.stringify(reply.args))
    const place = isText ? { ...at, content_index: 0 } : at
    const name = isText ? 'response.output_text' : 'response.function_call_arguments'
    const part = list(item['content'])[0]
    const events: readonly Json[] = [
      { type: 'response.created', response: response(model, [], 'in_progress') },
      { type: 'response.output_item.added', output_index: 0, item: opening },
      ...(part ? [{ type: 'response.content_part.added', ...place, part: { ...part, text: '' } }] : []),
      { type: `${name}.delta`, ...place, delta: head },
      { type: `${name}.delta`, ...place, delta: tail },
      { type: `${name}.done`, ...place, ...(isText ? { text: reply.text } : { arguments: item['arguments'] }) },
      ...(part ? [{ type: 'response.content_part.done', ...place, part }] : []),
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: response(model, [item], 'completed') },
    ]
    return events.map((data, sequence_number) => ({ event: String(data['type']), data: { ...data, sequence_number } }))
  },
  error: (_status, message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
}
