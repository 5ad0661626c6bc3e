/** How targets are named: by model, and by a name of their own if one model has several. */
import type { TargetOptions } from './options.js'

/** Options of a target that change its provider. */
export const OF_PROVIDER = [
  'protocol',
  'apiKey',
  'apiKeyEnv',
  'baseURL',
  'variables',
  'credentials',
  'headers',
] as const
/** Options that belong to the target itself; all others belong to an entry of an alias. */
const OF_TARGET = [...OF_PROVIDER, 'name', 'base', 'region', 'limits'] as const

/** Options that an alias within an alias cannot have. */
export function targetOption(options: TargetOptions): string | undefined {
  return OF_TARGET.find((option) => options[option] !== undefined)
}

export function hasOwnProvider(options: TargetOptions): boolean {
  return OF_PROVIDER.some((name) => options[name] !== undefined)
}

/** Whether it differs from the plain target of its model, so that it needs a name. */
export function isOwnTarget(options: TargetOptions): boolean {
  return labelOf(options) !== undefined || hasOwnProvider(options) || options.limits !== undefined
}

export function labelOf({ name, region }: TargetOptions): string | undefined {
  return name ?? region
}

/** The part of the options that identifies and describes the target. */
export function identityOf(options: TargetOptions): Partial<TargetOptions> {
  return Object.fromEntries(OF_TARGET.map((name) => [name, options[name]]))
}

/** Where a model string divides: at the first of both marks, so that a model's name may contain both. */
export function markOf(model: string): number {
  return model.search(/[/:]/)
}

/** `provider/model`, however it was written. */
export function canonicalName(model: string): string {
  const at = markOf(model)
  return at < 0 ? model : `${model.slice(0, at)}/${model.slice(at + 1)}`
}
