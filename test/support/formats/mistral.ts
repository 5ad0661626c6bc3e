/** Mistral's API: OpenAI's chat in its dialect, and its own operations. */
import { sse, type FakeFormat, type Json } from './shape.js'

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, num_cached_tokens: 4 }
const CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'add', arguments: '{"firstNumber":2,"second_number":2}' },
}

const modelOf = (body: Json): string => `${String(body['model'] ?? 'mistral-agent')}-2026`
const wantsTool = (body: Json): boolean => Array.isArray(body['tools']) && body['tools'].length > 0
const textOf = (body: Json): string =>
  JSON.stringify(body).includes('json_schema') ? '{"answer":"four"}' : 'Hello there, friend.'

const head = (body: Json, object: string): Json => ({
  id: 'mistral_1',
  object,
  created: 1_700_000_000,
  model: modelOf(body),
})

const OTHERS: Readonly<Record<string, (body: Json) => Json>> = {
  embeddings: (body) => ({
    ...head(body, 'list'),
    data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }],
    usage: { prompt_tokens: 5, total_tokens: 5, completion_tokens: 0 },
  }),
  moderations: (body) => ({
    id: 'mod_1',
    model: modelOf(body),
    results: [{ categories: { pii: false }, category_scores: {} }],
  }),
  ocr: (body) => ({ pages: [], model: modelOf(body), usage_info: { pages_processed: 3, doc_size_bytes: 10 } }),
  transcriptions: (body) => ({
    model: modelOf(body),
    text: 'Hello',
    language: 'en',
    segments: [],
    usage: { ...USAGE, prompt_audio_seconds: 2 },
  }),
  speech: () => ({ audio_data: 'aGk=' }),
  conversations: () => ({
    object: 'conversation.response',
    conversation_id: 'conv_1',
    outputs: [{ type: 'message.output', content: 'Hello' }],
    usage: { ...USAGE, connector_tokens: 0 },
  }),
}

const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function otherEvents(path: string, body: Json): string[] {
  const event = (data: Json): string => sse(data, data['type'] as string)
  if (path.endsWith('/transcriptions'))
    return [
      event({ type: 'transcription.text.delta', text: 'Hello' }),
      event({
        type: 'transcription.done',
        model: modelOf(body),
        text: 'Hello',
        language: 'en',
        segments: [],
        usage: USAGE,
      }),
    ]
  return [
    event({ type: 'conversation.response.started', conversation_id: 'conv_1', created_at: '2026-01-01T00:00:00Z' }),
    event({ type: 'message.output.delta', id: 'm', content: 'Hello', created_at: '2026-01-01T00:00:00Z' }),
    event({
      type: 'conversation.response.done',
      usage: { ...USAGE, connector_tokens: 0 },
      created_at: '2026-01-01T00:00:00Z',
    }),
  ]
}

export const mistral: FakeFormat = {
  path: /^\/mistral\//,
  streams: (path, body) => body['stream'] === true || path.endsWith('#stream'),
  whole(path, body) {
    const other = OTHERS[last(path)]
    if (other) return other(body)
    const message = wantsTool(body)
      ? { role: 'assistant', content: '', tool_calls: [CALL] }
      : { role: 'assistant', content: textOf(body), tool_calls: null }
    const choice = { index: 0, finish_reason: wantsTool(body) ? 'tool_calls' : 'stop', message }
    return { ...head(body, 'chat.completion'), choices: [choice], usage: USAGE }
  },
  events(path, body) {
    if (!path.endsWith('/completions')) return otherEvents(path, body)
    const chunk = (delta: Json, finish: string | null = null, more: Json = {}): string =>
      sse({ ...head(body, 'chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }], ...more })
    const pieces = textOf(body).match(/.{1,4}/g) ?? []
    return [
      chunk({ role: 'assistant', content: '' }),
      ...(wantsTool(body)
        ? [chunk({ tool_calls: [{ ...CALL, index: 0 }] })]
        : pieces.map((content) => chunk({ content }))),
      chunk({ content: '' }, wantsTool(body) ? 'tool_calls' : 'stop', { usage: USAGE }),
      sse('[DONE]'),
    ]
  },
  error: (_status, error) => ({ object: 'error', message: error['message'], type: error['type'], code: null }),
}
