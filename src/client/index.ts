/** The client: OpenAI's shape over every provider. */
import type { Catalogue } from '../kernel/catalogue.js'
import type { ClientOptions } from '../router/options.js'
import { checkClientOptions } from '../router/validate.js'
import { openCache } from './cache/open-cache.js'
import type { Stage } from './call/stage.js'
import { compileStages } from './call/stages.js'
import type { ClientContext } from './context.js'
import { rememberContext } from './context-of.js'
import { cleanOf, withCleanErrors } from './outgoing-errors.js'
import { createEndpoint } from './endpoint/index.js'
import { createChatCompletions } from './faces/chat.js'
import { createEmbeddings } from './faces/embeddings.js'
import { createPassthrough } from './faces/passthrough.js'
import { createDecisions } from './faces/decisions.js'
import { createRerank } from './faces/rerank.js'
import { createResponses } from './faces/responses.js'
import { openGuardrails } from './guardrails/open-guardrails.js'
import { storeHealth, targetHealth } from './facts/health.js'
import { openContext, type Sources, type StageSources } from './open-context.js'
import type { Client } from './types/client.js'
import type { Embeddings } from './types/embeddings.js'

export type * from '../router/events.js'
export type { ErrorClass } from '../kernel/error-class.js'
export type {
  AliasOptions,
  AnswerTest,
  CacheOptions,
  CacheScope,
  CallCacheOptions,
  ClientOptions,
  ExactCacheOptions,
  FailureClass,
  FallbackOptions,
  GuardrailCheck,
  GuardrailFunction,
  GuardrailInput,
  GuardrailOptions,
  GuardrailVerdict,
  ProbeOptions,
  ProviderOptions,
  SemanticCacheOptions,
  TargetOptions,
} from '../router/options.js'
export type { TimeoutOptions } from '../policies/timeout.js'
export type { RetryPolicy } from '../policies/retry.js'
export type { Fact, LeaseRequest, RateTake, Store, StoreProblem, StoreStatus, TakeResult } from '../kernel/store.js'
export type { CacheEntry, CacheStore, VectorEntry, VectorIndex, VectorMatch } from '../kernel/cache-store.js'
export type { ModelName } from '../kernel/model-name.js'
export type { RateLimit, RateLimitWindow } from '../kernel/rate-limit.js'
export type { CostRequest, EstimatedCost, EstimateOptions } from '../cost/estimate-cost.js'
export type { Tokenizer } from '../cost/tokenizer.js'
export type { Cost, CostQuery, PriceOptions, PriceOverride } from '../cost/price.js'
export type { PriceList, PriceListStatus } from '../cost/tables.js'
export { ModelStream } from './streams/model-stream.js'
export { ChatCompletionRunner, type ChatRunEvents } from './helpers/chat-run.js'
export { ChatCompletionStream } from './helpers/chat-stream.js'
export type { ChatStreamEvents } from './helpers/stream-events.js'
export type { RunToolsBody, RunToolsOptions } from './helpers/index.js'
export type { RunnableFunction, RunnableTool, ToolRun } from './helpers/runnable-tools.js'
export type { Upload } from './transport/multipart.js'
export type { Spend, SpendBy, SpendRow } from './facts/spend.js'
export type * from './types/index.js'
export type { StandardSchema } from './answers/standard-schema.js'

/**
 * The client of one catalogue.
 *
 * @param stages - The stages around every call, the nearest to the provider first.
 * @param sources - A clock and a source of random numbers. Default: those of the process.
 * @throws ConfigError as `createClient` does.
 */
export function openClient(
  catalogue: Catalogue,
  options: ClientOptions = {},
  stages: readonly Stage[] = [],
  sources: Partial<Sources> = {},
): Client {
  checkClientOptions(options)
  try {
    const client: ClientContext = openContext(
      catalogue,
      options,
      (around) => [
        ...stages,
        // Before the cache: what it keeps is what callers may see.
        ...guardrailsOf(options, around, () => inner),
        ...cacheOf(options, around, () => createEmbeddings(client)),
      ],
      sources,
    )
    const inner: ClientContext = { ...client, stages: compileStages(stages), caches: false }
    return clientOn(client, options)
  } catch (error) {
    throw cleanOf(error, options)
  }
}

/** The stage of the option `guardrails`, if it is set. @param inner - The client without them. */
function guardrailsOf(
  { guardrails = [] }: ClientOptions,
  around: StageSources,
  inner: () => ClientContext,
): readonly Stage[] {
  return guardrails.length > 0 ? [openGuardrails(guardrails, around, inner)] : []
}

/** The stage of the option `cache`, if it is set. @param embeddings - The client's own. */
function cacheOf({ cache }: ClientOptions, around: StageSources, embeddings: () => Embeddings): readonly Stage[] {
  if (cache === undefined || cache === false) return []
  const { clock, store, hooks } = around
  return [
    openCache(cache, {
      clock,
      store,
      tell: (event) => hooks.tell('onCache', event),
      embed: (input, model, options) => embeddings().create({ input, model }, options),
    }),
  ]
}

function clientOn(client: ClientContext, options: ClientOptions): Client {
  const close = async (): Promise<void> => {
    await client.probes?.close()
    await client.gates.close()
    if (!options.store) await client.gates.store.close()
  }
  let endpoint: Client['fetch'] | undefined
  const operations = {
    chat: { completions: createChatCompletions(client) },
    embeddings: createEmbeddings(client),
    responses: createResponses(client),
    rerank: createRerank(client),
    decisions: createDecisions(client),
    ...createPassthrough(client),
  }
  const face: Client = {
    ...withCleanErrors(operations, client.plan.secrets),
    fetch: (...given) => (endpoint ??= createEndpoint(client).fetch)(...given),
    health: () => ({
      targets: client.plan.targets().map(targetHealth),
      store: storeHealth(client.gates.store),
      skipped: client.plan.skipped,
    }),
    spend: ({ by } = {}) => client.ledger.spend(by),
    close,
    [Symbol.asyncDispose]: close,
  }
  rememberContext(face, client)
  return face
}
