/** Groq's chat: OpenAI's, with the tokens of a stream in its last piece (https://console.groq.com/docs/api-reference#chat-create). */
import { mistral } from './mistral.js'
import { sse, type FakeFormat, type Json } from './shape.js'

function withOwnField(event: string | Uint8Array): string {
  const data = String(event).slice('data: '.length).trim()
  if (data === '[DONE]') return sse(data)
  const { usage, ...piece } = JSON.parse(data) as Json
  return sse({ ...piece, ...(usage !== undefined && { x_groq: { id: 'req_1', usage } }) })
}

export const groq: FakeFormat = {
  ...mistral,
  path: /^\/groq\//,
  events: (path, body) => mistral.events(path, body).map(withOwnField),
}
