/**
 * A provider of chats and messages, whose answers have the `traceparent` of their request as their id. Some models do something else:
 * `limited` refuses, `broken` breaks off in its answer, `endless` never ends it.
 */
import { createServer } from 'node:http'

const TEXT = ['Hello', ' there', '.']
const sse = (data, event) => `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`

function chat(id, streams) {
  const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
  const head = { id, created: 1, model: 'm' }
  if (!streams) {
    const message = { role: 'assistant', content: TEXT.join('') }
    return JSON.stringify({
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, finish_reason: 'stop', message }],
      usage,
    })
  }
  const chunk = (more) => sse(JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], ...more }))
  const pieces = TEXT.map((content) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }))
  const end = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  return [...pieces, end, chunk({ usage }), sse('[DONE]')].join('')
}

function message(id, streams) {
  const head = { id, type: 'message', role: 'assistant', model: 'm', stop_sequence: null }
  const usage = { input_tokens: 11, output_tokens: 7 }
  const content = [{ type: 'text', text: TEXT.join('') }]
  if (!streams) return JSON.stringify({ ...head, content, stop_reason: 'end_turn', usage })
  const event = (type, more) => sse(JSON.stringify({ type, ...more }), type)
  return [
    event('message_start', { message: { ...head, content: [], stop_reason: null, usage } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...TEXT.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }),
    event('message_stop', {}),
  ].join('')
}

export async function startServer() {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const piece of request) text += piece
    const { stream, model } = JSON.parse(/^[^{]*(\{.*\})/s.exec(text)?.[1] ?? '{}')
    const streams = stream === true
    const id = request.headers['traceparent'] ?? 'none'
    response.setHeader('content-type', streams ? 'text/event-stream' : 'application/json')
    if (model === 'limited') {
      response.statusCode = 429
      return response.end(JSON.stringify({ error: { type: 'rate_limit_exceeded', message: 'slow down' } }))
    }
    if (model === 'broken' || model === 'endless') {
      const [beginning] = chat(id, true).split('\n\n')
      return response.write(`${beginning}\n\n`, () => model === 'broken' && response.destroy())
    }
    response.end(request.url.includes('/messages') ? message(id, streams) : chat(id, streams))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}
