/** The shape of `gateway` in a configuration file, which has the options of the client beside it. */
import * as z from 'zod/mini'
import { milliseconds, text } from '../router/shape-parts.js'
import type { GatewayOptions } from './options.js'

const bytes = z.int().check(z.positive())

const fields = z.strictObject({
  port: z.optional(z.int().check(z.nonnegative(), z.maximum(65_535))),
  host: z.optional(text),
  masterKey: z.optional(text),
  bodyLimit: z.optional(bytes),
  headerLimit: z.optional(bytes),
  headersTimeout: z.optional(milliseconds),
  requestTimeout: z.optional(milliseconds),
  keepAliveTimeout: z.optional(milliseconds),
  shutdownTimeout: z.optional(milliseconds),
  tls: z.optional(z.strictObject({ cert: text, key: text, passphrase: z.optional(text) })),
  cors: z.optional(z.array(text)),
  redis: z.optional(text),
} satisfies Readonly<Record<Exclude<keyof GatewayOptions, 'keys' | 'log'> | 'redis', z.ZodMiniType>>)

export const gatewayFile = z.strictObject({ gateway: z.optional(fields) })

/** What a file may say of the gateway. */
export interface GatewayFile extends Omit<GatewayOptions, 'keys' | 'log'> {
  /** The address of a Redis or Valkey that keeps limits, budgets, cooldowns and the cache, such as `redis://127.0.0.1:6379`. */
  readonly redis?: string | undefined
}
