/** OpenTelemetry metrics, through the API only. Without a registered meter provider, nothing is computed. */
import type { Attributes, Counter, Histogram, MeterProvider } from '@opentelemetry/api'
import { VERSION } from '../kernel/version.js'
import { boundedName } from './content/bounded.js'
import { registeredMeterProvider } from './set-up/global-api.js'
import * as semconv from './semconv.js'
import { guard } from '../kernel/guard.js'

interface Instruments {
  readonly duration: Histogram
  readonly tokens: Histogram
  readonly attempts: Counter
  readonly cooldowns: Counter
  readonly cost: Counter
}

/** Seconds, each twice the one before, as in the GenAI conventions. */
const DURATION_BUCKETS = Array.from({ length: 14 }, (_, i) => 2 ** i / 100)
/** Tokens, each four times the one before, as in the GenAI conventions. */
const TOKEN_BUCKETS = Array.from({ length: 14 }, (_, i) => 4 ** i)

let known: MeterProvider | undefined
let instruments: Instruments | undefined

function create(from: MeterProvider): Instruments {
  const meter = from.getMeter('tracestitch', VERSION)
  return {
    duration: meter.createHistogram(semconv.METRIC_OPERATION_DURATION, {
      description: 'Duration of a model call, with its retries and fallbacks',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    }),
    tokens: meter.createHistogram(semconv.METRIC_TOKEN_USAGE, {
      description: 'Input and output tokens of a model call',
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKEN_BUCKETS },
    }),
    attempts: meter.createCounter(semconv.METRIC_ATTEMPTS, {
      description: 'Attempts of model calls at targets, by outcome',
      unit: '{attempt}',
    }),
    cooldowns: meter.createCounter(semconv.METRIC_COOLDOWNS, {
      description: 'Cooldowns of targets after failures',
      unit: '{cooldown}',
    }),
    cost: meter.createCounter(semconv.METRIC_COST, {
      description: 'Cost of model calls, if known',
      unit: '{USD}',
    }),
  }
}

/** Looked up each time, because a program may register its provider after the first call. */
function current(): Instruments | undefined {
  const registered = registeredMeterProvider()
  if (registered !== known) {
    known = registered
    instruments = registered && guard('metrics', () => create(registered))
  }
  return instruments
}

/** Whether a meter provider is registered. */
export function metering(): boolean {
  return current() !== undefined
}

/** The attributes of a span that are on its metrics too. Others have too many values. */
const OF_CALL = [
  semconv.OPERATION_NAME,
  semconv.PROVIDER_NAME,
  semconv.REQUEST_MODEL,
  semconv.RESPONSE_MODEL,
  semconv.SERVER_ADDRESS,
  semconv.SERVER_PORT,
] as const

/**
 * A model call has ended.
 *
 * @param seconds - From its beginning to the end of its answer.
 * @param span - Attributes of its span.
 * @param isMeasured - Whether another tool has measured its duration and tokens; its cost is left then.
 */
export function recordCall(
  seconds: number,
  span: Attributes,
  errorType: string | undefined,
  isMeasured: boolean,
): void {
  const measured = current()
  if (!measured) return
  guard('metrics', () => {
    const attributes: Attributes = {}
    for (const key of OF_CALL) if (span[key] !== undefined) attributes[key] = span[key]
    const usd = span[semconv.USAGE_COST]
    if (typeof usd === 'number' && usd >= 0) measured.cost.add(usd, attributes)
    if (isMeasured) return
    measured.duration.record(seconds, {
      ...attributes,
      ...(errorType !== undefined && { [semconv.ERROR_TYPE]: errorType }),
    })
    const counted = { input: span[semconv.USAGE_INPUT_TOKENS], output: span[semconv.USAGE_OUTPUT_TOKENS] }
    for (const [type, tokens] of Object.entries(counted)) {
      if (typeof tokens === 'number') measured.tokens.record(tokens, { ...attributes, [semconv.TOKEN_TYPE]: type })
    }
  })
}

/** An attempt has ended. @param provider - Value of `gen_ai.provider.name`. */
export function countAttempt(target: string, provider: string, outcome: string): void {
  guard('metrics', () =>
    current()?.attempts.add(1, {
      [semconv.TARGET]: boundedName(target),
      [semconv.PROVIDER_NAME]: provider,
      [semconv.ATTEMPT_OUTCOME]: outcome,
    }),
  )
}

/** A cooldown has begun. @param after - The class of the last failure before it. */
export function countCooldown(target: string, provider: string, after: string): void {
  guard('metrics', () =>
    current()?.cooldowns.add(1, {
      [semconv.TARGET]: boundedName(target),
      [semconv.PROVIDER_NAME]: provider,
      [semconv.COOLDOWN_AFTER]: after,
    }),
  )
}
