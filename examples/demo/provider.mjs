// A stand-in for model providers, for a run without a key. It speaks the OpenAI and the Anthropic format,
// streams, calls a tool when one is offered, and has an address that always fails.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const ANSWERS = [
  [/city/i, 'Lisbon: mild days, tiled streets and the river.'],
  [/worth seeing/i, 'The Alfama lanes, the tram 28 and Belém tower.'],
  [/sum/i, 'A spring weekend in Lisbon, sunny, on foot and by tram.'],
]

const server = createServer(async (request, response) => {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  await sleep(40)
  if (request.url.startsWith('/broken/')) {
    sendJson(response, 503, { error: { message: 'Overloaded.', type: 'server_error', code: 'overloaded' } })
    return
  }
  const body = JSON.parse(text)
  const words = answerTo(body)
  // About four letters make a token.
  const tokens = (value) => Math.ceil(JSON.stringify(value).length / 4)
  const used = { input: tokens(body.messages) + tokens(body.tools ?? ''), output: tokens(words) }
  if (request.url === '/v1/messages') sendMessage(response, body.model, words, used)
  else if (body.stream) await streamCompletion(response, body.model, words, used)
  else sendCompletion(response, body.model, words, used)
})

function answerTo({ messages, tools }) {
  const { role, content } = messages.at(-1)
  if (role === 'tool') return { content: `Take sunglasses: ${content}` }
  if (tools?.length) {
    const call = { name: tools[0].function.name, arguments: '{"place":"Lisbon"}' }
    return { tool_calls: [{ id: 'call_weather', type: 'function', function: call }] }
  }
  const asked = JSON.stringify(content)
  return { content: ANSWERS.findLast(([pattern]) => pattern.test(asked))?.[1] ?? 'Hello.' }
}

const usageOf = ({ input, output }) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})
const headOf = (model) => ({ id: `chatcmpl-${Date.now()}`, created: Math.floor(Date.now() / 1000), model })

function sendCompletion(response, model, words, used) {
  const message = { role: 'assistant', content: null, refusal: null, ...words }
  const choice = { index: 0, message, logprobs: null, finish_reason: words.tool_calls ? 'tool_calls' : 'stop' }
  sendJson(response, 200, { ...headOf(model), object: 'chat.completion', choices: [choice], usage: usageOf(used) })
}

async function streamCompletion(response, model, words, used) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const head = { ...headOf(model), object: 'chat.completion.chunk' }
  const send = (chunk) => response.write(`data: ${JSON.stringify({ ...head, ...chunk })}\n\n`)
  const delta = (value, finish_reason = null) => send({ choices: [{ index: 0, delta: value, finish_reason }] })
  delta({ role: 'assistant', content: '' })
  for (const piece of words.content.match(/\S+\s*/g)) {
    await sleep(8)
    delta({ content: piece })
  }
  delta({}, 'stop')
  send({ choices: [], usage: usageOf(used) })
  response.end('data: [DONE]\n\n')
}

function sendMessage(response, model, { content }, { input, output }) {
  sendJson(response, 200, {
    id: `msg_${Date.now()}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: content }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: output },
  })
}

function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
