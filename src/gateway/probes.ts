/** What orchestrators and monitors ask: `/health`, `/ready`, `/metrics`. No span is made of it. */
import { refusal } from './authorize.js'
import { exposition, PROMETHEUS_TYPE, type Figures } from './prometheus.js'

export interface ProbeSources {
  /** Whether calls are taken. */
  isReady(): boolean
  /** Those of every process. */
  figures(): Promise<readonly Figures[]>
  /** Whether figures are for whoever asks, or for holders of the master key. */
  readonly masterKey: string | undefined
  readonly isOpen: boolean
}

/** Answers a probe; `undefined` for any other request. */
export type Probes = (request: Request, url: URL) => Promise<Response | undefined>

type Probe = (sources: ProbeSources, request: Request, url: URL) => Promise<Response> | Response

const PROBES: Readonly<Record<string, Probe>> = {
  /** The process runs. */
  '/health': () => Response.json({ status: 'ok' }),
  /** It takes calls. */
  '/ready': ({ isReady }) =>
    isReady() ? Response.json({ status: 'ok' }) : Response.json({ status: 'closing' }, { status: 503 }),
  async '/metrics'({ figures, masterKey, isOpen }, { method, headers }, url) {
    const refused = isOpen ? undefined : refusal({ method, url, headers }, masterKey)
    if (refused) return refused
    return new Response(exposition(await figures()), { headers: { 'content-type': PROMETHEUS_TYPE } })
  },
}

export function probesOf(sources: ProbeSources): Probes {
  return async (request, url) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    return Object.hasOwn(PROBES, url.pathname) ? PROBES[url.pathname]?.(sources, request, url) : undefined
  }
}
