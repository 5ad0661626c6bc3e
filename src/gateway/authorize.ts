/** Who may use the gateway. */
import type { Access, RequestHead } from '../client/endpoint/index.js'
import { refused } from '../client/endpoint/incoming.js'
import { isLoopback } from './loopback.js'
import type { GatewayOptions } from './options.js'
import { isSameKey, keysIn } from './request-keys.js'

type Authorize = (request: RequestHead) => Promise<Access>

const NONE: Access = {}

/** @throws TracestitchError with the status of the answer, for a request that is refused. */
export function authorizer({ masterKey, keys, cors = [] }: GatewayOptions): Authorize {
  const isOpen = masterKey === undefined && keys === undefined
  return async (request) => {
    refuseUpgrade(request)
    refuseOrigin(request, cors)
    if (isOpen) {
      refuseHost(request)
      return NONE
    }
    const given = keysIn(request)
    if (given.length === 0)
      throw refused(401, 'a key is needed: send `Authorization: Bearer <key>`, or `x-api-key`', 'missing_api_key')
    for (const key of given) {
      if (masterKey !== undefined && isSameKey(key, masterKey)) return NONE
      const access = await keys?.(key, request)
      if (access) return access
    }
    throw refused(401, 'this key is not known here', 'invalid_api_key')
  }
}

/** The answer to who asks for what only the holder of the master key may see; `undefined` for the holder. */
export function refusal(request: RequestHead, masterKey: string | undefined): Response | undefined {
  if (masterKey !== undefined && keysIn(request).some((key) => isSameKey(key, masterKey))) return undefined
  const message = 'the master key is needed: send `Authorization: Bearer <key>`'
  return Response.json({ error: { message, type: null, code: 'invalid_api_key' } }, { status: 401 })
}

/** Codex, for one, takes this status as a word to use HTTP. */
function refuseUpgrade({ headers }: RequestHead): void {
  if (!headers.has('upgrade') || /^h2c$/i.test(headers.get('upgrade') ?? '')) return
  throw refused(426, 'there are no WebSockets here: send this request as HTTP, and read the stream', 'upgrade_required')
}

/** Browsers send `Origin`. Without this rule, any page that a user opens could spend on a gateway that asks for no key. */
function refuseOrigin({ headers }: RequestHead, cors: readonly string[]): void {
  const origin = headers.get('origin')
  if (origin === null || cors.includes('*') || cors.includes(origin)) return
  throw refused(
    403,
    'web pages of this origin may not call; the option `cors` names those that may',
    'origin_not_allowed',
  )
}

/** A page whose name was pointed at this machine (DNS rebinding) comes with that name. */
function refuseHost({ url }: RequestHead): void {
  if (isLoopback(url.hostname)) return
  throw refused(
    403,
    'without a key, only requests to localhost are answered; set TRACESTITCH_MASTER_KEY to use other names',
    'host_not_allowed',
  )
}
