'use strict'
/** Makes a call of each kind, and gives what its span says. */
const http = require('node:http')

const MESSAGES = [{ role: 'user', content: 'Hi' }]

async function read(stream) {
  for await (const _ of stream);
}

/** By `node:http`, as axios and node-fetch do. */
function postByHttp(url, body) {
  return new Promise((resolve, reject) => {
    const made = http.request(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) => {
      answer.resume().on('end', resolve).on('error', reject)
    })
    made.on('error', reject).end(JSON.stringify(body))
  })
}

exports.calls = async ({ autolog, recordSpans, OpenAI, Anthropic, origin }) => {
  const earlier = {
    openai: new OpenAI({ apiKey: 'k', baseURL: `${origin}/v1`, maxRetries: 0 }),
    anthropic: new Anthropic({ apiKey: 'k', baseURL: origin, maxRetries: 0 }),
  }
  const recorder = recordSpans()
  const log = autolog({ exporter: recorder, propagate: 'all' })
  const openai = new OpenAI({ apiKey: 'k', baseURL: `${origin}/v1`, maxRetries: 0 })
  const anthropic = new Anthropic({ apiKey: 'k', baseURL: origin, maxRetries: 0 })
  const chat = { model: 'm', messages: MESSAGES }
  const streamed = { ...chat, stream: true, stream_options: { include_usage: true } }
  const message = { ...chat, max_tokens: 10 }
  const post = (body) => fetch(`${origin}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
  const kinds = {
    openai: () => openai.chat.completions.create(chat),
    'openai, made before': () => earlier.openai.chat.completions.create(chat),
    'openai, streamed': async () => read(await openai.chat.completions.create(streamed)),
    '@anthropic-ai/sdk': () => anthropic.messages.create(message),
    '@anthropic-ai/sdk, made before': () => earlier.anthropic.messages.create(message),
    '@anthropic-ai/sdk, streamed': async () => read(await anthropic.messages.create({ ...message, stream: true })),
    fetch: async () => (await post(chat)).json(),
    'fetch, streamed': async () => read((await post(streamed)).body),
    'node:http': () => postByHttp(`${origin}/v1/chat/completions`, chat),
    'node:http, streamed': () => postByHttp(`${origin}/v1/chat/completions`, streamed),
  }
  const seen = {}
  for (const [kind, call] of Object.entries(kinds)) {
    recorder.clear()
    await call()
    while (recorder.open.length > 0) await new Promise((turn) => setImmediate(turn))
    const [span] = recorder.spans
    const attributes = span?.attributes ?? {}
    seen[kind] = {
      spans: recorder.spans.length,
      tokens: [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']],
      hasFirstChunk: attributes['gen_ai.response.time_to_first_chunk'] !== undefined,
      traceparent: span !== undefined && String(attributes['gen_ai.response.id']).includes(span.spanId),
    }
  }
  const { faults } = log.status
  log.off()
  return { faults, seen }
}
