// A stand-in for a model provider, for a run without a key: it streams, calls a tool when one is offered,
// and has a second address that always fails.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const ANSWERS = [
  [/city/i, 'Lisbon: mild days, tiled streets and the river.'],
  [/worth seeing/i, 'The Alfama lanes, the tram 28 and Belém tower.'],
  [/sum/i, 'A spring weekend in Lisbon, sunny, on foot and by tram.'],
]

const server = createServer(async (request, response) => {
  let text = ''
  for await (const piece of request) text += piece
  if (request.url.startsWith('/broken')) {
    await sleep(15)
    response.writeHead(503, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'The model is overloaded.', type: 'server_error', code: 'overloaded' } }))
    return
  }
  const body = JSON.parse(text)
  const words = answerTo(body)
  const usage = { prompt_tokens: Math.ceil(text.length / 4), completion_tokens: 12, total_tokens: Math.ceil(text.length / 4) + 12 }
  await sleep(40)
  const head = { id: `chatcmpl-${Date.now()}`, created: Math.floor(Date.now() / 1000), model: body.model }
  if (body.stream) await streamAnswer(response, head, words, usage)
  else sendAnswer(response, head, words, usage)
})

function answerTo(body) {
  const last = body.messages.at(-1)
  if (last.role === 'tool') return { content: `Take sunglasses: ${last.content}` }
  if (body.tools?.length) {
    return { tool_calls: [{ id: 'call_weather', type: 'function', function: { name: body.tools[0].function.name, arguments: '{"place":"Lisbon"}' } }] }
  }
  const content = typeof last.content === 'string' ? last.content : JSON.stringify(last.content)
  return { content: ANSWERS.find(([pattern]) => pattern.test(content))?.[1] ?? 'Hello.' }
}

function sendAnswer(response, head, words, usage) {
  const message = { role: 'assistant', content: null, refusal: null, ...words }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: words.tool_calls ? 'tool_calls' : 'stop' }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }))
}

async function streamAnswer(response, head, words, usage) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (choices, extra = {}) =>
    response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...extra })}\n\n`)
  const delta = (value, finish_reason = null) => send([{ index: 0, delta: value, finish_reason }])
  delta({ role: 'assistant', content: '' })
  for (const piece of (words.content ?? '').match(/\S+\s*/g) ?? []) {
    await sleep(8)
    delta({ content: piece })
  }
  if (words.tool_calls) delta({ tool_calls: words.tool_calls.map((call, index) => ({ index, ...call })) })
  delta({}, words.tool_calls ? 'tool_calls' : 'stop')
  send([], { usage })
  response.end('data: [DONE]\n\n')
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
