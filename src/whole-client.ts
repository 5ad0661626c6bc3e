/** `createClient()`: the client with every wire format and every provider. */
import { everything } from './whole-catalogue.js'
import { openClient, type ClientOptions } from './client/index.js'
import { atCaller } from './client/outgoing-errors.js'
import type { Client } from './client/types/index.js'
import type { NamesIn } from './kernel/model-name.js'

/**
 * Makes a client. The options are checked and compiled here, once.
 *
 * @throws ConfigError that names the option and the fix: an unknown option, a wrong type, an unknown provider, a model
 * without a provider, an alias of itself, or a missing key that an alias needs. A model string that only a call names is
 * checked at that call, before any request.
 */
export function createClient<Alias extends string = never>(options: ClientOptions<Alias> = {}): Client<NamesIn<Alias>> {
  return atCaller(createClient, () => openClient(everything, options))
}
