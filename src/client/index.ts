/** The client: OpenAI's shape over every provider. */
import { systemClock } from '../kernel/clock.js'
import { compilePlan } from '../router/plan.js'
import type { ClientOptions } from '../router/options.js'
import { checkClientOptions } from '../router/validate.js'
import type { ClientContext } from './call.js'
import { createChatCompletions } from './chat.js'
import { createEmbeddings } from './embeddings.js'
import { createResponses } from './responses.js'
import type { Client } from './types.js'

export type { AliasOptions, ClientOptions, ProviderOptions, TargetOptions } from '../router/options.js'
export type { TimeoutOptions } from '../policies/timeout.js'
export type { RetryPolicy } from '../policies/retry.js'
export type { Cost, CostQuery, PriceOptions, PriceOverride } from '../cost/price.js'
export { ModelStream } from './model-stream.js'
export type * from './types.js'
export type { StandardSchema } from './schema.js'

/**
 * Makes a client. The options are checked and compiled here, once; a call only looks up.
 *
 * @throws ConfigError that names the option and the fix: an unknown option, a wrong type, an unknown
 *   provider, a model without a provider, an alias of itself, or a key that an alias needs and that is
 *   nowhere. A model string that only a call brings is checked at that call, before any request.
 */
export function createClient(options: ClientOptions = {}): Client {
  checkClientOptions(options)
  const client: ClientContext = Object.freeze({
    plan: compilePlan(options, process.env),
    prices: options.prices ?? {},
    fetch: options.fetch,
    clock: systemClock,
    random: Math.random,
  })
  return {
    chat: { completions: createChatCompletions(client) },
    embeddings: createEmbeddings(client),
    responses: createResponses(client),
  }
}
