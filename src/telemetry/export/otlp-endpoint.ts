/** Posts one OTLP request to its endpoint, and reads whether it was accepted and may be sent again. */
import type http from 'node:http'
import type https from 'node:https'
import { builtin } from '../../kernel/builtin.js'
import { VERSION } from '../../kernel/version.js'
import { parseRetryAfter } from '../../kernel/wait.js'
import type { OtlpProtocol } from '../set-up/env.js'

export interface OtlpEndpointOptions {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: OtlpProtocol
  readonly compression: 'gzip' | 'none'
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
}

/** What became of a request. */
export type OtlpAnswer =
  | { readonly ok: true; readonly body: Buffer }
  | {
      readonly ok: false
      /** A few words that quote nothing of the answer. */
      readonly reason: string
      readonly retry: boolean
      /** Milliseconds that the backend asks to wait. */
      readonly afterMs?: number
      readonly tooLarge?: boolean
    }

/** Statuses that the OTLP specification calls retryable. */
const RETRYABLE_STATUS = new Set([429, 502, 503, 504])
const RETRYABLE_CODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
])
/** Enough for any answer of the protocol. */
const MAX_ANSWER_BYTES = 64 * 1024
/** Milliseconds for the body of an answer whose status has said all that matters. */
const ANSWER_BODY_MS = 1_000

export class OtlpEndpoint {
  private readonly options: OtlpEndpointOptions
  /** `undefined` for the agent of the whole process. */
  private readonly agent: http.Agent | undefined

  constructor(options: OtlpEndpointOptions) {
    this.options = options
    this.agent = agentFor(builtin(options.url.protocol === 'https:' ? 'node:https' : 'node:http'), options.tls)
  }

  close(): void {
    this.agent?.destroy()
  }

  /**
   * Sends a body that is compressed already. A failure on the way is an answer too.
   *
   * @param deadline - On the clock of `performance.now()`.
   * @param isResent - Whether the request was sent before, on a connection that the server had closed.
   */
  post(body: Uint8Array, deadline: number, isResent = false): Promise<OtlpAnswer> {
    const { url, headers, protocol, compression, tls } = this.options
    return new Promise((resolve) => {
      const request = builtin(url.protocol === 'https:' ? 'node:https' : 'node:http').request(url, {
        method: 'POST',
        ...(this.agent ? { agent: this.agent } : tls),
        headers: {
          'user-agent': `tracestitch/${VERSION}`,
          ...headers,
          'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
          'content-length': body.byteLength,
          ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
        },
      })
      const finish = (answer: OtlpAnswer): void => {
        clearTimeout(timer)
        resolve(answer)
      }
      const timer = setTimeout(
        () => {
          finish({ ok: false, reason: 'timeout', retry: false })
          request.destroy()
        },
        Math.max(0, deadline - performance.now()),
      )
      timer.unref()
      request.on('socket', (socket) => socket.unref())
      request.on('response', (response) => readAnswer(response, finish))
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A kept-alive connection may have been closed by the server; this says nothing about its health.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !isResent) {
          void this.post(body, deadline, true).then(finish)
        } else {
          finish({ ok: false, reason: error.code ?? error.name, retry: RETRYABLE_CODE.has(error.code ?? '') })
        }
      })
      request.end(body)
    })
  }
}

/**
 * Exports use the program's proxy too: that of `NODE_USE_ENV_PROXY`, which is in the options of Node's own agent
 * (https://nodejs.org/api/http.html#built-in-proxy-support), or an agent that replaces it.
 */
function agentFor({ Agent, globalAgent }: typeof http | typeof https, tls: OtlpEndpointOptions['tls']) {
  if (globalAgent.constructor !== Agent) return undefined
  const { proxyEnv } = (globalAgent as { readonly options?: { readonly proxyEnv?: unknown } }).options ?? {}
  return new Agent({ keepAlive: true, ...tls, ...(proxyEnv !== undefined && { proxyEnv }) })
}

function readAnswer(response: http.IncomingMessage, finish: (answer: OtlpAnswer) => void): void {
  const { statusCode = 0, headers } = response
  if (statusCode < 200 || statusCode > 299) {
    // The body is not needed, and may have no end.
    response.destroy()
    const afterMs = parseRetryAfter({ get: (name) => response.headersDistinct[name]?.[0] ?? null }, Date.now())
    finish({
      ok: false,
      reason: `HTTP ${statusCode}`,
      retry: RETRYABLE_STATUS.has(statusCode),
      tooLarge: statusCode === 413,
      ...(afterMs !== undefined && { afterMs }),
    })
    return
  }
  if (/^text\/html/i.test(headers['content-type'] ?? '')) {
    // A web page with status 200: the endpoint is some other server.
    response.destroy()
    finish({ ok: false, reason: 'not an OTLP endpoint (it answers with a web page)', retry: false })
    return
  }
  const chunks: Buffer[] = []
  let size = 0
  const accepted = (): void => {
    clearTimeout(end)
    finish({ ok: true, body: Buffer.concat(chunks) })
  }
  // It may have no end.
  const end = setTimeout(() => {
    accepted()
    response.destroy()
  }, ANSWER_BODY_MS)
  end.unref()
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_ANSWER_BYTES) {
      chunks.push(chunk)
    } else {
      chunks.length = 0
      accepted()
      response.destroy()
    }
  })
  response.on('end', accepted)
  // The status says that the spans were accepted.
  response.on('error', accepted)
}
