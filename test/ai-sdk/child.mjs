// Calls the client's model through `ai`, traced, and prints the trees. Argument: the major version of `ai`.
import { autolog, createClient } from 'tracestitch'
import { aiSdk } from 'tracestitch/ai-sdk'

const version = Number(process.argv[2])
const log = autolog({ exporter: 'console' })
const { generateText, streamText } = await import(version === 7 ? 'ai' : `ai-v${version}`)

const head = { id: 'c', created: 1, model: 'gpt-5-mini' }
const usage = { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 }
const chunks = [
  { ...head, choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: null }] },
  { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage },
]
const events = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('')
const client = createClient({
  providers: { openai: { apiKey: 'k' } },
  models: { smart: ['openai/gpt-5-mini'] },
  fetch: (_url, { body }) =>
    Promise.resolve(
      JSON.parse(body).stream
        ? new Response(events, { headers: { 'content-type': 'text/event-stream' } })
        : Response.json({ ...head, choices: [{ index: 0, finish_reason: 'stop', message: { content: 'hi' } }], usage }),
    ),
})
const model = aiSdk(client, { version })('smart')
const telemetry = version < 7 ? { experimental_telemetry: { isEnabled: true } } : {}
await generateText({ model, prompt: 'x', ...telemetry })
for await (const piece of streamText({ model, prompt: 'x', ...telemetry }).textStream) void piece
await log.flush()
