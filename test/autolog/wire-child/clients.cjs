'use strict'
/**
 * HTTP clients, each as a function that sends a chat and gives the status and the text of the answer. `load` gives a module, of
 * whatever format the program is.
 */
const JSON_TYPE = { 'content-type': 'application/json' }
const REFUSED_NOT = { rejectUnauthorized: false }

const byFetch =
  (made, more = {}) =>
  async (url, body, { signal, headers } = {}) => {
    const answer = await made(url, { method: 'POST', body, headers: { ...JSON_TYPE, ...headers }, signal, ...more })
    return { status: answer.status, text: await answer.text() }
  }

const byUndici =
  (undici, more = {}) =>
  async (url, body, { signal, headers } = {}) => {
    const options = { method: 'POST', body, headers: { ...JSON_TYPE, ...headers }, signal, ...more }
    const answer = await undici.request(url, options)
    return { status: answer.statusCode, text: await answer.body.text() }
  }

const textOf = async (stream) => {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const byHttp =
  ({ request }) =>
  (url, body, { signal, headers } = {}) =>
    new Promise((resolve, reject) => {
      const options = { method: 'POST', headers: { ...JSON_TYPE, ...headers }, signal, ...REFUSED_NOT }
      const sent = request(url, options, (answer) =>
        textOf(answer).then((text) => resolve({ status: answer.statusCode, text }), reject),
      )
      sent.on('error', reject)
      sent.end(body)
    })

const byHttp2 =
  ({ connect }) =>
  (url, body, { signal, headers } = {}) =>
    new Promise((resolve, reject) => {
      const { origin, pathname } = new URL(url)
      const session = connect(origin, REFUSED_NOT)
      session.on('error', reject)
      const stream = session.request({ ':method': 'POST', ':path': pathname, ...JSON_TYPE, ...headers }, { signal })
      let status
      stream.on('response', (answer) => (status = answer[':status']))
      const over = (step) => (outcome) => {
        session.destroy()
        step(outcome)
      }
      const answered = (text) => {
        if (status === undefined) throw new Error('no answer')
        return { status, text }
      }
      textOf(stream).then(answered).then(over(resolve), over(reject))
      stream.end(body)
    })

const byAxios =
  ({ default: axios }) =>
  async (url, body, { signal, headers } = {}) => {
    const { status, data } = await axios.post(url, body, {
      headers: { ...JSON_TYPE, ...headers },
      responseType: 'text',
      transformResponse: (text) => text,
      validateStatus: () => true,
      signal,
    })
    return { status, text: data }
  }

const byGot =
  ({ default: got }) =>
  async (url, body, { signal, headers } = {}) => {
    const options = { body, headers: { ...JSON_TYPE, ...headers }, signal, throwHttpErrors: false, retry: { limit: 0 } }
    const { statusCode, body: text } = await got.post(url, options)
    return { status: statusCode, text }
  }

const byOfetch =
  ({ ofetch }) =>
  async (url, body, { signal, headers } = {}) => {
    const options = { method: 'POST', body, headers: { ...JSON_TYPE, ...headers }, responseType: 'text', signal }
    const { status, _data: text } = await ofetch.raw(url, { ...options, ignoreResponseError: true })
    return { status, text }
  }

const undici = (name, from = name) => ({
  [`${name} request`]: { from, send: byUndici },
  [`${name} fetch`]: { from, send: (module) => byFetch(module.fetch) },
})

/**
 * `from`: the module. `only`: formats of programs that can load it. `secure`: it is asked over TLS. `quiet`: an answer that breaks off
 * seems to have ended.
 */
exports.clients = {
  fetch: { send: () => byFetch((...args) => fetch(...args)) },
  'fetch over TLS': { secure: true, send: () => byFetch((...args) => fetch(...args)) },
  'node:http': { from: 'node:http', send: byHttp },
  'node:https': { from: 'node:https', secure: true, send: byHttp },
  'node:http2': { from: 'node:http2', quiet: true, send: byHttp2 },
  'node:http2 over TLS': { from: 'node:http2', secure: true, quiet: true, send: byHttp2 },
  ...undici('undici 5', 'undici'),
  ...undici('undici 6', 'undici-v6'),
  ...undici('undici 7', 'undici-v7'),
  ...undici('undici 8', 'undici-v8'),
  'undici 7 over HTTP/2': {
    from: 'undici-v7',
    secure: true,
    send: (module) => byUndici(module, { dispatcher: new module.Agent({ allowH2: true, connect: REFUSED_NOT }) }),
  },
  axios: { from: 'axios', send: (module) => byAxios(module.default ? module : { default: module }) },
  'node-fetch 2': { from: 'node-fetch', send: (module) => byFetch(module.default ?? module) },
  'node-fetch 3': { from: 'node-fetch-v3', only: 'esm', send: (module) => byFetch(module.default) },
  got: { from: 'got', only: 'esm', send: byGot },
  ky: { from: 'ky', only: 'esm', send: ({ default: ky }) => byFetch(ky, { retry: 0, throwHttpErrors: false }) },
  ofetch: { from: 'ofetch', send: byOfetch },
}
