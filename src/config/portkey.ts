/** A Portkey config as options of a client. Its fields: https://portkey.ai/docs/api-reference/inference-api/config-object */
import { isObject } from '../kernel/json.js'
import type { AliasOptions, ClientOptions, FailureClass, GroupOptions, TargetOptions } from '../router/options.js'
import { fromPortkeyName } from './names.js'
import { conditionsOf } from './portkey-condition.js'
import { Fields, parseConfig, type Imported } from './reading.js'

export interface PortkeyOptions {
  /** Name of the alias that the config becomes. Default `default`. */
  readonly name?: string | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What fills the base URL of a row, by Portkey's name. */
const VARIABLES: Readonly<Record<string, string>> = {
  resource_name: 'resource',
  azure_resource_name: 'resource',
  vertex_project_id: 'project',
  vertex_region: 'location',
  aws_region: 'region',
  workers_ai_account_id: 'account',
}

const CLASSES: Readonly<Record<number, FailureClass>> = {
  408: 'timeout',
  429: 'rate-limit',
  500: 'server',
  502: 'server',
  503: 'overloaded',
  504: 'server',
  529: 'overloaded',
}

interface Context {
  readonly models: Record<string, AliasOptions>
  /** Whether the model of some target is the call's. */
  readonly star: boolean
}

/**
 * Options that route as a Portkey config does: it becomes the alias `name`, its nested targets aliases below it. Where
 * a target does not say its model, the aliases end with `/*` and take the call's: `default/gpt-5.4`.
 *
 * @param config - The object, or its text.
 * @throws ConfigError when it cannot be read as an object.
 */
export function fromPortkey(config: unknown, { name = 'default' }: PortkeyOptions = {}): Imported {
  const warnings: string[] = []
  const whole = snakeCased(parseConfig(config, 'fromPortkey(config)')) as Record<string, unknown>
  const root = new Fields(whole, '', warnings)
  const options: Mutable<ClientOptions> = {}
  readRetries(options, root)
  const timeout = root.number('request_timeout')
  if (timeout !== undefined) {
    options.timeout = timeout
    root.warn('request_timeout', 'bounds the whole call here, its retries and fallbacks too')
  }
  const context: Context = { models: {}, star: takesCallModel(whole) }
  const made = aliasOf(root, name, context)
  root.close()
  if (made === undefined) root.warn('targets', 'none of them can be reached from here; the alias is left out')
  else if (context.star) {
    warnings.push(`targets: those without override_params.model take the model of the call, as \`${name}/model\``)
  }
  if (Object.keys(context.models).length > 0) options.models = context.models
  return { options, warnings }
}

/** Both spellings are allowed there; fields of bodies, queries and metadata keep theirs. */
function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      return [name, name === 'override_params' || name === 'query' ? inner : snakeCased(inner)]
    }),
  )
}

function takesCallModel(node: Readonly<Record<string, unknown>>): boolean {
  const targets = node['targets']
  if (Array.isArray(targets)) return targets.some((target) => isObject(target) && takesCallModel(target))
  const params = node['override_params']
  return !isObject(params) || typeof params['model'] !== 'string'
}

/** @returns The name of the alias; `undefined` when no target of it can be reached. */
function aliasOf(node: Fields, name: string, context: Context): string | undefined {
  const alias = context.star ? `${name}/*` : name
  const strategy = node.object('strategy')
  const targets = node.objects('targets')
  const group = targets.length === 0 ? leafGroup(node) : groupOf(strategy, targets, name, context)
  strategy?.close()
  if (!group) return undefined
  context.models[alias] = group
  return alias
}

function leafGroup(node: Fields): GroupOptions | undefined {
  const target = targetOf(node)
  return target && { targets: [target] }
}

function groupOf(
  strategy: Fields | undefined,
  targets: readonly Fields[],
  name: string,
  context: Context,
): GroupOptions | undefined {
  const mode = strategy?.text('mode') ?? 'single'
  if (mode === 'conditional' && strategy) return conditionalGroup(strategy, targets, name, context)
  if (mode !== 'single' && mode !== 'fallback' && mode !== 'loadbalance') {
    strategy?.warn('mode', 'there is no such strategy here; the targets are tried in order')
  }
  if (strategy?.take('on_status_codes') !== undefined) {
    strategy.warn('on_status_codes', 'the next target is tried after every failure that it may not share; left out')
  }
  const used = mode === 'single' ? targets.slice(0, 1) : targets
  if (used.length < targets.length) strategy?.warn('mode', '`single` uses the first target; the others are left out')
  const entries = used.flatMap((target, i) => entryOf(target, name, i, context) ?? [])
  if (entries.length === 0) return undefined
  if (entries.length === 1) return { targets: entries }
  return { strategy: mode === 'loadbalance' ? 'weighted' : 'ordered', targets: entries }
}

