'use strict'
/** Sends calls with one client, and prints what spans came of them. */
const { clients } = require('./clients.cjs')

const turn = () => new Promise((turned) => setImmediate(turned))

const { WIRE_CLIENT: name, WIRE_RUN: run, WIRE_CONTROL: control, WIRE_ORIGIN, WIRE_TLS, WIRE_CONTROL_TLS } = process.env

const chat = (more = {}) => JSON.stringify({ model: 'gpt-x', messages: [{ role: 'user', content: 'Hi' }], ...more })
const STREAM = { stream: true, stream_options: { include_usage: true } }

/** @param load - Of a module. */
exports.drive = async ({ load, autolog, recordSpans, OpenAI }) => {
  const { from, secure, send: sendBy } = clients[name]
  const isFirst = process.env.WIRE_ORDER === 'client first'
  const early = isFirst && from !== undefined ? await load(from) : undefined
  const recorder = recordSpans()
  const log = autolog({ exporter: recorder, propagate: 'all' })
  const send = sendBy(early ?? (from === undefined ? undefined : await load(from)))
  const [origin, zipping] = secure ? [WIRE_TLS, WIRE_CONTROL_TLS] : [WIRE_ORIGIN, control]
  const at = (row, behaviour) => `${origin}/${run}-${row}/${behaviour}/v1/chat/completions`

  const rows = {
    plain: () => send(at('plain', 'ok'), chat()),
    stream: () => send(at('stream', 'ok'), chat(STREAM)),
    broken: () => send(at('broken', 'cut'), chat(STREAM)),
    error: () => send(at('error', 'error-401'), chat()),
    gzip: () => send(`${zipping}/gzip/v1/chat/completions`, chat()),
    async abort() {
      const controller = new AbortController()
      const sent = send(at('abort', 'slow'), chat(), { signal: controller.signal })
      sent.catch(() => {})
      while ((await (await fetch(`${control}/requests/${run}-abort`)).text()) === '0') await turn()
      controller.abort()
      return sent
    },
    sdk() {
      const made = async (url, { body, headers, signal }) => {
        const { status, text } = await send(String(url), body, {
          headers: Object.fromEntries(new Headers(headers)),
          signal,
        })
        return new Response(text, { status, headers: { 'content-type': 'application/json' } })
      }
      const client = new OpenAI({ apiKey: 'k', baseURL: `${origin}/${run}-sdk/ok/v1`, maxRetries: 0, fetch: made })
      return client.chat.completions.create({ model: 'gpt-x', messages: [{ role: 'user', content: 'Hi' }] })
    },
  }
  const report = {}
  for (const [row, perform] of Object.entries(rows)) {
    recorder.clear()
    const outcome = await perform().then(
      ({ status }) => status ?? 'answer',
      (error) => `rejected: ${error.stack}`,
    )
    while (recorder.open.length > 0) await turn()
    report[row] = { outcome, spans: recorder.spans.map(({ spanId, ...span }) => ({ spanId, ...span })) }
  }
  const { faults } = log.status
  log.off()
  process.stdout.write(`@@${JSON.stringify({ faults, report })}`, () => process.exit(0))
}
