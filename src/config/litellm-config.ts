/** LiteLLM's `config.yaml` as options of a client. Its fields: https://docs.litellm.ai/docs/router/api_reference/configuration */
import { isObject } from '../kernel/json.js'
import type {
  AliasOptions,
  ClientOptions,
  CooldownOptions,
  FailureClass,
  FallbackOptions,
  GroupOptions,
  StrategyName,
  StrategyOptions,
  TargetOptions,
} from '../router/options.js'
import { deploymentOf, timeoutsOf, type Deployment } from './litellm-target.js'
import { liteLLMModel } from './provider-names.js'
import { Fields, parseConfig, type Imported } from './reading.js'
import { withDistinctNames } from './distinct-names.js'

const STRATEGIES: Readonly<Record<string, StrategyName>> = {
  'simple-shuffle': 'weighted',
  'least-busy': 'least-busy',
  'latency-based-routing': 'latency',
  'cost-based-routing': 'cost',
  'usage-based-routing': 'usage',
  'usage-based-routing-v2': 'usage',
}

const RETRIES: Readonly<Record<string, FailureClass>> = {
  TimeoutErrorRetries: 'timeout',
  RateLimitErrorRetries: 'rate-limit',
  InternalServerErrorRetries: 'server',
  ServiceUnavailableErrorRetries: 'overloaded',
}

/** Lists of fallbacks, and the failures that they are for. */
const FALLBACKS = {
  fallbacks: 'any',
  context_window_fallbacks: 'context-length',
  content_policy_fallbacks: 'content-policy',
} as const

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Options that route as a LiteLLM configuration does: deployments of one `model_name` become the targets of an alias.
 *
 * @param config - The object, or its text: JSON, or YAML where the package `yaml` is installed.
 * @throws ConfigError when it cannot be read as an object.
 */
export function fromLiteLLM(config: unknown): Imported {
  const warnings: string[] = []
  const root = new Fields(parseConfig(config, 'fromLiteLLM(config)'), '', warnings)
  const router = root.object('router_settings') ?? new Fields({}, 'router_settings', warnings)
  const library = root.object('litellm_settings') ?? new Fields({}, 'litellm_settings', warnings)
  const options: Mutable<ClientOptions> = {}
  const prices: Record<string, { input: number; output: number }> = {}
  const groups = new Map<string, Deployment[]>()
  for (const entry of root.objects('model_list')) {
    const name = entry.text('model_name')
    const deployment = name === undefined ? undefined : deploymentOf(entry)
    if (name === undefined) entry.warn('model_name', 'is missing; the deployment is left out')
    if (name === undefined || !deployment) continue
    groups.set(name, [...(groups.get(name) ?? []), deployment])
    if (deployment.prices) prices[deployment.target.model] = deployment.prices
  }
  const strategy = strategyOf(router)
  const models: Record<string, AliasOptions> = {}
  for (const [name, deployments] of groups) models[name] = groupOf(deployments, strategy, groups)
  addAliases(models, router)
  const standing = addFallbacks(models, [router, library])
  untangle(models)
  if (Object.keys(models).length > 0) options.models = models
  if (standing.length > 0) options.fallbacks = standing
  if (Object.keys(prices).length > 0) options.prices = { overrides: prices }
  readLimits(options, router, library)
  for (const section of [router, library, root]) section.close()
  return { options, warnings }
}

function strategyOf(router: Fields): StrategyOptions {
  const named = router.text('routing_strategy') ?? 'simple-shuffle'
  const name = STRATEGIES[named]
  if (name === undefined) router.warn('routing_strategy', 'there is no such strategy here; `weighted` is used')
  const settings = router.object('routing_strategy_args')
  const tolerance = name === 'latency' ? settings?.number('lowest_latency_buffer') : undefined
  settings?.close()
  const any = router.boolean('tag_filtering_match_any') ?? true
  if (router.boolean('enable_tag_filtering') === true) {
    if (name !== 'weighted')
      router.warn('enable_tag_filtering', 'tags choose instead of the routing strategy, by weight')
    return { name: 'tags', match: any ? 'any' : 'all' }
  }
  return tolerance === undefined ? (name ?? 'weighted') : { name: 'latency', tolerance }
}

function groupOf(
  deployments: readonly Deployment[],
  strategy: StrategyOptions,
  names: ReadonlyMap<string, unknown>,
): Mutable<GroupOptions> {
  // Without weights, LiteLLM draws by requests or tokens a minute.
  const weighs = deployments.some(({ target }) => target.weight !== undefined)
  const by = weighs
    ? undefined
    : (['rpm', 'tpm'] as const).find((limit) => deployments.every((one) => one[limit] !== undefined))
  const targets = deployments.map(({ target, ...limits }): TargetOptions => ({
    ...target,
    // An alias of that name would mean itself; a colon always means a provider.
    model: names.has(target.model) ? target.model.replace('/', ':') : target.model,
    ...(by && strategy === 'weighted' && limits[by] !== undefined && { weight: limits[by] }),
  }))
  return targets.length === 1 ? { targets } : { strategy, targets: withDistinctNames(targets) }
}

function addAliases(models: Record<string, AliasOptions>, router: Fields): void {
  const aliases = router.object('model_group_alias')
  for (const name of aliases?.names() ?? []) {
    const value = aliases?.take(name)
    const group = isObject(value) ? value['model'] : value
    if (typeof group === 'string' && Object.hasOwn(models, group) && !Object.hasOwn(models, name)) models[name] = group
    else aliases?.warn(name, 'names no group of model_list, or has the name of one; left out')
    if (isObject(value) && value['hidden'] !== undefined)
      aliases?.warn(`${name}.hidden`, 'no list of models is published here; left out')
  }
}

