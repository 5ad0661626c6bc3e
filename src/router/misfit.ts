/** Whether a target can serve a call at all, before a request is made. */
import { ConfigError, UnsupportedParameterError, type TracestitchError } from '../kernel/errors.js'
import { traitsOf } from '../models/index.js'
import type { Capability } from './target-options.js'
import type { Member, RoutedCall } from './strategy.js'

/** Why a member can never serve a call: it is not tried. */
export interface Misfit {
  /** A few words that follow the target's id. */
  readonly why: string
  /** The capability that it lacks; `undefined` when the call's metadata rules it out. */
  readonly capability?: Capability
}

const REFUSED_BY_CONDITION: Misfit = { why: 'is for other calls (`when`)' }

/**
 * Returns `undefined` when the member can serve the call, as far as is known.
 *
 * @param regional - Whether targets have regions here: then one without a region does not serve a call that asks for one.
 */
export function misfit(call: RoutedCall, { target, when }: Member, regional: boolean): Misfit | undefined {
  if (when && !when(call.metadata)) return REFUSED_BY_CONDITION
  const { region, capabilities } = target.facts
  if (regional && region !== regionOf(call))
    return { why: region === undefined ? 'names no region' : `is in ${region}` }
  if (!capabilities) return undefined
  const capability = call.needs.find((need) => capabilities[need] === false)
  return capability && { why: `has no ${capability}`, capability }
}

/** The region that a call asks for. */
export function regionOf({ metadata }: RoutedCall): string | undefined {
  const { region } = metadata
  return typeof region === 'string' ? region : undefined
}

/**
 * Whether the call seems too long for the member, by its options or its model. This is an estimate, so it is only a reason
 * to try others first.
 */
export function seemsTooLong(call: Lengths, { target }: Member): boolean {
  const { contextWindow: known, maxOutput } = traitsOf(target.base ?? target.model)
  const contextWindow = target.facts.contextWindow ?? known
  if (maxOutput !== undefined && call.outputTokens > maxOutput) return true
  return contextWindow !== undefined && call.inputTokens + call.outputTokens > contextWindow
}

type Lengths = Pick<RoutedCall, 'inputTokens' | 'outputTokens'>

const TOLD = 3

/** The error for a call that no target fits. */
export function noTargetError(call: RoutedCall, misfits: ReadonlyMap<Member, Misfit>): TracestitchError {
  const found = [...misfits]
  const [first] = found
  if (first && found.every(([, { capability }]) => capability !== undefined)) {
    const [{ target }, { capability = '' }] = first
    const hint = `no target of \`${call.model}\` takes it; add one that does, or correct its \`capabilities\``
    return new UnsupportedParameterError(capability, target.provider.id, hint)
  }
  const told = found.slice(0, TOLD).map(([{ target }, { why }]) => `${target.id} ${why}`)
  const more = found.length > TOLD ? `; and ${found.length - TOLD} more` : ''
  return new ConfigError(
    'model',
    found.length === 0
      ? `the strategy of \`${call.model}\` chose none of its targets for this call; add one that serves every call`
      : `no target of \`${call.model}\` serves this call: ${told.join('; ')}${more}; add one that does, or change the call's metadata`,
  )
}
