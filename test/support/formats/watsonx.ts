/** IBM watsonx.ai's own API (https://cloud.ibm.com/apidocs/watsonx-ai). Its gateway speaks OpenAI's. */
import { pieces, sse, type FakeFormat, type Json } from './shape.js'

const WORDS = 'Hello there, friend.'
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const CREATED = '2026-01-01T00:00:00Z'

const modelIn = (body: Json): string => `${String(body['model_id'] ?? 'ibm/granite')}-2026`
const wantsTool = (body: Json): boolean => Array.isArray(body['tools'])

function chat(body: Json): Json {
  const tool = { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":2,"b":2}' } }
  const message = wantsTool(body) ? { role: 'assistant', tool_calls: [tool] } : { role: 'assistant', content: WORDS }
  return {
    id: 'chat-1',
    model_id: modelIn(body),
    created: 1_700_000_000,
    created_at: CREATED,
    choices: [{ index: 0, message, finish_reason: wantsTool(body) ? 'tool_calls' : 'stop' }],
    usage: USAGE,
  }
}

const text = (body: Json, result: Json): Json => ({ model_id: modelIn(body), created_at: CREATED, results: [result] })

function whole(path: string, body: Json): Json {
  const counted = { model_id: modelIn(body), created_at: CREATED, input_token_count: 5 }
  if (path.endsWith('/embeddings')) return { ...counted, results: [{ embedding: [0.5, -0.25] }] }
  if (path.endsWith('/rerank')) return { ...counted, results: [{ index: 0, score: 0.9 }] }
  if (path.endsWith('/tokenization')) return { model_id: modelIn(body), result: { token_count: 42 } }
  if (path.endsWith('/transcriptions')) return { text: 'Hello.' }
  if (path.endsWith('/extractions'))
    return { metadata: { id: 'ext-1', created_at: CREATED }, entity: { results: { status: 'submitted' } } }
  if (path.endsWith('/forecast')) return { model_id: modelIn(body), created_at: CREATED, results: [{ target: [1] }] }
  if (path.endsWith('/chat')) return chat(body)
  const result = { generated_text: WORDS, generated_token_count: 7, input_token_count: 11, stop_reason: 'max_tokens' }
  return text(body, result)
}

function events(path: string, body: Json): string[] {
  const words = pieces(WORDS)
  if (path.endsWith('/generation_stream'))
    return words.map((part, i) =>
      sse(
        text(body, {
          generated_text: part,
          generated_token_count: i + 3,
          input_token_count: i === 0 ? 11 : 0,
          stop_reason: i === words.length - 1 ? 'eos_token' : 'not_finished',
        }),
        'message',
      ),
    )
  const chunk = (choices: readonly Json[], usage?: Json): string =>
    sse(
      { id: 'chat-1', model_id: modelIn(body), created: 1, created_at: CREATED, choices, ...(usage && { usage }) },
      'message',
    )
  return [
    ...words.map((content) => chunk([{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }])),
    chunk([{ index: 0, delta: { content: '' }, finish_reason: 'stop' }]),
    chunk([], USAGE),
  ]
}

export const watsonx: FakeFormat = {
  path: /\/ml\/v1\//,
  streams: (path) => path.endsWith('_stream'),
  whole,
  events,
  error: (status, { code, message }) => ({ errors: [{ code, message }], trace: 'trace-1', status_code: status }),
}