/** A target, or one that names the alias of nested targets. */
function entryOf(node: Fields, name: string, position: number, context: Context): TargetOptions | undefined {
  const label = node.text('name')
  const weight = node.number('weight')
  const nested = node.objects('targets').length > 0
  const alias = nested ? aliasOf(node, `${name}.${label ?? position + 1}`, context) : undefined
  const target = nested ? alias !== undefined && { model: alias } : targetOf(node)
  if (nested) node.close('holds for each of its targets there, and has no counterpart here; left out')
  if (!target) return undefined
  return { ...target, ...(label !== undefined && !nested && { name: label }), ...(weight !== undefined && { weight }) }
}

function conditionalGroup(
  strategy: Fields,
  targets: readonly Fields[],
  name: string,
  context: Context,
): GroupOptions | undefined {
  // Each is an alias, so that several conditions can name it.
  const aliases = new Map<string, string>()
  for (const [i, target] of targets.entries()) {
    const label = target.text('name') ?? String(i + 1)
    target.take('weight')
    const alias = aliasOf(target, `${name}.${label}`, context)
    target.close()
    if (alias !== undefined) aliases.set(label, alias)
  }
  const entries: TargetOptions[] = []
  for (const condition of strategy.objects('conditions')) {
    const then = condition.text('then')
    const alias = then === undefined ? undefined : aliases.get(then)
    const read = conditionsOf(condition.take('query'))
    condition.close()
    if (alias === undefined) condition.warn('then', 'names no target that can be reached; the condition is left out')
    else if ('fault' in read) condition.warn('query', `${read.fault}; the condition is left out`)
    else entries.push(...read.anyOf.map((when) => ({ model: alias, when })))
  }
  const otherwise = strategy.text('default')
  const last = otherwise === undefined ? undefined : aliases.get(otherwise)
  if (last !== undefined) entries.push({ model: last })
  else if (otherwise !== undefined) strategy.warn('default', 'names no target that can be reached; left out')
  return entries.length === 0 ? undefined : { strategy: 'conditional', targets: entries }
}

/** `undefined`, with a warning, for one whose provider is not known here. */
function targetOf(node: Fields): TargetOptions | undefined {
  const params = node.object('override_params')
  const { model, ...preset } = Object.fromEntries((params?.names() ?? []).map((name) => [name, params?.take(name)]))
  const slug = node.text('provider')
  const virtual = node.text('virtual_key')
  const provider = slug === undefined ? undefined : fromPortkeyName.get(slug)
  if (virtual !== undefined) {
    node.warn(
      'virtual_key',
      'is kept at Portkey; the key is read from the environment here, or from apiKeyEnv if you add it',
    )
  }
  if (provider === undefined) {
    const why =
      slug === undefined
        ? 'the target names none'
        : `\`${slug}\` is ${slug.startsWith('@') ? 'kept at Portkey' : 'not known here'}`
    node.warn('provider', `${why}; the target is left out`)
    node.close('belongs to a target that is left out')
    return undefined
  }
  const name = typeof model === 'string' ? model : '*'
  const target: Mutable<TargetOptions> = { model: `${provider}/${name}` }
  const key = node.text('api_key')
  if (key !== undefined) {
    target.apiKey = key
    node.warn(
      'api_key',
      'the key itself is in the options now; better put it into an environment variable and name it in apiKeyEnv',
    )
  }
  const host = node.text('custom_host')
  if (host !== undefined && !/^https?:\/\/[^/]/.test(host)) {
    // Its key must not go to the provider instead.
    node.warn('custom_host', 'is no URL; the target is left out')
    return undefined
  }
  if (host !== undefined) target.baseURL = host.replace(/\/+$/, '')
  for (const [foreign, variable] of Object.entries(VARIABLES)) {
    const value = node.text(foreign)
    if (value !== undefined) target.variables = { ...target.variables, [variable]: value }
  }
  const headers: Record<string, string> = {}
  for (const [foreign, header] of [
    ['openai_organization', 'openai-organization'],
    ['openai_project', 'openai-project'],
  ] as const) {
    const value = node.text(foreign)
    if (value !== undefined) headers[header] = value
  }
  if (Object.keys(headers).length > 0) target.headers = headers
  const timeout = node.number('request_timeout')
  if (timeout !== undefined) target.timeout = { total: timeout }
  if (Object.keys(preset).length > 0) target.params = preset
  if (node.names().includes('retry')) {
    node.take('retry')
    node.warn('retry', 'retries are set for the whole client; left out')
  }
  node.close()
  return target
}

function readRetries(options: Mutable<ClientOptions>, root: Fields): void {
  const retry = root.object('retry')
  const attempts = retry?.number('attempts')
  const statuses = retry?.list('on_status_codes') ?? []
  // A provider's own wait is always honoured here.
  retry?.take('use_retry_after_headers')
  retry?.take('use_retry_after_header')
  retry?.close()
  if (attempts === undefined) return
  if (statuses.length === 0) {
    options.retries = attempts
    return
  }
  const on: Partial<Record<FailureClass, number>> = {}
  for (const status of statuses) {
    const failure = CLASSES[Number(status)]
    if (failure) on[failure] = attempts
    else retry?.warn('on_status_codes', `${String(status)} is not tried again here; left out`)
  }
  options.retries = { max: 0, on }
}
