/** Every known provider, one row each: parts of `createClientWith`. A bundler keeps those that are named. */
export * from './providers/rows.js'
export type { ProviderRow } from './kernel/provider.js'
