/** The client: OpenAI's shape over every provider. */
import { systemClock } from '../kernel/clock.js'
import type { Catalogue } from '../kernel/catalogue.js'
import type { PassthroughId } from '../kernel/protocol.js'
import { loadPrices } from '../cost/tables.js'
import { compilePlan } from '../router/plan.js'
import { SharedCooldowns } from '../router/shared-cooldowns.js'
import type { ClientOptions } from '../router/options.js'
import { checkClientOptions } from '../router/validate.js'
import { warnOnce } from '../telemetry/warn.js'
import { MemoryStore } from '../stores/memory.js'
import { Gates } from './admission/gates.js'
import type { ClientContext } from './call/logical-call.js'
import { blendedPrice } from './facts/blended-price.js'
import { createChatCompletions } from './faces/chat.js'
import { counterOf } from './facts/count-tokens.js'
import { createEmbeddings } from './faces/embeddings.js'
import { storeHealth, targetHealth } from './facts/health.js'
import { Hooks } from './hooks.js'
import { introduce } from './telemetry-defaults.js'
import { cleanOf, withDoor } from './errors-out.js'
import { passBytes, passJson } from './faces/passthrough.js'
import { Probes } from './probes.js'
import { createRerank } from './faces/rerank.js'
import { createResponses } from './faces/responses.js'
import { Ledger } from './facts/spend.js'
import type { CallOptions, Client, Images, Moderations, Transcriptions, Translations } from './types/index.js'

export type * from '../router/events.js'
export type { ErrorClass } from '../kernel/error-class.js'
export type {
  AliasOptions,
  AnswerTest,
  ClientOptions,
  FailureClass,
  FallbackOptions,
  ProbeOptions,
  ProviderOptions,
  TargetOptions,
} from '../router/options.js'
export type { TimeoutOptions } from '../policies/timeout.js'
export type { RetryPolicy } from '../policies/retry.js'
export type { Fact, LeaseRequest, RateTake, Store, StoreProblem, StoreStatus, TakeResult } from '../kernel/store.js'
export type { ModelName } from '../kernel/model-name.js'
export type { RateLimit, RateLimitWindow } from '../kernel/rate-limit.js'
export type { CostRequest, EstimatedCost, EstimateOptions } from '../cost/estimate.js'
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
export type { StandardSchema } from './answers/schema.js'

/** Operations in OpenAI's own shape. What they answer is the provider's word, so the caller names its type. */
function createPassed(client: ClientContext): Pick<Client, 'moderations' | 'images' | 'audio'> {
  const json =
    (id: PassthroughId) =>
    (body: object, options?: CallOptions): ReturnType<typeof passJson> =>
      passJson(client, id, body, options)
  return {
    moderations: { create: json('openai-moderations') as Moderations['create'] },
    images: {
      generate: json('openai-images') as Images['generate'],
      edit: json('openai-image-edits') as Images['edit'],
      createVariation: json('openai-image-variations') as Images['createVariation'],
    },
    audio: {
      speech: { create: (body, options) => passBytes(client, 'openai-speech', body, options) },
      transcriptions: { create: json('openai-transcriptions') as Transcriptions['create'] },
      translations: { create: json('openai-translations') as Translations['create'] },
    },
  }
}

let warm = false

/**
 * Node loads its `fetch`, with `Headers` and `Response`, when one of them is first used, which takes longer than all else
 * in a first call. So it is done before.
 */
function warmFetch(): void {
  if (warm) return
  warm = true
  setImmediate(() => void new Request('http://localhost')).unref()
}

/**
 * The client of one catalogue.
 *
 * @throws ConfigError as `createClient` says.
 */
export function openClient(catalogue: Catalogue, options: ClientOptions = {}): Client {
  checkClientOptions(options)
  try {
    return opened(catalogue, options)
  } catch (error) {
    throw cleanOf(error, options)
  }
}

function opened(catalogue: Catalogue, options: ClientOptions): Client {
  const plan = compilePlan(options, {
    env: process.env,
    catalogue,
    clock: systemClock,
    random: Math.random,
    price: (target) => blendedPrice(target, options.prices),
  })
  const store = options.store ?? new MemoryStore(systemClock)
  const hooks = new Hooks(options.hooks)
  const { limits, budgets } = options
  const gates = new Gates({
    store,
    clock: systemClock,
    limits,
    budgets,
    tellBudget: (event) => hooks.tell('onBudget', event),
  })
  for (const holding of plan.targets()) gates.observe(holding)
  const ledger = new Ledger()
  const client: ClientContext = Object.freeze({
    catalogue,
    plan,
    gates,
    cooldowns: store.shared
      ? new SharedCooldowns({
          store,
          clock: systemClock,
          targets: () => plan.targets(),
          onCooldown: (event) => hooks.tell('onCooldown', () => event),
        })
      : undefined,
    probes: options.probes ? new Probes(options.probes === true ? {} : options.probes, plan.targets()) : undefined,
    prices: options.prices ?? {},
    tokenCounter: counterOf(options.tokenizer),
    ledger,
    hooks,
    fetch: options.fetch,
    clock: systemClock,
    random: Math.random,
  })
  introduce(catalogue)
  warmFetch()
  for (const { target, path, reason } of plan.skipped) warnOnce(`${path}: \`${target}\` is left out: ${reason}`)
  // So that a list at an address is there when the first cost is asked for; no call waits for it.
  if (options.prices?.litellm !== undefined || options.prices?.modelsDev !== undefined) void loadPrices(options.prices)
  const close = async (): Promise<void> => {
    await client.probes?.close()
    await gates.close()
    if (!options.store) await store.close()
  }
  const operations = {
    chat: { completions: createChatCompletions(client) },
    embeddings: createEmbeddings(client),
    responses: createResponses(client),
    rerank: createRerank(client),
    ...createPassed(client),
  }
  return {
    ...withDoor(operations, plan.secrets),
    health: () => ({
      targets: client.plan.targets().map(targetHealth),
      store: storeHealth(store),
      skipped: plan.skipped,
    }),
    spend: ({ by } = {}) => ledger.spend(by),
    close,
    [Symbol.asyncDispose]: close,
  }
}
