/** What orchestrators and monitors ask: `/health`, `/ready`, `/metrics`. No span is made of it. */
import { refusal } from './authorize.js'
import { exposition, PROMETHEUS_TYPE, type Figures } from './prometheus.js'

export interface StatusSources {
  /** Whether calls are taken. */
  isReady(): boolean
  /** Those of every process. */
  figures(): Promise<readonly Figures[]>
  /** Whether figures are for whoever asks, or for holders of the master key. */
  readonly masterKey: string | undefined
  readonly isOpen: boolean
}

/** Answers one of them; `undefined` for any other request. */
export type StatusPages = (request: Request, url: URL) => Promise<Response | undefined>

type Page = (sources: StatusSources, request: Request, url: URL) => Promise<Response> | Response

const PAGES: Readonly<Record<string, Page>> = {
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

export function statusPagesOf(sources: StatusSources): StatusPages {
  return async (request, url) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    return Object.hasOwn(PAGES, url.pathname) ? PAGES[url.pathname]?.(sources, request, url) : undefined
  }
}
