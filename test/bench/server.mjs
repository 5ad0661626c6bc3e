// A provider in a process of its own that answers at once: what is measured is the caller's work.
import { createServer } from 'node:http'

const CHUNKS = 200
const usage = { prompt_tokens: 11, completion_tokens: CHUNKS, total_tokens: 11 + CHUNKS }
const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-5-mini-2026' }
const message = { role: 'assistant', content: 'Hello there, friend. '.repeat(20), refusal: null }
const whole = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
  usage,
})
const event = (choices, extra = {}) =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...extra })}\n\n`
const stream =
  Array.from({ length: CHUNKS }, (_, i) =>
    event([{ index: 0, delta: { content: ` token${i}` }, logprobs: null, finish_reason: null }]),
  ).join('') +
  event([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }]) +
  event([], { usage }) +
  'data: [DONE]\n\n'

const server = createServer((request, response) => {
  let text = ''
  request.on('data', (piece) => (text += piece))
  request.on('end', () => {
    if (request.url.endsWith('/v1/traces')) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{}')
      return
    }
    const streamed = text.includes('"stream":true')
    response.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' })
    const answer = () => response.end(streamed ? stream : whole)
    if (request.url.startsWith('/slow/')) setTimeout(answer, 50)
    else answer()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
