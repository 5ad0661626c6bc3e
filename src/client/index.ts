/** The client: OpenAI's shape over every provider. */
import { systemClock } from '../kernel/clock.js'
import { compilePlan } from '../router/plan.js'
import type { ClientOptions } from '../router/options.js'
import { checkClientOptions } from '../router/validate.js'
import type { ClientContext } from './call.js'
import { createChatCompletions } from './chat.js'
import { createEmbeddings } from './embeddings.js'
import { passBytes, passJson } from './passthrough.js'
import { createRerank } from './rerank.js'
import { createResponses } from './responses.js'
import type { Client, Images, Moderations, Transcriptions } from './types.js'

export type { AliasOptions, ClientOptions, ProviderOptions, TargetOptions } from '../router/options.js'
export type { TimeoutOptions } from '../policies/timeout.js'
export type { RetryPolicy } from '../policies/retry.js'
export type { Cost, CostQuery, PriceOptions, PriceOverride } from '../cost/price.js'
export { ModelStream } from './model-stream.js'
export type { Upload } from './multipart.js'
export type * from './types.js'
export type { StandardSchema } from './schema.js'

/** Operations in OpenAI's own shape. What they answer is the provider's word, so the caller names its type. */
function createPassed(client: ClientContext): Pick<Client, 'moderations' | 'images' | 'audio'> {
  return {
    moderations: {
      create: ((body, options) => passJson(client, 'openai-moderations', body, options)) as Moderations['create'],
    },
    images: {
      generate: ((body: object, options) => passJson(client, 'openai-images', body, options)) as Images['generate'],
    },
    audio: {
      speech: { create: (body, options) => passBytes(client, 'openai-speech', body, options) },
      transcriptions: {
        create: ((body: object, options) =>
          passJson(client, 'openai-transcriptions', body, options)) as Transcriptions['create'],
      },
    },
  }
}

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
    rerank: createRerank(client),
    ...createPassed(client),
  }
}
