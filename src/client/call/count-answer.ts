/** Counts an answer of a call in limits, budgets and the sums of the client, and makes its `_meta`. */
import { isSpanContextValid } from '@opentelemetry/api'
import type { Attempt } from '../../kernel/errors.js'
import type { Usage } from '../../kernel/hub.js'
import type { Target } from '../../router/target.js'
import type { Call } from '../../telemetry/spans/call.js'
import type { DemandPlace } from '../admission/demand.js'
import type { Permit } from '../admission/permit.js'
import { consumptionOf, type Consumption } from '../admission/consumption.js'
import { isBrokenOff, usageSoFar } from '../facts/broken-off.js'
import { createMeta, storedMeta, type MetaFacts } from '../facts/meta.js'
import { doubtOf, type Doubt } from '../facts/plausible.js'
import type { CallMeta, GuardrailOutcome } from '../types/meta.js'
import type { AnswerHeaders } from './answer-headers.js'
import type { Answer } from './answer.js'
import type { CallPlan } from './plan-call.js'
import type { EarlyAnswer } from './stage.js'

interface CountedCall {
  readonly plan: CallPlan
  readonly attempts: readonly Attempt[]
  readonly warnings: readonly string[]
  readonly verdicts: readonly GuardrailOutcome[]
  readonly telemetry: Call
  readonly permit: Permit | undefined
}

interface CountedRun {
  readonly target: Target
  readonly place: DemandPlace
  readonly permit: Permit | undefined
  readonly headers: Pick<AnswerHeaders, 'cost' | 'limits'>
  readonly answeredAt: number
}

/** The part of an answer that is priced. */
interface AnswerFacts {
  readonly model: string
  readonly usage?: Partial<Usage> | undefined
  readonly serviceTier?: string | null | undefined
  readonly partial?: boolean
  readonly doubt?: Doubt | undefined
}

/** @returns `used`: what the limits of the whole call have to count. */
export function countAnswer(
  call: CountedCall,
  run: CountedRun,
  answer: Answer,
): { readonly meta: CallMeta; readonly used: Consumption | undefined } {
  const { client, alias, metadata, demand } = call.plan
  const facts = factsOf(call.plan, answer)
  const { usage } = facts
  const doubt = doubtOf(answer, usage, demand.expected(run.place))
  const meta = describeAnswer(call, run, doubt ? { ...facts, doubt } : facts)
  // Impossible usage adds nothing.
  const believed = doubt?.fault === undefined
  client.ledger.add({ meta, usage: believed ? usage : undefined, alias, metadata, date: client.clock.date() })
  if (!run.permit && !call.permit) return { meta, used: undefined }
  const used = consumptionOf(usage, believed, () => meta.cost.usd)
  run.permit?.settle(used)
  return { meta, used }
}

/** Counts an answer that a stage had: no provider was called, and it cost nothing. */
export function countStored(call: CountedCall, { answer, by, hit }: EarlyAnswer): CallMeta {
  const { client, alias, metadata, shown } = call.plan
  const meta = storedMeta(metaFacts(call, shown, factsOf(call.plan, answer)), by, hit)
  client.ledger.add({ meta, usage: undefined, alias, metadata, date: client.clock.date() })
  return meta
}

export function describeAnswer(call: CountedCall, run: CountedRun, facts: AnswerFacts): CallMeta {
  return createMeta(metaFacts(call, run.target, facts, run))
}

/** @param run - The attempt that got the answer, if there was one. */
function metaFacts(
  { plan, attempts, warnings, verdicts, telemetry }: CountedCall,
  target: Target,
  { model, usage, serviceTier, partial, doubt }: AnswerFacts,
  run?: CountedRun,
): MetaFacts {
  const { prices, clock } = plan.client
  const spanContext = telemetry.span?.spanContext()
  const reported = run?.headers.cost
  return {
    target,
    attempts,
    warnings,
    guardrails: verdicts,
    traceId: spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : null,
    served: model,
    usage: reported === undefined ? (usage as object | undefined) : { ...usage, cost: reported },
    told: usage,
    serviceTier,
    partial,
    doubt,
    prices,
    at: clock.date(),
    limitHeaders: run?.headers.limits,
    answeredAt: run?.answeredAt ?? 0,
  }
}

function factsOf({ routed }: CallPlan, answer: Answer): AnswerFacts {
  if ('embeddings' in answer) return answer.embeddings
  if ('other' in answer) return answer.other
  const { chat } = answer
  if (!routed.stream || !isBrokenOff(chat))
    return { model: chat.model, usage: chat.usage, serviceTier: chat.service_tier }
  return {
    model: chat.model,
    usage: usageSoFar(chat, routed.inputTokens),
    serviceTier: chat.service_tier,
    partial: true,
  }
}
