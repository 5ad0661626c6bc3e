/** Where the keys of a gateway are, as a configuration says it. */
import { fileKeys } from '../gateway/file-keys.js'
import type { GatewayFile } from '../gateway/gateway-shapes.js'
import { ConfigError } from '../kernel/errors.js'
import type { KeyStore } from '../kernel/key-store.js'
import { redisKeys } from '../redis.js'

/** In place of a file: the Redis of `gateway.redis`. */
const IN_REDIS = 'redis'

export function keyStoreOf(gateway: { readonly keys: string; readonly redis?: string | undefined }): KeyStore
export function keyStoreOf(gateway: GatewayFile): KeyStore | undefined
export function keyStoreOf({ keys, redis }: GatewayFile): KeyStore | undefined {
  if (keys === undefined) return undefined
  if (keys !== IN_REDIS) return fileKeys(keys)
  if (redis === undefined)
    throw new ConfigError('gateway.keys', '`redis` needs `gateway.redis`, the address of the server')
  return redisKeys(redis)
}
