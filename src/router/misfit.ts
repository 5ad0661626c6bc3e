/** Whether a target can serve a call at all, before a request is made. */
import { ConfigError, UnsupportedParameterError, type TracestitchError } from '../kernel/errors.js'
import { traitsOf } from '../models/index.js'
import type { Capability } from './target-options.js'
import type { Member, RoutedCall } from './strategy.js'

/** Why a member cannot serve a call, whatever happens: it is never asked. */
export interface Misfit {
  /** In a few words, to follow the target's id. */
  readonly why: string
  /** What it lacks; `undefined` when it was ruled out by the call's metadata. */
  readonly capability?: Capability
}

const REFUSED_BY_CONDITION: Misfit = { why: 'is for other calls (`when`)' }

/**
 * `undefined` when it can, as far as is known.
 *
 * @param regional - Whether targets say their regions here: then one that does not say it is in none that a call asks for.
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
 * Whether the call seems too long for the member, by what is said of it or known of its model. An estimate, so that it is
 * only a reason to ask others first.
 */
export function isTight(call: Lengths, { target }: Member): boolean {
  const { contextWindow: known, maxOutput } = traitsOf(target.base ?? target.model)
  const contextWindow = target.facts.contextWindow ?? known
  if (maxOutput !== undefined && call.outputTokens > maxOutput) return true
  return contextWindow !== undefined && call.inputTokens + call.outputTokens > contextWindow
}

type Lengths = Pick<RoutedCall, 'inputTokens' | 'outputTokens'>

const TOLD = 3

/** No target fits the call: the error that says why. */
export function noneFits(call: RoutedCall, misfits: ReadonlyMap<Member, Misfit>): TracestitchError {
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
