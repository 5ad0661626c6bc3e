/** `tracestitch/gateway`: the client over HTTP, on Node, Bun and Deno. */
export { serve, type Gateway } from './gateway/serve.js'
export type { LogEntry } from './gateway/access-log.js'
export type { GatewayOptions, KeyCheck, TlsOptions } from './gateway/options.js'
export { fileKeys } from './gateway/file-keys.js'
export { keyCheck, newKey, type NewKey } from './gateway/virtual-keys.js'
export type { KeyStore, VirtualKey } from './kernel/key-store.js'
export type { Allowance } from './client/admission/allowances.js'
export type { Access, RequestHead } from './client/endpoint/index.js'
