/** Answers to web pages (https://fetch.spec.whatwg.org/#http-cors-protocol). */

const METHODS = 'GET, POST'
/** Seconds for which a page keeps what it was told. Browsers cap it at two hours or less. */
const MAX_AGE = '7200'

function allows(cors: readonly string[], origin: string | null): origin is string {
  return origin !== null && (cors.includes('*') || cors.includes(origin))
}

/** Headers of an answer to a page that may call. */
export function corsHeaders(
  { headers }: Pick<Request, 'headers'>,
  cors: readonly string[],
): readonly (readonly [string, string])[] {
  if (cors.length === 0) return []
  const origin = headers.get('origin')
  if (!allows(cors, origin)) return [['vary', 'origin']]
  return [
    ['access-control-allow-origin', origin],
    ['access-control-expose-headers', '*'],
    ['vary', 'origin'],
  ]
}

/** The answer to a page that asks whether it may call; `undefined` for any other request. */
export function preflight(request: Pick<Request, 'method' | 'headers'>, cors: readonly string[]): Response | undefined {
  const { method, headers } = request
  if (method !== 'OPTIONS' || !headers.has('access-control-request-method')) return undefined
  const may = allows(cors, headers.get('origin'))
  return new Response(null, {
    status: may ? 204 : 403,
    headers: new Headers([
      ...corsHeaders(request, cors).map(([name, value]): [string, string] => [name, value]),
      ...(may
        ? ([
            ['access-control-allow-methods', METHODS],
            // `*` does not stand for `authorization`, so that the page gets back what it asked for.
            ['access-control-allow-headers', headers.get('access-control-request-headers') ?? '*'],
            ['access-control-max-age', MAX_AGE],
          ] satisfies [string, string][])
        : []),
    ]),
  })
}
