/** How targets are named: by model, and by a name of their own where one model has several. */
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
/** Options that make a target another one than its model alone would be; all else is said of an entry in an alias. */
const OF_TARGET = [...OF_PROVIDER, 'name', 'base', 'region', 'limits'] as const

/** What makes no sense on an alias within an alias. */
export function targetOption(options: TargetOptions): string | undefined {
  return OF_TARGET.find((option) => options[option] !== undefined)
}

export function hasOwnProvider(options: TargetOptions): boolean {
  return OF_PROVIDER.some((name) => options[name] !== undefined)
}

/** Whether it has what no other target of its model has, so that it needs a name. */
export function isOwnTarget(options: TargetOptions): boolean {
  return labelOf(options) !== undefined || hasOwnProvider(options) || options.limits !== undefined
}

export function labelOf({ name, region }: TargetOptions): string | undefined {
  return name ?? region
}

/** The part of the options that says which target it is and what it is. */
export function identityOf(options: TargetOptions): Partial<TargetOptions> {
  return Object.fromEntries(OF_TARGET.map((name) => [name, options[name]]))
}

/** Where a model string divides: whichever mark comes first, so that a model may hold both. */
export function markOf(model: string): number {
  return model.search(/[/:]/)
}

/** `provider/model`, however it was written. */
export function canonical(model: string): string {
  const at = markOf(model)
  return at < 0 ? model : `${model.slice(0, at)}/${model.slice(at + 1)}`
}
