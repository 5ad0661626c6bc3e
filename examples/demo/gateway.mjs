// A gateway in a process of its own: it continues the caller's trace, makes its own spans and calls the
// provider. It speaks the OpenAI and the Anthropic format, whatever the provider speaks.
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { createServer } from 'node:http'
import { autolog, createClient } from 'tracestitch'
import { anthropicAnswer, anthropicRequest } from './anthropic-format.mjs'

const log = autolog({ serviceName: 'gateway' })
const { provider, baseURL } = JSON.parse(process.env.DEMO_PROVIDER)
const ai = createClient(
  baseURL ? { providers: { [provider]: { protocol: 'openai-chat', baseURL, apiKey: 'demo' } } } : {},
)
const tracer = trace.getTracer('demo-gateway')

const server = createServer((request, response) => {
  const parent = propagation.extract(context.active(), request.headers)
  const path = new URL(request.url, 'http://gateway').pathname
  tracer.startActiveSpan(`${request.method} ${path}`, { kind: SpanKind.SERVER }, parent, async (span) => {
    try {
      await serve(path, request, response)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      response.writeHead(error.status ?? 502, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: error.message, type: error.name } }))
    } finally {
      span.end()
    }
  })
})

async function serve(path, request, response) {
  let text = ''
  for await (const piece of request) text += piece
  const isAnthropic = path === '/v1/messages'
  const body = isAnthropic ? anthropicRequest(JSON.parse(text)) : JSON.parse(text)
  body.model = `${provider}/${body.model}`
  const answer = await ai.chat.completions.create(body)
  if (!body.stream) {
    const { _meta, ...completion } = answer
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': `gw-${_meta.traceId.slice(0, 8)}` })
    response.end(JSON.stringify(isAnthropic ? anthropicAnswer(completion) : completion))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const { _meta, ...chunk } of answer) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  response.end('data: [DONE]\n\n')
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', async () => {
  await log.flush()
  process.exit(0)
})
process.on('disconnect', () => process.exit(0))
