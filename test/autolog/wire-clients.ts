/** Ways in which a program sends a request without an SDK. Each gives the status and the text of the answer. */
import { request as httpRequest } from 'node:http'
import http2 from 'node:http2'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from '../architecture/sources.js'

export interface Answered {
  readonly status: number
  readonly text: string
}

export interface SendOptions {
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

export type Send = (url: string, body: string, options?: SendOptions) => Promise<Answered>

const fromSdks = createRequire(join(root, 'test/sdks/package.json'))
const fromRoot = createRequire(join(root, 'package.json'))

const JSON_TYPE = { 'content-type': 'application/json' }

interface Undici {
  request(url: string, options: object): Promise<{ statusCode: number; body: { text(): Promise<string> } }>
  fetch: typeof fetch
  stream(url: string, options: object, factory: (data: { statusCode: number }) => unknown): Promise<unknown>
}

const byFetch =
  (made: typeof fetch): Send =>
  async (url, body, { signal, headers } = {}) => {
    const answer = await made(url, {
      method: 'POST',
      body,
      headers: { ...JSON_TYPE, ...headers },
      ...(signal && { signal }),
    })
    return { status: answer.status, text: await answer.text() }
  }

const byUndici =
  (undici: Undici): Send =>
  async (url, body, { signal, headers } = {}) => {
    const answer = await undici.request(url, { method: 'POST', body, headers: { ...JSON_TYPE, ...headers }, signal })
    return { status: answer.statusCode, text: await answer.body.text() }
  }

const byHttp: Send = (url, body, { signal, headers } = {}) =>
  new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, signal }, (answer) => {
      text(answer).then((told) => resolve({ status: answer.statusCode ?? 0, text: told }), reject)
    })
    request.on('error', reject)
    // In two pieces, as a stream is sent.
    request.write(body.slice(0, 5))
    request.end(body.slice(5))
  })

const byHttp2: Send = (url, body, { signal, headers } = {}) =>
  new Promise((resolve, reject) => {
    const { origin, pathname } = new URL(url)
    const session = http2.connect(origin)
    const stream = session.request({ ':method': 'POST', ':path': pathname, ...JSON_TYPE, ...headers }, { signal })
    let status = 0
    stream.on('response', (answer) => (status = Number(answer[':status'])))
    const over = (step: () => void): void => {
      session.destroy()
      step()
    }
    text(stream).then(
      (told) => over(() => (status === 0 ? reject(new Error('no answer')) : resolve({ status, text: told }))),
      (error: unknown) => over(() => reject(error as Error)),
    )
    session.on('error', reject)
    stream.end(body)
  })

interface Axios {
  post(url: string, body: string, options: object): Promise<{ status: number; data: string }>
}

const byAxios: Send = async (url, body, { signal, headers } = {}) => {
  const axios = fromSdks('axios') as Axios
  const { status, data } = await axios.post(url, body, {
    headers: { ...JSON_TYPE, ...headers },
    responseType: 'text',
    transformResponse: (told: string) => told,
    validateStatus: () => true,
    signal,
  })
  return { status, text: data }
}

/** Built in, and what `npm ci` of the root brings. */
export const clients: Readonly<Record<string, Send>> = {
  fetch: byFetch((...args) => fetch(...args)),
  'node:http': byHttp,
  'node:http2': byHttp2,
  'undici 5 request': (...args) => byUndici(fromRoot('undici') as Undici)(...args),
  'undici 5 fetch': (...args) => byFetch((fromRoot('undici') as Undici).fetch)(...args),
  'node-fetch': (...args) => byFetch(fromRoot('node-fetch') as typeof fetch)(...args),
}

/** What `npm run sdks` brings. */
export const moreClients: Readonly<Record<string, Send>> = {
  'undici 6 request': (...args) => byUndici(fromSdks('undici') as Undici)(...args),
  'undici 6 fetch': (...args) => byFetch((fromSdks('undici') as Undici).fetch)(...args),
  axios: byAxios,
}
