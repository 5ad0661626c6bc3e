// A gateway in a process of its own: it continues the caller's trace, makes spans and calls the provider.
// It takes the OpenAI and the Anthropic format, whatever the provider speaks, and says what a call cost.
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { createServer } from 'node:http'
import { autolog, createClient } from 'tracestitch'
import { anthropicAnswer, anthropicRequest } from './anthropic-format.mjs'

const log = autolog()
const ai = createClient(JSON.parse(process.env.DEMO_CLIENT))
const tracer = trace.getTracer('demo-gateway')

const server = createServer((request, response) => {
  const parent = propagation.extract(context.active(), request.headers)
  const path = new URL(request.url, 'http://gateway').pathname
  void tracer.startActiveSpan(`${request.method} ${path}`, { kind: SpanKind.SERVER }, parent, async (span) => {
    try {
      await serve(path, request, response)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.name })
      fail(response, error)
    } finally {
      span.setAttribute('http.response.status_code', response.statusCode)
      span.end()
    }
  })
})

async function serve(path, request, response) {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  const isAnthropic = path === '/v1/messages'
  /** @type {import('tracestitch').ChatBody} */
  const body = isAnthropic ? anthropicRequest(JSON.parse(text)) : JSON.parse(text)
  if (body.stream) {
    const chunks = await ai.chat.completions.create({ ...body, stream: true })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for await (const chunk of chunks) response.write(`data: ${JSON.stringify(withCost(chunk))}\n\n`)
    response.end('data: [DONE]\n\n')
  } else {
    const completion = withCost(await ai.chat.completions.create({ ...body, stream: false }))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isAnthropic ? anthropicAnswer(completion) : completion))
  }
}

function fail(response, { status = 502, message, name }) {
  if (response.headersSent) {
    // A stream that has begun can only be cut.
    response.destroy()
  } else {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message, type: name } }))
  }
}

/** `usage.cost` in dollars, as OpenRouter and others report it. */
function withCost({ _meta, ...answer }) {
  const usd = _meta?.cost.usd
  return answer.usage && usd != null ? { ...answer, usage: { ...answer.usage, cost: usd } } : answer
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', async () => {
  await log.flush()
  process.exit(0)
})
process.on('disconnect', () => process.exit(0))
