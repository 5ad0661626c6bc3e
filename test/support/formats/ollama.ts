/** Ollama's own API: answers, and streams of a JSON object a line. */
import type { FakeFormat, Json } from './shape.js'

const WORDS = ['Hello', ' there', ', friend.']
const CALL = { function: { name: 'add', arguments: { a: 2, b: 2 } } }

const wantsTool = (body: Json): boolean => Array.isArray(body['tools']) && body['tools'].length > 0
const isChat = (path: string): boolean => path.endsWith('/chat')

function piece(path: string, body: Json, content: string): Json {
  const head = { model: body['model'], created_at: '2026-11-30T00:00:00Z' }
  if (!isChat(path)) return { ...head, response: content }
  const tool = wantsTool(body)
  return { ...head, message: { role: 'assistant', content: tool ? '' : content, ...(tool && { tool_calls: [CALL] }) } }
}

const end: Json = { done: true, done_reason: 'stop', total_duration: 5, prompt_eval_count: 11, eval_count: 7 }

export const ollama: FakeFormat = {
  path: /\/(?:api\/(?:chat|generate|embed|embeddings)|v1\/systemone)$/,
  streamType: 'application/x-ndjson',
  streams: (_path, body) => body['stream'] === true,
  whole(path, body) {
    if (path.endsWith('/embed')) return { model: body['model'], embeddings: [[0.5, -0.25]], prompt_eval_count: 5 }
    if (path.endsWith('/embeddings')) return { embedding: [0.5, -0.25] }
    if (path.endsWith('/systemone'))
      return {
        model: body['model'],
        answers: { fits: { type: 'noul', noul: 0.9 } },
        usage: { input_tokens: 11, output_tokens: 0 },
      }
    return { ...piece(path, body, WORDS.join('')), ...end }
  },
  events: (path, body) =>
    [...WORDS.map((word) => ({ ...piece(path, body, word), done: false })), { ...piece(path, body, ''), ...end }].map(
      (event) => `${JSON.stringify(event)}\n`,
    ),
  error: (_status, { message }) => ({ error: message }),
}
