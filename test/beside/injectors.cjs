/**
 * A program whose requests others give trace headers too: `node injectors.cjs <order>`. Makes one call over `fetch`, one over
 * `node:http`, and one of an SDK that sends the header by itself.
 */
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')

const { PROVIDER_ORIGIN: origin } = process.env
const [order] = process.argv.slice(2)
const at = (way) => `${origin}/${way}-${order}/ok`

/** A `fetch` of the program's own. */
const overHttp = (url, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const request = require('node:http').request(url, { method, headers: Object.fromEntries(headers) }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(new Response(Buffer.concat(chunks), { headers: response.headers })))
    })
    request.on('error', reject)
    request.end(body)
  })

const steps = {
  instrument() {
    const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
    const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
    new NodeTracerProvider().register()
    registerInstrumentations({ instrumentations: [new UndiciInstrumentation(), new HttpInstrumentation()] })
    require('node:http')
  },
  autolog: () => require('tracestitch').autolog({ exporter: 'none' }),
}

async function main() {
  for (const step of order === 'before' ? ['instrument', 'autolog'] : ['autolog', 'instrument']) steps[step]()
  const { OpenAI } = require('openai')
  const { Anthropic } = require('@anthropic-ai/sdk')
  const common = { apiKey: 'k', maxRetries: 0 }
  const messages = [{ role: 'user', content: 'Say hello.' }]
  const chat = (client) => client.chat.completions.create({ model: 'gpt-test', messages })
  await chat(new OpenAI({ ...common, baseURL: `${at('fetch')}/v1` }))
  await chat(new OpenAI({ ...common, baseURL: `${at('http')}/v1`, fetch: overHttp }))
  const claude = new Anthropic({
    ...common,
    baseURL: at('sdk'),
    openTelemetry: { tracerProvider: new NodeTracerProvider() },
  })
  await claude.messages.create({ model: 'claude-test', max_tokens: 9, messages })
  process.exit()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
