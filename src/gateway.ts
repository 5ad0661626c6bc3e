/** `tracestitch/gateway`: the client over HTTP, on Node, Bun and Deno. */
export { serve, type Gateway } from './gateway/serve.js'
export type { LogEntry } from './gateway/access-log.js'
export type { GatewayOptions, KeyCheck, TlsOptions } from './gateway/options.js'
export type { Access, RequestHead } from './client/endpoint/index.js'
