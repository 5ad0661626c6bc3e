/** Cohere's chat, embeddings and rerank, first and second version. */
import { sse, type FakeFormat, type Json } from './shape.js'

const UNITS = { input_tokens: 9, output_tokens: 6 }
const USAGE = { billed_units: UNITS, tokens: { input_tokens: 11, output_tokens: 7 }, cached_tokens: 4 }
const CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'add', arguments: '{"firstNumber":2,"second_number":2}' },
}

const wantsTool = (body: Json): boolean => Array.isArray(body['tools']) && body['tools'].length > 0
const finish = (body: Json): string => (wantsTool(body) ? 'TOOL_CALL' : 'COMPLETE')

/** The first version, which differs in all of it. */
function old(path: string): Json {
  if (path.endsWith('/chat'))
    return {
      text: 'Hello there, friend.',
      generation_id: 'gen_1',
      response_id: 'chat_1',
      finish_reason: 'COMPLETE',
      meta: { billed_units: UNITS, tokens: { input_tokens: 11, output_tokens: 7 } },
    }
  if (path.endsWith('/embed'))
    return {
      id: 'emb_1',
      embeddings: [[0.5, -0.25]],
      texts: ['Hello'],
      meta: { billed_units: { input_tokens: 5 } },
      response_type: 'embeddings_floats',
    }
  return {
    id: 'gen_1',
    prompt: 'Hello',
    generations: [{ id: 'one', text: 'Hello there', finish_reason: 'COMPLETE' }],
    meta: { billed_units: UNITS },
  }
}

function content(body: Json): string[] {
  const event = (data: Json): string => sse(data, data['type'] as string)
  if (wantsTool(body))
    return [
      event({ type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will add.' } } }),
      event({
        type: 'tool-call-start',
        index: 0,
        delta: { message: { tool_calls: { ...CALL, function: { name: 'add', arguments: '' } } } },
      }),
      event({
        type: 'tool-call-delta',
        index: 0,
        delta: { message: { tool_calls: { function: { arguments: CALL.function.arguments } } } },
      }),
      event({ type: 'tool-call-end', index: 0 }),
    ]
  return [
    event({ type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
    ...['Hello', ' there', ', friend.'].map((text) =>
      event({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } }),
    ),
    event({ type: 'content-end', index: 0 }),
  ]
}

export const cohere: FakeFormat = {
  path: /\/v[12]\/(chat|embed|rerank|tokenize|generate)$/,
  streams: (_path, body) => body['stream'] === true,
  whole(path, body) {
    if (path.endsWith('/rerank'))
      return {
        id: 'rank_1',
        results: [{ index: 1, relevance_score: 0.9 }],
        meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
      }
    if (path.includes('/v1/')) return old(path)
    if (path.endsWith('/embed'))
      return {
        id: 'emb_1',
        embeddings: { float: [[0.5, -0.25]] },
        texts: ['Hello'],
        meta: { billed_units: { input_tokens: 5 } },
        response_type: 'embeddings_by_type',
      }
    const message = wantsTool(body)
      ? { role: 'assistant', tool_plan: 'I will add.', tool_calls: [CALL] }
      : { role: 'assistant', content: [{ type: 'text', text: 'Hello there, friend.' }] }
    return { id: 'chat_1', finish_reason: finish(body), message, usage: USAGE }
  },
  events(path, body) {
    if (path.includes('/v1/'))
      return [
        { event_type: 'stream-start', generation_id: 'gen_1', is_finished: false },
        { event_type: 'text-generation', text: 'Hello there', is_finished: false },
        { event_type: 'stream-end', finish_reason: 'COMPLETE', is_finished: true, response: old('/v1/chat') },
      ].map((event) => `${JSON.stringify(event)}\n`)
    return [
      sse(
        { type: 'message-start', id: 'chat_1', delta: { message: { role: 'assistant', content: [] } } },
        'message-start',
      ),
      ...content(body),
      sse({ type: 'message-end', delta: { finish_reason: finish(body), usage: USAGE } }, 'message-end'),
      sse('[DONE]'),
    ]
  },
  error: (_status, error) => ({ message: error['message'] }),
}