/** @returns Those for every group. */
function addFallbacks(models: Record<string, AliasOptions>, sections: readonly Fields[]): readonly FallbackOptions[] {
  const standing: FallbackOptions[] = []
  for (const section of sections) {
    for (const [list, on] of Object.entries(FALLBACKS)) {
      for (const entry of section.objects(list)) {
        for (const group of entry.names()) {
          const found = entry.list(group).flatMap((model, i) => fallbackOf(model, on, models, entry, `${group}[${i}]`))
          if (group === '*') standing.push(...found)
          else addTo(models, group, found, entry)
        }
      }
    }
    const everywhere = section.list('default_fallbacks')
    standing.push(
      ...everywhere.flatMap((model, i) => fallbackOf(model, 'any', models, section, `default_fallbacks[${i}]`)),
    )
  }
  return standing
}

function addTo(
  models: Record<string, AliasOptions>,
  name: string,
  found: readonly FallbackOptions[],
  entry: Fields,
): void {
  const alias = Object.hasOwn(models, name) ? models[name] : undefined
  if (typeof alias === 'object' && 'targets' in alias) {
    // Those for one class come first: where one fits, it is meant.
    const all = [...(alias.fallbacks ?? []), ...found]
    const special = all.filter((one) => typeof one !== 'string' && one.on !== undefined)
    models[name] = { ...alias, fallbacks: [...special, ...all.filter((one) => !special.includes(one))] }
  } else if (typeof alias === 'string') addTo(models, alias, found, entry)
  else entry.warn(name, 'names no group of model_list; left out')
}

function fallbackOf(
  value: unknown,
  on: (typeof FALLBACKS)[keyof typeof FALLBACKS],
  models: Readonly<Record<string, AliasOptions>>,
  entry: Fields,
  at: string,
): readonly FallbackOptions[] {
  const { model, messages, ...params } = isObject(value) ? value : { model: value, messages: undefined }
  const read = typeof model === 'string' && !Object.hasOwn(models, model) ? liteLLMModel(model, undefined) : undefined
  const named = read && !('fault' in read) ? read : undefined
  const found = named ? `${named.provider}/${named.model}` : model
  if (typeof found !== 'string' || (!named && !Object.hasOwn(models, found))) {
    entry.warn(at, 'names neither a group of model_list nor a provider that is known here; left out')
    return []
  }
  if (messages !== undefined)
    entry.warn(`${at}.messages`, 'messages of a fallback are left out; write them into its options')
  const preset = Object.keys(params).length > 0
  if (on === 'any' && !preset) return [found]
  return [{ model: found, ...(on !== 'any' && { on }), ...(preset && { params }) }]
}

/** Groups that fall back to each other would be a cycle of aliases. A fallback means a group's targets alone, so they get an alias. */
function untangle(models: Record<string, AliasOptions>): void {
  const named = new Set(
    Object.values(models).flatMap((alias) =>
      typeof alias === 'object' && 'targets' in alias
        ? (alias.fallbacks ?? []).map((one) => (typeof one === 'string' ? one : one.model))
        : [],
    ),
  )
  const inner = new Map<string, string>()
  for (const [name, alias] of Object.entries(models)) {
    if (!named.has(name) || typeof alias !== 'object' || !('targets' in alias) || !alias.fallbacks) continue
    const { fallbacks, ...group } = alias
    const own = `${name}.targets`
    inner.set(name, own)
    models[own] = group
    models[name] = { targets: [own], fallbacks }
  }
  for (const [name, alias] of Object.entries(models)) {
    if (typeof alias !== 'object' || !('targets' in alias) || !alias.fallbacks) continue
    const fallbacks = alias.fallbacks.map((one) =>
      typeof one === 'string' ? (inner.get(one) ?? one) : { ...one, model: inner.get(one.model) ?? one.model },
    )
    models[name] = { ...alias, fallbacks }
  }
}

function readLimits(options: Mutable<ClientOptions>, router: Fields, library: Fields): void {
  const max = router.number('num_retries') ?? library.number('num_retries')
  const policy = router.object('retry_policy')
  const on = Object.fromEntries(
    Object.entries(RETRIES).flatMap(([name, failure]) => {
      const count = policy?.number(name)
      return count === undefined ? [] : [[failure, count] as const]
    }),
  )
  policy?.close('failures of this class are not tried again here; left out')
  if (Object.keys(on).length > 0) options.retries = { ...(max !== undefined && { max }), on }
  else if (max !== undefined) options.retries = max

  const seconds = library.number('request_timeout')
  const own = timeoutsOf(router)
  const timeout = own ?? (seconds === undefined ? undefined : { total: seconds * 1000 })
  if (timeout?.total !== undefined) {
    const [section, field] = own ? ([router, 'timeout'] as const) : ([library, 'request_timeout'] as const)
    section.warn(field, 'bounds the whole call here, its retries and fallbacks too')
  }
  if (timeout) options.timeout = timeout

  const cooldown: Mutable<CooldownOptions> = {}
  const rest = router.number('cooldown_time') ?? library.number('cooldown_time')
  const fails = router.number('allowed_fails') ?? library.number('allowed_fails')
  if (rest !== undefined && rest > 0) {
    cooldown.duration = rest * 1000
    if (rest > 120) cooldown.maxDuration = rest * 1000
  }
  if (fails !== undefined) {
    cooldown.consecutive = fails + 1
    router.warn('allowed_fails', 'counts failures in a row here, not within a minute')
  }
  if (router.boolean('disable_cooldowns') === true || rest === 0) options.cooldown = false
  else if (Object.keys(cooldown).length > 0) options.cooldown = cooldown

  if (library.boolean('drop_params') === true) options.dropUnsupported = true
  // Always done here.
  router.take('enable_pre_call_checks')
}
