/** What a program does with `fetch`, on the wire: what its span says of each, and what the program gets. */
import { autolog } from 'tracestitch'
import { recordSpans } from 'tracestitch/testing'

const origin = process.env.RUNTIME_ORIGIN
const URL_OF_CHAT = `${origin}/v1/chat/completions`
const TYPE = { 'content-type': 'application/json' }
const MESSAGES = [{ role: 'user', content: 'Hi' }]
const bodyOf = (more) => JSON.stringify({ model: 'm', messages: MESSAGES, ...more })
const STREAMED = { stream: true, stream_options: { include_usage: true } }

const original = fetch
const shapeOf = (made) => [
  made.name,
  made.length,
  Object.getOwnPropertyNames(made).filter((name) => name !== 'prototype'),
]
const recorder = recordSpans()
const log = autolog({ exporter: recorder, propagate: 'all' })
const looksAlike = JSON.stringify(shapeOf(fetch)) === JSON.stringify(shapeOf(original))

const post = (more, init) => fetch(URL_OF_CHAT, { method: 'POST', headers: TYPE, body: bodyOf(more), ...init })
const drain = async (stream) => {
  for await (const _ of stream);
}
/** Whether it fails with an error. */
const fails = async (step) => {
  try {
    await step()
    return false
  } catch (error) {
    return error instanceof Error
  }
}
/** Has its members as getters of its class, as a `Request` has. */
class Init {
  method = 'POST'
  get headers() {
    return TYPE
  }
  get body() {
    return bodyOf()
  }
}

const WAYS = {
  'text()': async () => (await post()).text(),
  'json()': async () => (await (await post()).json()).model,
  'arrayBuffer()': async () => (await post()).arrayBuffer(),
  'blob()': async () => (await post()).blob(),
  'clone()': async () => {
    const answer = await post()
    const [first, second] = await Promise.all([answer.clone().text(), answer.text()])
    return first === second && answer.bodyUsed
  },
  'the body, iterated': async () => drain((await post(STREAMED)).body),
  'the body in another answer': async () => new Response((await post(STREAMED)).body).text(),
  'the body through a transform': async () => drain((await post(STREAMED)).body.pipeThrough(new TextDecoderStream())),
  'a buffer of its own': async () => {
    const reader = (await post(STREAMED)).body.getReader({ mode: 'byob' })
    for (let done = false; !done;) ({ done } = await reader.read(new Uint8Array(64)))
  },
  'tee()': async () => void (await Promise.all((await post(STREAMED)).body.tee().map(drain))),
  'what the answer says of itself': async () => {
    const answer = await post()
    await answer.text()
    return [answer.ok, answer.url === URL_OF_CHAT, answer.redirected, answer.status, answer instanceof Response]
  },
  'a Request': async () =>
    (await fetch(new Request(URL_OF_CHAT, { method: 'POST', headers: TYPE, body: bodyOf() }))).text(),
  'a URL': async () => (await fetch(new URL(URL_OF_CHAT), { method: 'post', body: bodyOf() })).text(),
  'a Request as options': async () => {
    const options = new Request(URL_OF_CHAT, { method: 'POST', headers: TYPE, body: bodyOf(), duplex: 'half' })
    return (await fetch(new Request(URL_OF_CHAT, options))).text()
  },
  'options with getters': async () => (await fetch(URL_OF_CHAT, new Init())).text(),
  'headers as pairs': async () => (await post({}, { headers: Object.entries(TYPE) })).text(),
  'a body of bytes': async () => (await post({}, { body: new TextEncoder().encode(bodyOf()) })).text(),
  'a buffer as body': async () => (await post({}, { body: new TextEncoder().encode(bodyOf()).buffer })).text(),
  'a Blob as body': async () => (await post({}, { body: new Blob([bodyOf()], { type: 'application/json' }) })).text(),
  'a refusal': async () => {
    const answer = await post({ model: 'limited' })
    return [answer.status, (await answer.json()).error.type]
  },
  'a stream that breaks': async () => fails(async () => drain((await post({ ...STREAMED, model: 'broken' })).body)),
  'a stream that is left': async () => {
    for await (const _ of (await post({ ...STREAMED, model: 'endless' })).body) break
  },
  'a stream that is aborted': async () => {
    const leaving = new AbortController()
    const { body } = await post({ ...STREAMED, model: 'endless' }, { signal: leaving.signal })
    return fails(async () => {
      for await (const _ of body) leaving.abort()
    })
  },
  'a connection that fails': async () =>
    fails(() => fetch('http://127.0.0.1:2/v1/chat/completions', { method: 'POST', headers: TYPE, body: bodyOf() })),
  'another request': async () => (await fetch(`${origin}/v1/other`, { method: 'POST', body: bodyOf() })).text(),
  'with a parent already': async () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    return (await (await post({}, { headers: { ...TYPE, traceparent } })).json()).id === traceparent
  },
}

const seen = {}
for (const [way, run] of Object.entries(WAYS)) {
  recorder.clear()
  const got = await run()
  while (recorder.open.length > 0) await new Promise((turn) => setImmediate(turn))
  const [span] = recorder.spans
  const attributes = span?.attributes ?? {}
  seen[way] = {
    spans: recorder.spans.length,
    model: attributes['gen_ai.request.model'],
    tokens: [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']],
    failed: attributes['error.type'] !== undefined,
    traceparent: span !== undefined && String(attributes['gen_ai.response.id']).includes(span.spanId),
    got: typeof got === 'boolean' || Array.isArray(got) ? got : undefined,
  }
}
const { faults } = log.status
log.off()
const restored = fetch === original
process.stdout.write(`@@${JSON.stringify({ faults, looksAlike, restored, seen })}`, () => process.exit(0))
