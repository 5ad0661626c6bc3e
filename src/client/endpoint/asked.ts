/** What a request over HTTP asks for: its body, and the options of its call. */
import type { JsonObject } from '../../kernel/protocol.js'
import { mergeIdentity } from '../../telemetry/identity.js'
import type { CallOptions } from '../types/options.js'
import type { Incoming } from './incoming.js'
import { identityOf } from './identity-headers.js'
import type { EndpointContext } from './route-table.js'

/**
 * Options of a call that a body may not have here: they would set headers of the provider's request, or fields beside the
 * model that was checked.
 */
const OWN_OPTIONS = ['signal', 'headers', 'extra_body', 'provider_options'] as const

export interface AskedRequest {
  readonly body: JsonObject
  readonly options: CallOptions
}

/**
 * @throws TracestitchError for a model that the request may not use.
 */
export function askedOf({ admit, identity }: EndpointContext, incoming: Incoming, given: JsonObject): AskedRequest {
  const body = { ...given }
  for (const name of OWN_OPTIONS) delete body[name]
  if (admit) for (const model of modelsOf(body)) admit(model)
  const said = identityOf(incoming.headers, body)
  const metadata = identity ? mergeIdentity(said, identity) : said
  return {
    body,
    options: {
      // Programs behind an endpoint do not know which provider answers them.
      dropUnsupported: true,
      ...(incoming.caller.signal && { signal: incoming.caller.signal }),
      ...(metadata && { metadata }),
    },
  }
}

/** The model, and those that it may fall back to. */
function modelsOf({ model, fallbacks }: JsonObject): readonly string[] {
  const others = Array.isArray(fallbacks) ? (fallbacks as unknown[]) : []
  const named = others.map((entry) =>
    typeof entry === 'object' && entry !== null ? (entry as { model?: unknown }).model : entry,
  )
  return [model, ...named].filter((name) => typeof name === 'string')
}
