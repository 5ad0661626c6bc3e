/** A Portkey config as options of a client. Its fields: https://portkey.ai/docs/api-reference/inference-api/config-object */
import { isObject } from '../kernel/json.js'
import type { AliasOptions, ClientOptions, FallbackOptions, GroupOptions, TargetOptions } from '../router/options.js'
import { conditionOf } from './portkey-condition.js'
import { classesOf, retriesOf } from './portkey-retry.js'
import { leafOf } from './portkey-target.js'
import { Fields, parseConfig, type Imported } from './reading.js'
import { withDistinctNames } from './distinct-names.js'

/** Options of `fromPortkey()`. */
export interface PortkeyOptions {
  /** Name of the alias that the config becomes. Default `default`. */
  readonly name?: string | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Context {
  /** Of the alias that the whole config becomes. */
  readonly name: string
  readonly models: Record<string, AliasOptions>
  /** Whether the model of some target is the call's. */
  readonly star: boolean
  /** What each target says of retries. */
  readonly retries: { readonly node: Fields; readonly said: ClientOptions['retries'] }[]
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
  const timeout = root.number('request_timeout')
  if (timeout !== undefined) {
    options.timeout = { attempt: timeout }
    root.warn('request_timeout', 'bounds each try there and here, but of a stream only until its first content here')
  }
  const context: Context = { name, models: {}, star: takesCallModel(whole), retries: [] }
  const retries = root.list('targets').length > 0 ? retriesOf(root.object('retry')) : undefined
  const made = aliasOf(root, name, context)
  setRetries(options, retries, context)
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
  const group = targets.length === 0 ? leafGroup(node, context) : groupOf(strategy, targets, name, context)
  strategy?.close()
  if (!group) return undefined
  context.models[alias] = group
  return alias
}

function leafGroup(node: Fields, context: Context): GroupOptions | undefined {
  const target = targetOf(node, context)
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
  const statuses = strategy?.list('on_status_codes') ?? []
  // The fallbacks of an alias within an alias would not be asked.
  if (mode === 'fallback' && statuses.length > 0 && strategy && name === context.name) {
    return guardedGroup(strategy, statuses, targets, context)
  }
  if (statuses.length > 0) {
    strategy?.warn('on_status_codes', 'the next target is tried after every failure that it may not share; left out')
  }
  const used = mode === 'single' ? targets.slice(0, 1) : targets
  if (used.length < targets.length) strategy?.warn('mode', '`single` uses the first target; the others are left out')
  const entries = used.flatMap((target, i) => entryOf(target, name, i, context) ?? [])
  if (entries.length === 0) return undefined
  if (entries.length === 1) return { targets: entries }
  const isAlias = (model: string): boolean => Object.hasOwn(context.models, model)
  return { strategy: mode === 'loadbalance' ? 'weighted' : 'ordered', targets: withDistinctNames(entries, isAlias) }
}

/** The first target, and the others for the failures that are named. A fallback is a model, so each becomes an alias. */
function guardedGroup(
  strategy: Fields,
  statuses: readonly unknown[],
  targets: readonly Fields[],
  context: Context,
): GroupOptions | undefined {
  const on = classesOf(statuses, strategy, 'is no failure that a fallback is for here; left out')
  const [first, ...others] = targets.flatMap((target, i) => entryOf(target, context.name, i, context) ?? [])
  if (!first) return undefined
  const fallbacks = others.map((entry, i): FallbackOptions => ({ model: aliasFor(entry, i + 2, context), on }))
  return { targets: [first], ...(on.length > 0 && fallbacks.length > 0 && { fallbacks }) }
}

function aliasFor(entry: TargetOptions, position: number, { name, models, star }: Context): string {
  if (Object.hasOwn(models, entry.model)) return entry.model
  const alias = `${name}.${entry.name ?? position}${star ? '/*' : ''}`
  models[alias] = { targets: [entry] }
  return alias
}

/** A target, or one that names the alias of nested targets. */
function entryOf(node: Fields, name: string, position: number, context: Context): TargetOptions | undefined {
  const label = node.text('name')
  const weight = node.number('weight')
  const nested = node.objects('targets').length > 0
  const alias = nested ? aliasOf(node, `${name}.${label ?? position + 1}`, context) : undefined
  const target = nested ? alias !== undefined && { model: alias } : targetOf(node, context)
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
    const read = conditionOf(condition.take('query'))
    condition.close()
    if (alias === undefined) condition.warn('then', 'names no target that can be reached; the condition is left out')
    else if ('fault' in read) condition.warn('query', `${read.fault}; the condition is left out`)
    else entries.push({ model: alias, when: read.when })
  }
  const otherwise = strategy.text('default')
  const last = otherwise === undefined ? undefined : aliases.get(otherwise)
  if (last !== undefined) entries.push({ model: last })
  else if (otherwise !== undefined) strategy.warn('default', 'names no target that can be reached; left out')
  return entries.length === 0 ? undefined : { strategy: 'conditional', targets: entries }
}

function targetOf(node: Fields, context: Context): TargetOptions | undefined {
  const leaf = leafOf(node)
  if (leaf) context.retries.push({ node, said: leaf.retries })
  return leaf?.target
}

/** Retries are of the whole client here: those of the config, or what all of its targets say alike. */
function setRetries(options: Mutable<ClientOptions>, whole: ClientOptions['retries'], { retries }: Context): void {
  const [first] = retries
  const alike = retries.every(({ said }) => jsonEqual(said, first?.said)) ? first?.said : undefined
  const chosen = whole ?? alike
  if (chosen !== undefined) options.retries = chosen
  for (const { node, said } of retries) {
    if (said === undefined || jsonEqual(said, chosen)) continue
    node.warn('retry', 'retries are set for the whole client, and its targets differ; left out')
  }
}

function jsonEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
