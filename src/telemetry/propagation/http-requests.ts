/** Requests of `node:http` and `node:https`, each told of before it leaves. */
import diagnostics from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { builtin } from '../../kernel/builtin.js'

type Leaves = (request: ClientRequest) => void

const CREATED = 'http.client.request.created'

/** @returns A function that ends the watch. */
export function watchHttp(leaves: Leaves): () => void {
  if (!hasChannel()) return wrapBoth(leaves)
  const onRequest = (event: unknown): void => leaves((event as { request: ClientRequest }).request)
  diagnostics.subscribe(CREATED, onRequest)
  return () => diagnostics.unsubscribe(CREATED, onRequest)
}

/** By the host that is connected to. The `host` header only says the port, which the request does not tell. */
export function urlOfHttp(request: ClientRequest): URL {
  const base = new URL(`${request.protocol}//${request.host.includes(':') ? `[${request.host}]` : request.host}`)
  const port = /:(\d+)$/.exec(String(request.getHeader('host') ?? ''))?.[1]
  if (port !== undefined) base.port = port
  // A request to a proxy names the whole URL.
  return new URL(request.path, base)
}

function hasChannel(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 15)
}

/** Node 20 has no channel that fires before the headers are sent, so `request` and `get` are wrapped there. */
function wrapBoth(leaves: Leaves): () => void {
  const undo = [wrap(builtin('node:http'), leaves), wrap(builtin('node:https'), leaves)]
  syncBuiltinESMExports()
  return () => {
    for (const step of undo) step()
    syncBuiltinESMExports()
  }
}

function wrap(module: typeof import('node:http') | typeof import('node:https'), leaves: Leaves): () => void {
  const { request, get } = module
  let active = true
  const wrappedRequest = function (this: unknown, ...args: Parameters<typeof request>) {
    const made = Reflect.apply(request, this, args) as ClientRequest
    if (active) leaves(made)
    return made
  } as typeof request
  const wrappedGet = function (this: unknown, ...args: Parameters<typeof get>) {
    // The original ends the request itself, before a header could be set.
    const made = Reflect.apply(wrappedRequest, this, args) as ClientRequest
    made.end()
    return made
  } as typeof get
  module.request = wrappedRequest
  module.get = wrappedGet
  return () => {
    // Somebody may have wrapped ours, which then stays below theirs.
    active = false
    if (module.request === wrappedRequest) module.request = request
    if (module.get === wrappedGet) module.get = get
  }
}
