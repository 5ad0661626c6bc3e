/** The router as it is: its plan, strategies, breakers, limits and `execute`, without HTTP. */
import { everything } from '../../src/whole-catalogue.js'
import { Gates } from '../../src/client/admission/gates.js'
import { blendedPrice } from '../../src/client/facts/blended-price.js'
import { LogicalCall } from '../../src/client/call/logical-call.js'
import { planCall } from '../../src/client/call/plan-call.js'
import { compileStages } from '../../src/client/call/stages.js'
import type { ClientContext } from '../../src/client/context.js'
import { Ledger } from '../../src/client/facts/spend.js'
import { execute } from '../../src/client/call/execute.js'
import { Hooks } from '../../src/client/hooks.js'
import type { AttemptRun } from '../../src/client/call/attempt-run.js'
import { ConnectionError } from '../../src/kernel/errors.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type {
  ClientOptions,
  CooldownOptions,
  HedgeOptions,
  StrategyOptions,
  TargetOptions,
} from '../../src/router/options.js'
import { compilePlan } from '../../src/router/plan.js'
import { MemoryStore } from '../../src/stores/memory.js'
import type { Contender } from './contender.js'
import { DEADLINE, Failure, PROFILES, type Profile, type Traffic, type World } from './world.js'

interface Ours {
  readonly strategy: StrategyOptions
  readonly hedge?: HedgeOptions
  readonly cooldown?: CooldownOptions
  /** What differs in the targets. */
  readonly target?: (profile: Profile) => Partial<TargetOptions>
}

const messages = [{ role: 'user', content: 'a question' }] as const

function optionsOf({ strategy, hedge, cooldown, target }: Ours): ClientOptions {
  return {
    providers: Object.fromEntries(PROFILES.map(({ id }) => [id, { baseURL: `http://${id}.test/v1`, apiKey: 'none' }])),
    models: {
      chat: {
        strategy,
        ...(hedge && { hedge }),
        targets: PROFILES.map((profile) => ({
          model: `${profile.id}/m`,
          limits: { rpm: profile.rpm },
          ...target?.(profile),
        })),
      },
    },
    ...(cooldown && { cooldown }),
    timeout: DEADLINE,
    prices: { overrides: Object.fromEntries(PROFILES.map(({ id, input, output }) => [`${id}/m`, { input, output }])) },
  }
}

/** A client whose clock and chance are the simulation's. */
function contextOf(options: ClientOptions, world: World, random: () => number): ClientContext {
  const { time: clock } = world
  const prices = options.prices ?? {}
  const plan = compilePlan(options, {
    env: {},
    catalogue: everything,
    clock,
    random,
    price: (target) => blendedPrice(target, prices),
  })
  const gates = new Gates({ store: new MemoryStore(clock), clock, random })
  for (const holding of plan.targets()) gates.observe(holding)
  return {
    catalogue: everything,
    plan,
    stages: compileStages(),
    caches: false,
    // What is spent is not looked at.
    ledger: { add: () => {}, spend: () => new Ledger().spend() },
    gates,
    prices,
    hooks: new Hooks(),
    fetch: undefined,
    clock,
    random,
  }
}

const indexes = new Map(PROFILES.map(({ id }, index) => [id, index]))

async function attempt(run: AttemptRun, world: World, traffic: Traffic): Promise<AttemptRun> {
  const index = indexes.get(run.target.provider.id) ?? -1
  await world.request(index, traffic, run.limits.signal).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error
    const { status, retryAfterMs } = error
    if (status === undefined) throw new ConnectionError('refused')
    throw new ProviderError('simulated', { status, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  })
  run.finish()
  return run
}

function answerOf({ inputTokens, outputTokens }: Traffic): ChatCompletion {
  return {
    id: 'simulated',
    object: 'chat.completion',
    created: 0,
    model: 'm',
    choices: [],
    usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
  }
}

function ours(name: string, options: Ours): Contender {
  return {
    name,
    open(world, random) {
      const client = contextOf(optionsOf(options), world, random)
      return async (traffic) => {
        const { tag, session } = traffic
        const plan = planCall(client, {
          operation: 'chat',
          model: 'chat',
          options: { metadata: { session, tags: [tag], tier: tag } },
          request: { chat: { model: 'chat', messages: [...messages] } },
        })
        const call = new LogicalCall(plan)
        try {
          const run = await execute(call, (begun) => attempt(begun, world, traffic))
          call.succeed(run, { chat: answerOf(traffic) })
        } catch (error) {
          throw call.fail(error)
        }
      }
    },
  }
}

const places = ({ rpm, slots }: Profile): Partial<TargetOptions> => ({ limits: { rpm, concurrent: slots } })

/** Strategies that do not look at latency, once as they are and once with targets that cool down when they are slow. */
function twice(name: string, options: Ours): readonly Contender[] {
  return [ours(name, options), ours(`${name}, slow ones cool down`, { ...options, cooldown: SLOW })]
}

const SLOW: CooldownOptions = { slowerThan: { timesUsual: 5 } }

export const contenders: readonly Contender[] = [
  ...twice('ordered', { strategy: 'ordered' }),
  ours('ordered, with places', { strategy: 'ordered', target: places }),
  ...twice('weighted', { strategy: 'weighted', target: ({ rpm }) => ({ weight: rpm / 100 }) }),
  ...twice('round-robin', { strategy: 'round-robin' }),
  ours('round-robin, 15 s a target', { strategy: 'round-robin', target: () => ({ timeout: { total: 15_000 } }) }),
  ours('least-busy', { strategy: 'least-busy' }),
  ours('latency', { strategy: 'latency' }),
  ...twice('cost', { strategy: 'cost' }),
  ours('cost, with places', { strategy: 'cost', target: places }),
  ours('usage', { strategy: 'usage' }),
  ours('adaptive', { strategy: 'adaptive' }),
  ours('adaptive, hedged', { strategy: 'adaptive', hedge: { after: 'p95' } }),
  ...twice('tags', { strategy: 'tags', target: ({ tag }) => ({ tags: [tag] }) }),
  ours('conditional', { strategy: 'conditional', target: ({ tag }) => ({ when: { tier: tag } }) }),
  ...twice('sticky', { strategy: 'sticky' }),
]
