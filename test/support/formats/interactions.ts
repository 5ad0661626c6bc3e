/** Google's Interactions. */
import { sse, type FakeFormat, type Json } from './shape.js'

const USAGE = {
  total_input_tokens: 11,
  total_cached_tokens: 4,
  total_output_tokens: 5,
  total_thought_tokens: 2,
  total_tool_use_tokens: 0,
  total_tokens: 18,
}

const interaction = (body: Json, status: string): Json => ({
  id: 'int_1',
  object: 'interaction',
  status,
  model: `${String(body['model'] ?? 'gemini-3-flash')}-2026`,
  created: '2026-01-01T00:00:00Z',
  updated: '2026-01-01T00:00:00Z',
})

const CALL = { type: 'function_call', id: 'call_1', name: 'add', arguments: { firstNumber: 2, second_number: 2 } }

const wantsTool = (body: Json): boolean => Array.isArray(body['tools']) && body['tools'].length > 0

export const interactions: FakeFormat = {
  path: /\/interactions(\/[^/]+)?$/,
  streams: (_path, body) => body['stream'] === true,
  whole(path, body) {
    if (body['background'] === true) return interaction(body, 'in_progress')
    const steps = wantsTool(body)
      ? [CALL]
      : [
          { type: 'thought', summary: [{ type: 'text', text: 'A greeting.' }] },
          { type: 'model_output', content: [{ type: 'text', text: 'Hello there, friend.' }] },
        ]
    return { ...interaction(body, wantsTool(body) ? 'requires_action' : 'completed'), steps, usage: USAGE }
  },
  events(_path, body) {
    const event = (event_type: string, data: Json): string => sse({ event_type, ...data }, event_type)
    const delta = (index: number, data: Json): string => event('step.delta', { index, delta: data })
    const steps = wantsTool(body)
      ? [
          event('step.start', { index: 0, step: { ...CALL, arguments: {} } }),
          delta(0, { type: 'arguments_delta', arguments: '{"firstNumber":2,' }),
          delta(0, { type: 'arguments_delta', arguments: '"second_number":2}' }),
          event('step.stop', { index: 0 }),
        ]
      : [
          event('step.start', { index: 0, step: { type: 'model_output' } }),
          ...['Hello', ' there', ', friend.'].map((text) => delta(0, { type: 'text', text })),
          event('step.stop', { index: 0 }),
        ]
    const status = wantsTool(body) ? 'requires_action' : 'completed'
    return [
      event('interaction.created', { interaction: interaction(body, 'in_progress') }),
      ...steps,
      event('interaction.completed', { interaction: { ...interaction(body, status), usage: USAGE } }),
      sse('[DONE]', 'done'),
    ]
  },
  error: (status, error) => ({ error: { code: status, message: error['message'] } }),
}
