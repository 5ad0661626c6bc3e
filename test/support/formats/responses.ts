/** OpenAI's Responses: the object and the events of its stream. */
import { pieces, sse, textOf, type Json } from './shape.js'

export function responsesObject(body: Json, model: string, tool: boolean): Json {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    completed_at: 1_700_000_001,
    frequency_penalty: 0,
    presence_penalty: 0,
    status: 'completed',
    model,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    output: tool
      ? [
          {
            type: 'function_call',
            id: 'fc_1',
            call_id: 'call_1',
            name: 'add',
            arguments: '{"a":2,"b":2}',
            status: 'completed',
          },
        ]
      : [
          {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: textOf(body), annotations: [] }],
          },
        ],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: 11,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 18,
    },
  }
}

export function responsesEvents(body: Json, model: string, tool = false): string[] {
  let sequence_number = 0
  const event = (data: Json): string => sse({ ...data, sequence_number: sequence_number++ }, data['type'] as string)
  const final = responsesObject(body, model, tool)
  if (tool) return toolEvents(final, event)
  const text = textOf(body)
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const message = (final['output'] as Json[])[0] as Json
  const part = (message['content'] as Json[])[0] as Json
  return [
    event({ type: 'response.created', response: { ...final, status: 'in_progress', output: [], usage: null } }),
    event({
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...message, status: 'in_progress', content: [] },
    }),
    event({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } }),
    ...pieces(text).map((delta) => event({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    event({ type: 'response.output_text.done', ...at, text, logprobs: [] }),
    event({ type: 'response.content_part.done', ...at, part }),
    event({ type: 'response.output_item.done', output_index: 0, item: message }),
    event({ type: 'response.completed', response: final }),
  ]
}

function toolEvents(final: Json, event: (data: Json) => string): string[] {
  const call = (final['output'] as Json[])[0] as Json
  const at = { item_id: call['id'], output_index: 0 }
  const { arguments: text, name } = call
  return [
    event({ type: 'response.created', response: { ...final, status: 'in_progress', output: [], usage: null } }),
    event({
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...call, status: 'in_progress', arguments: '' },
    }),
    event({ type: 'response.function_call_arguments.delta', ...at, delta: text }),
    event({ type: 'response.function_call_arguments.done', ...at, arguments: text, name }),
    event({ type: 'response.output_item.done', output_index: 0, item: call }),
    event({ type: 'response.completed', response: final }),
  ]
}
