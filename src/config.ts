/** `tracestitch/config`: configurations of other routers, read as options of `createClient`. */
export { fromLiteLLM } from './config/litellm-config.js'
export { fromPortkey, type PortkeyOptions } from './config/portkey-config.js'
export type { Imported } from './config/reading.js'
