/** The plan of a call: where it may go, and what it may cost. Nothing has begun yet. */
import type { HedgePolicy } from '../../policies/hedge.js'
import { timeoutPolicy, type TimeoutPolicy } from '../../policies/timeout.js'
import { Itinerary } from '../../router/itinerary.js'
import type { AllInCooldown, RouteStep } from '../../router/route-step.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import { identityOf, mergeIdentity, type Identity } from '../../telemetry/identity.js'
import { Demand } from '../admission/demand.js'
import type { ClientContext } from '../context.js'
import type { CallInput } from './answer.js'
import { Redaction } from './redaction.js'
import { routedCall } from './routed-call.js'

export interface CallPlan {
  readonly client: ClientContext
  readonly input: CallInput
  /** Whom the call is for: its own metadata, over that of `withContext`. */
  readonly metadata: Identity | undefined
  readonly timeout: TimeoutPolicy
  readonly routed: RoutedCall
  readonly hedge: HedgePolicy | undefined
  readonly itinerary: Itinerary
  readonly first: RouteStep | AllInCooldown
  /** The first target, whose attributes the span begins with, even if all are in cooldown. */
  readonly shown: Target
  /** The alias that the call names, if it names one. */
  readonly alias: string | undefined
  readonly demand: Demand
  /** What errors, warnings and spans must not show. */
  readonly redaction: Redaction
}

/** @throws ConfigError or UnsupportedParameterError when no target can serve the call. */
export function planCall(client: ClientContext, input: CallInput): CallPlan {
  const { model, options, request, body } = input
  const { plan } = client
  client.cooldowns?.refresh()
  const route = plan.route(model)
  const around = identityOf()
  const metadata = options.metadata ? mergeIdentity(around, options.metadata) : around
  const routed = routedCall(model, metadata, request, client.tokenCounter)
  const itinerary = new Itinerary({
    call: routed,
    route,
    fallbacks: plan.fallbacks(route, options.fallbacks),
    retries: plan.retries,
    whenAllInCooldown: plan.whenAllInCooldown,
    random: client.random,
  })
  const first = itinerary.first()
  const shown = 'member' in first ? first.member.target : (route.levels[0]?.members[0]?.target as Target)
  const alias = route.alias ? model : undefined
  return {
    client,
    input,
    metadata,
    timeout: timeoutPolicy(options.timeout, timeoutPolicy(route.timeout, plan.timeout)),
    routed,
    hedge: route.hedge,
    itinerary,
    first,
    shown,
    alias,
    demand: new Demand({ client, routed, request, body, options, metadata, alias }),
    redaction: new Redaction({
      secrets: plan.secrets,
      options,
      request: body?.request ?? request,
      known: [model, shown.model, shown.provider.id],
    }),
  }
}
