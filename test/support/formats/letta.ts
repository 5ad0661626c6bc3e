/** Agents of Letta (https://docs.letta.com/api-reference/agents/messages), and their archive. */
import { pieces, sse, type FakeFormat, type Json } from './shape.js'

const USAGE = {
  message_type: 'usage_statistics',
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  step_count: 1,
}
const STOP = { message_type: 'stop_reason', stop_reason: 'end_turn' }
const DATE = '2026-01-01T00:00:00Z'

const said = (content: string): Json => ({ id: 'message-1', date: DATE, message_type: 'assistant_message', content })
const thought = { id: 'message-0', date: DATE, message_type: 'reasoning_message', reasoning: 'They greet me.' }
const call = (tool_call: Json): Json => ({ id: 'message-2', date: DATE, message_type: 'tool_call_message', tool_call })

const passage = {
  id: 'passage-1',
  text: 'Likes tea.',
  embedding: null,
  embedding_config: null,
  metadata: { kind: 'taste' },
}

function whole(path: string, body: Json): Json {
  if (path.endsWith('/archival-memory/search'))
    return { count: 1, results: [{ id: 'passage-1', content: 'Likes tea.', timestamp: DATE }] }
  if (path.includes('/archival-memory')) return [passage] as unknown as Json
  if (path.endsWith('/passages/search')) return [{ passage, score: 0.9 }] as unknown as Json
  if (path.endsWith('/async')) return { id: 'run-1', status: 'created' }
  if (/\/(summarize|compact)$/.test(path))
    return { summary: 'They met.', num_messages_before: 9, num_messages_after: 2 }
  const tool = call({ tool_call_id: 'call_1', name: 'add', arguments: '{"a":2,"b":2}' })
  const messages = body['client_tools'] === undefined ? [thought, said('Hello there, friend.')] : [tool]
  return {
    messages,
    stop_reason: body['client_tools'] === undefined ? STOP : { ...STOP, stop_reason: 'requires_approval' },
    usage: USAGE,
  }
}

const events = (): string[] =>
  [thought, ...pieces('Hello there, friend.').map(said), STOP, USAGE].map((event) => sse(event)).concat(sse('[DONE]'))

export const letta: FakeFormat = {
  path: /\/v1\/(agents\/[^/]+\/(messages|summarize|archival-memory)|conversations\/[^/]+\/(messages|compact)|passages\/search)/,
  streams: (path, body) =>
    body['streaming'] === true || path.endsWith('/stream') || /conversations\/[^/]+\/messages$/.test(path),
  whole,
  events,
}
